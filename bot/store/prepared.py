"""Statements that every update needs, compiled once.

SQLAlchemy Core writes the SQL and knows the types; the text then goes straight to the driver. On SQLite Core's async
layer hands each statement to the driver's thread four or five times, and here one time does (see connection.py); on
PostgreSQL it costs a multiple of the driver's own CPU (see postgresql.py).
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import Select
from sqlalchemy.types import TypeEngine

_SQLITE = sqlite.dialect(paramstyle="qmark")
_POSTGRESQL = asyncpg.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's own

Convert = Callable[[Any], Any] | None


@dataclass(frozen=True)
class Prepared:
    """One statement with named parameters.

    build: gives the statement; it gets the dialect's own `insert`, which knows ON CONFLICT.
    given: the columns that an INSERT or UPDATE sets from parameters of the same name.
    """

    build: Callable[[Any], Any]
    given: tuple[str, ...] = ()

    @cached_property
    def for_sqlite(self) -> Compiled:
        """The text for SQLite's driver."""
        return Compiled.of(self.build(sqlite.insert), self.given, _SQLITE)

    @cached_property
    def for_postgresql(self) -> Compiled:
        """The text for PostgreSQL's."""
        return Compiled.of(self.build(postgresql.insert), self.given, _POSTGRESQL)


@dataclass(frozen=True)
class Compiled:
    """SQL with marks for values, how to write what stands for them, and how to read what comes back."""

    sql: str
    names: tuple[str, ...]
    writers: tuple[Convert, ...]
    constants: Mapping[str, Any]
    readers: tuple[Convert, ...] = ()
    row: Any = None
    plain: bool = False
    table: str | None = None
    """What it writes to; None for what reads."""
    returns: bool = False
    """Whether rows come back; of an INSERT perhaps only because Core wants to know the new id."""
    looks: bool = False
    """Whether it only looks: it changes nothing and locks nothing."""

    @classmethod
    def of(cls, statement: ClauseElement, given: Sequence[str], dialect: Dialect) -> Compiled:
        """Compile for a database."""
        compiled: Any = statement.compile(dialect=dialect, column_keys=list(given) or None)
        names = tuple(compiled.positiontup or ())
        writers = tuple(_writer(compiled.binds[name].type, dialect) for name in names)
        constants = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        columns = _columns(statement)
        readers = tuple(_reader(column.type, dialect) for column in columns)
        row = namedtuple("Row", [column.key for column in columns]) if columns else None
        looks = isinstance(statement, Select) and statement._for_update_arg is None  # Core has no public word for it
        return cls(
            str(compiled),
            names,
            writers,
            constants,
            readers,
            row,
            plain=not any(readers),
            table=statement.entity_description["name"] if isinstance(statement, UpdateBase) else None,
            returns=bool(compiled.effective_returning),
            looks=looks,
        )

    def parameters(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """The values in the order of the marks.

        Raises KeyError: one is missing. ValueError: a moment without a time zone.
        """
        return tuple(self._write(name, writer, values) for name, writer in zip(self.names, self.writers, strict=True))

    def rows(self, raw: Sequence[Sequence[Any]]) -> list[Any]:
        """What came back, with the names of the columns."""
        if self.row is None or not raw:
            return []
        if self.plain:
            return [self.row._make(line) for line in raw]
        return [
            self.row._make(
                value if read is None or value is None else read(value)
                for value, read in zip(line, self.readers, strict=True)
            )
            for line in raw
        ]

    def _write(self, name: str, writer: Convert, values: Mapping[str, Any]) -> Any:
        value = values[name] if name in values else self.constants[name]
        return value if writer is None else writer(value)


def _columns(statement: Any) -> list[Any]:
    if isinstance(statement, Select):
        return list(statement.selected_columns)
    return list(statement.exported_columns) if statement._returning else []  # Core has no public word for it


def _writer(kind: TypeEngine[Any], dialect: Dialect) -> Convert:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> Convert:
    return kind.dialect_impl(dialect).result_processor(dialect, None)

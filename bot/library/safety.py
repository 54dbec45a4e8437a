"""The rule files of the danger detector: read, checked, and made into a detector."""

from __future__ import annotations

import gc
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import bot
from bot.core.safety import Detector, RuleSet, Source
from bot.core.safety.model import SOURCES, Concept, Lexicon, Mask, Rule
from bot.core.safety.patterns import PatternProblem, forms_of, parse
from bot.library.findings import ContentProblem, Finding, single
from bot.library.safety_schema import ConceptFile, ConceptsFile, LexiconFile, MaskFile, MasksFile, RuleFile, RulesFile
from bot.library.yaml_lines import read

LEXICON, MASKS, CONCEPTS = "lexicon.yaml", "masks.yaml", "concepts-*.yaml"
FEWEST_EXAMPLES = 3
NOTHING: frozenset[str] = frozenset()
_IN_ORDER: set[bytes] = set()
"""Rule files in which nothing was found: whoever checks again after each change mostly changed something else."""


@dataclass(frozen=True)
class RuleFiles:
    """The files of one language as they stand, for rules about them and for the tests."""

    lexicon: LexiconFile
    masks: MasksFile
    concepts: Mapping[str, ConceptsFile]
    """By the file's name."""
    rules: Mapping[str, RulesFile]
    """By the file's name."""


def read_files(folder: Path) -> RuleFiles:
    """All rule files in `folder` (content/<language>/safety).

    Raises ContentProblem: one is missing, or does not have the shape it needs.
    """
    lexicon = read(LexiconFile, _text(folder, LEXICON), _name(folder, LEXICON))
    masks = read(MasksFile, _text(folder, MASKS), _name(folder, MASKS))
    meanings = sorted(path.name for path in folder.glob(CONCEPTS))
    concepts = {name: read(ConceptsFile, _text(folder, name), _name(folder, name)) for name in meanings}
    others = sorted(path.name for path in folder.glob("*.yaml") if path.name not in (LEXICON, MASKS, *meanings))
    rules = {name: read(RulesFile, _text(folder, name), _name(folder, name)) for name in others}
    if not rules:
        raise single(str(folder), 0, "rules", "There is no rule file here; restore suicide.yaml and the others.")
    return RuleFiles(lexicon, masks, concepts, rules)


def load_rules(folder: Path) -> RuleSet:
    """The rules in `folder` as the core's own value.

    Raises ContentProblem: a file is missing or misshapen, or a pattern cannot be used; file and line are named.
    """
    files = read_files(folder)
    findings = pattern_findings(folder, files)
    if findings:
        raise ContentProblem(findings)
    return RuleSet(
        lexicon=_lexicon(files.lexicon),
        rules=tuple(_rule(rule, file) for file in files.rules.values() for rule in file.rules),
        masks=tuple(Mask(mask.id, tuple(mask.says)) for mask in files.masks.masks),
        denials=tuple(Mask(mask.id, tuple(mask.says)) for mask in files.masks.denials),
        concepts=tuple(Concept(concept.id, tuple(concept.says)) for concept in _concepts(files)),
    )


def shipped() -> Detector:
    """The detector of the rules that ship with Keel."""
    package = Path(bot.__file__).parent
    inside = package / "content"
    return detector_in(inside if inside.is_dir() else package.parent / "content")


@lru_cache(maxsize=2)
def detector_in(content: Path) -> Detector:
    """The detector of the rules in a content folder, compiled once.

    Raises ContentProblem: a file is missing or misshapen, or a pattern cannot be used; file and line are named.
    """
    made = Detector(load_rules(content / "en" / "safety"))
    # The compiled rules stay for good. Unless the collector knows, it walks through them in the middle of an answer.
    gc.collect()
    gc.freeze()
    return made


def example(line: str) -> tuple[str, Source]:
    """A line of `catches`, `misses` or `examples`, and who speaks in it."""
    for source in SOURCES:
        if line.startswith(f"{source}: "):
            return line.removeprefix(f"{source}: "), source
    return line, "free"


def findings(folder: Path) -> list[Finding]:
    """Everything that is wrong with the rule files of one language."""
    stands = _fingerprint(folder)
    if stands is not None and stands in _IN_ORDER:
        return []
    try:
        files = read_files(folder)
    except ContentProblem as problem:
        return list(problem.findings)
    found = sorted([*pattern_findings(folder, files), *_few_examples(folder, files), *_twice(folder, files)])
    if stands is not None and not found:
        _IN_ORDER.add(stands)
    return found


def _fingerprint(folder: Path) -> bytes | None:
    """Of the rule files as they stand; None where one cannot be read."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.yaml")):
        try:
            content = path.read_bytes()
        except OSError:
            return None
        digest.update(b"%b %d " % (path.name.encode(), len(content)) + content)
    return digest.digest()


def pattern_findings(folder: Path, files: RuleFiles) -> list[Finding]:
    """Patterns and slots that cannot be used."""
    found: list[Finding] = []
    try:
        slots = _slots(files.lexicon)
    except PatternProblem as problem:
        return [
            Finding(
                _name(folder, LEXICON), _line(folder, LEXICON, str(problem).split("”")[0][1:]), "slot", f"{problem}."
            )
        ]
    known = {f"@{concept.id}" for concept in _concepts(files)}
    for name, id_, pattern in _patterns(files):
        nested = name == MASKS or name in files.concepts
        unknown = [word for word in re.findall(r"@[a-z_]+", pattern) if nested or word not in known]
        for word in unknown:
            message = (
                f"{id_}: “{word}” is no concept that may stand here; masks and concepts name none, rules only "
                "those of the concepts files."
            )
            found.append(Finding(_name(folder, name), _line(folder, name, pattern, id_), "concept", message))
        try:
            sequences = parse(pattern, slots)
        except PatternProblem as problem:
            found.append(
                Finding(_name(folder, name), _line(folder, name, pattern, id_), "pattern", f"{id_}: {problem}.")
            )
            continue
        lost = {word for sequence in sequences for element in sequence.elements for word in element.words}
        for word in sorted(lost & set(files.lexicon.fillers)):
            message = (
                f"{id_}: “{word}” is a filler of the lexicon, so no text ever shows it to a pattern; leave it out."
            )
            found.append(Finding(_name(folder, name), _line(folder, name, pattern, id_), "filler", message))
    return found


def _slots(file: LexiconFile) -> dict[str, frozenset[str]]:
    """All slots, and under “verb~” the irregular forms of that verb."""
    irregular = {f"{verb}~": frozenset(forms) for verb, forms in file.irregular.items()}
    return resolve(file.slots, irregular) | irregular


def resolve(
    slots: Mapping[str, list[str]], irregular: Mapping[str, frozenset[str]] = MappingProxyType({})
) -> dict[str, frozenset[str]]:
    """Slots with the slots they name put in, and verbs in all their forms.

    Raises PatternProblem: a slot names one that does not exist, or itself.
    """

    def words(name: str, above: tuple[str, ...]) -> frozenset[str]:
        if name in above or name not in slots:
            raise PatternProblem(f"“{above[-1] if above else name}” names the slot “{name}”, which cannot be resolved")
        out: set[str] = set()
        for word in slots[name]:
            if word.startswith("{"):
                out |= words(word[1:-1], (*above, name))
            else:
                out |= forms_of(word[:-1]) | irregular.get(word, NOTHING) if word.endswith("~") else {word}
        return frozenset(out)

    return {name: words(name, ()) for name in slots}


def _concepts(files: RuleFiles) -> Iterator[ConceptFile]:
    for file in files.concepts.values():
        yield from file.concepts


def _patterns(files: RuleFiles) -> Iterator[tuple[str, str, str]]:
    for name, meanings in files.concepts.items():
        yield from ((name, concept.id, pattern) for concept in meanings.concepts for pattern in concept.says)
    for mask in (*files.masks.masks, *files.masks.denials):
        yield from ((MASKS, mask.id, pattern) for pattern in mask.says)
    for name, file in files.rules.items():
        for rule in file.rules:
            yield from ((name, rule.id, pattern) for pattern in (*rule.says, *rule.unless))


def _few_examples(folder: Path, files: RuleFiles) -> Iterator[Finding]:
    for name, file in files.rules.items():
        for rule in file.rules:
            for what, lines in (("catches", rule.catches), ("misses", rule.misses)):
                if len(set(lines)) < FEWEST_EXAMPLES:
                    message = f"{rule.id}: “{what}” has {len(set(lines))} lines; write at least {FEWEST_EXAMPLES}."
                    yield Finding(_name(folder, name), _line(folder, name, rule.id), what, message)
    for mask in files.masks.masks:
        if not mask.examples:
            message = f"{mask.id}: it has no “examples”; write a line that would be misread without it."
            yield Finding(_name(folder, MASKS), _line(folder, MASKS, mask.id), "examples", message)


def _twice(folder: Path, files: RuleFiles) -> Iterator[Finding]:
    seen: set[str] = set()
    named: list[tuple[str, MaskFile | RuleFile]] = [
        (MASKS, mask) for mask in (*files.masks.masks, *files.masks.denials)
    ]
    named += [(name, rule) for name, file in files.rules.items() for rule in file.rules]
    for name, item in named:
        if item.id in seen:
            message = f"“{item.id}” is the id of two rules or masks; give one of them another."
            yield Finding(_name(folder, name), _line(folder, name, item.id), "id", message)
        seen.add(item.id)


def _lexicon(file: LexiconFile) -> Lexicon:
    return Lexicon(
        slots=_slots(file),
        replace={typed: tuple(meant.split()) for typed, meant in file.replace.items()},
        fillers=frozenset(file.fillers),
        fuzzy=frozenset(file.fuzzy),
        starred=frozenset(file.starred),
        symbols=file.symbols,
        slang=frozenset(file.slang),
        jokes=frozenset(file.jokes),
        negators=frozenset(file.negators),
        bridges=frozenset(file.bridges),
        clause_words=frozenset(file.clause_words),
        now=frozenset(file.now),
        stories=frozenset(file.stories),
        everyday=frozenset(file.everyday),
        speech=frozenset(file.speech),
        contrast=frozenset(file.contrast),
    )


def _rule(rule: RuleFile, file: RulesFile) -> Rule:
    return Rule(
        id=rule.id,
        category=rule.category or file.category,
        tier=rule.tier,
        says=tuple(rule.says),
        unless=tuple(rule.unless),
        negated=rule.negated,
        immediate=rule.immediate,
        now=rule.now,
        fiction=rule.fiction,
        own=rule.own,
        sources=tuple(rule.sources or file.sources),
    )


def _text(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise single(str(folder / name), 0, "file", "This file is missing; restore it from the release.") from None
    except UnicodeDecodeError:
        raise single(str(folder / name), 0, "file", "This file is not UTF-8 text; save it as UTF-8.") from None


def _name(folder: Path, name: str) -> str:
    return f"{folder.parent.name}/{folder.name}/{name}"


def _line(folder: Path, name: str, wanted: str, after: str = "") -> int:
    """The line where `wanted` stands (after the line that names `after`)."""
    started = not after
    for number, line in enumerate((folder / name).read_text(encoding="utf-8").splitlines(), 1):
        started = started or f"id: {after}" in line
        if started and wanted in line:
            return number
    return 1

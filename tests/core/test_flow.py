"""The flow machine on the flows that ship: no walk gets stuck, stale taps change nothing, the card tells the truth."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.answers import READERS, read_scale, read_text, read_time
from bot.core.flow import COMMAND, SCALE, SHOWN, Flow
from bot.core.machine import Move, Said, Tapped, Waited, advance, answer, own_id, proceed, start
from bot.core.model import Session
from bot.core.screen import LITERAL_END, LITERAL_START
from bot.core.words import screen, screen_of
from bot.library.load import load

FLOWS = load(Path(__file__).parent.parent.parent / "content").speak("en").flows
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def settle(flow: Flow, move: Move) -> Move:
    """Go on past actions, as the shell would."""
    while move.action is not None:
        move = proceed(flow, move.session)
    return move


def begin(flow: Flow, *, night: bool = False, nth: int = 1) -> Session:
    """A run that has just started."""
    fresh = Session("abc", 1, flow.id, flow.start, NOW, NOW, answers={"night": night, "nth": nth})
    return settle(flow, start(flow, fresh)).session


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_walk_gets_stuck_and_stale_taps_change_nothing(data: st.DataObject) -> None:
    flow = FLOWS[data.draw(st.sampled_from(sorted(FLOWS)))]
    session = begin(flow, night=data.draw(st.booleans()), nth=data.draw(st.integers(1, 4)))
    for _ in range(25):
        step = flow.steps[session.step]
        shown = screen(flow, session)
        assert shown.text
        if session.ended_at is not None:
            assert advance(flow, session, Tapped(step.id, "next"), NOW).stale
            return
        stale = advance(flow, session, Tapped("no-such-step", "next"), NOW)
        assert stale.stale
        assert stale.session == session
        choices = (*step.choices, *(flow.always if step.always else ()))
        ids = [c.id if c.to else c.id + "+" for c in choices if not (c.to or "").startswith(COMMAND)]
        ids += SCALE if step.ask == "scale" else ()
        events = [Tapped(step.id, id_) for id_ in ids] + ([Waited(step.id)] if step.then else [])
        said = [Said("7:45", READERS[step.ask]("7:45"))] if step.ask in READERS else [Said("hm", None)]
        session = settle(flow, advance(flow, session, data.draw(st.sampled_from([*events, *said])), NOW)).session


COLUMNS = {"facts": "Known", "meanings": "Guessed", "card": "Don't know yet"}


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_the_card_says_what_was_ticked_and_written_after_any_order_of_edits(data: st.DataObject) -> None:
    flow = FLOWS["spiral"]
    session = answer(begin(flow), SHOWN, value=True)
    wanted: dict[str, list[str]] = {step: [] for step in COLUMNS}
    for _ in range(data.draw(st.integers(0, 14))):
        step = flow.steps[data.draw(st.sampled_from(list(COLUMNS)))]
        session = session if step.beside else replace(session, step=step.id)
        if step.ask and data.draw(st.booleans()):
            line = data.draw(st.text("abc *_<", min_size=1, max_size=12).filter(lambda text: bool(read_text(text))))
            if line in wanted[step.id]:
                event: Tapped | Said = Tapped(step.id, own_id(line) + "-")
                wanted[step.id].remove(line)
            else:
                event = Said(line, line)
                wanted[step.id].append(line)
        else:
            box = data.draw(st.sampled_from([choice for choice in step.choices if choice.to is None]))
            event = Tapped(step.id, box.id + ("-" if box.label in wanted[step.id] else "+"))
            (wanted[step.id].remove if box.label in wanted[step.id] else wanted[step.id].append)(box.label)
        for _ in range(2 if isinstance(event, Tapped) else 1):  # a double tap ends where a single one does
            session = settle(flow, advance(flow, session, event, NOW)).session
    text = screen_of(flow, session, flow.steps["card"]).text
    for step_id, title in COLUMNS.items():
        column = text.split(f"**{title}**\n")[1].split("\n\n")[0].split("\n")
        shown = [line.removeprefix("- ").strip(LITERAL_START + LITERAL_END) for line in column]
        expected = [" ".join(line.split()) for line in wanted[step_id]] or [flow.empty]
        assert sorted(shown) == sorted(expected)


@pytest.mark.parametrize(
    ("typed", "read"),
    [("7", 7), ("seven", 7), ("10/10", 10), (" 0. ", 0), ("0.5", None), ("eleven", None), ("11", None), ("😀", None)],
)
def test_a_rating_is_a_whole_number_or_nothing(typed: str, read: int | None) -> None:
    assert read_scale(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [("7:45", "07:45"), ("8pm", "20:00"), ("20h15", "20:15"), ("noon", "12:00"), ("12 am", "00:00"), ("25:00", None)],
)
def test_a_time_of_day_is_read_as_people_write_it(typed: str, read: str | None) -> None:
    assert read_time(typed) == read


def test_an_emoji_alone_is_no_answer_in_words() -> None:
    assert read_text("😀 \u200b") is None

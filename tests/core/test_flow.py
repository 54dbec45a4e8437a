"""The flow machine on the flows that ship: no walk gets stuck, stale taps change nothing, the card tells the truth."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.answers import READERS, read_scale, read_text, read_time
from bot.core.flow import COMMAND, SCALE, Flow
from bot.core.machine import Move, Said, Tapped, Waited, advance, proceed, start
from bot.core.model import Session
from bot.core.words import screen
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


@given(
    st.lists(st.sampled_from(["no-reply", "seen", "short", "plans", "tone", "online"])),
    st.lists(st.text("abc ", min_size=1)),
)
def test_the_card_says_what_was_ticked_and_written(ticks: list[str], lines: list[str]) -> None:
    flow = FLOWS["spiral"]
    session = replace(begin(flow), step="facts")
    wanted: set[str] = set()
    for tick in ticks:
        sign = "-" if tick in wanted else "+"
        wanted ^= {tick}
        for _ in range(2):  # a double tap ends where a single one does
            session = advance(flow, session, Tapped("facts", tick + sign), NOW).session
    written = [line for line in lines if read_text(line)]
    for line in written:
        session = advance(flow, session, Said(line, line), NOW).session
    card = screen(flow, replace(session, step="card")).text
    known = card.split("**Guessed**")[0]
    labels = {choice.id: choice.label for choice in flow.steps["facts"].choices}
    assert {id_ for id_, label in labels.items() if f"- {label}\n" in known} == wanted
    if not wanted and not written:
        assert flow.empty in known


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

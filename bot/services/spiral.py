"""/spiral: starting it at once, whatever else is going on, and what its steps do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from bot.core.flow import TOOLS, ticks
from bot.core.insight import fears, preferred
from bot.core.model import Entry, Session
from bot.core.schedule import is_night
from bot.core.screen import LOST, Reply
from bot.core.tally import TOOL_TAG
from bot.core.words import in_a_sentence
from bot.services.flows import RESUMABLE, Flows
from bot.services.turn import Turn, with_answer

SPIRAL = "spiral"
SOON_AGAIN = timedelta(hours=1)
ENTRY = "_entry"
"""The answer that names the run's row in /progress."""
LONGEST_TAGS = 600
ANY = "own"
"""The tag of what is about something told in own words."""


async def begin(turn: Turn, flows: Flows) -> Reply:
    """The first screen; or, for somebody who left less than 30 minutes ago, 'continue or start again'."""
    open_run = await turn.tx.sessions.current(turn.learner.id, SPIRAL)
    flow = turn.content.flows[SPIRAL]
    if open_run is not None and turn.now - open_run.touched_at <= RESUMABLE and open_run.step != flow.start:
        return await flows.resume(turn, open_run)
    return await flows.begin(turn, SPIRAL)


async def look_around(turn: Turn, session: Session) -> Session:
    """What the forks need to know: the hour, how many runs within the hour, the tool that helped most, past fears."""
    nth = await turn.tx.sessions.started_since(turn.learner.id, SPIRAL, turn.now - SOON_AGAIN)
    night = turn.learner.zone is not None and is_night(turn.now, turn.learner.zone)
    tally = await turn.tally()
    steps = turn.content.flows[SPIRAL].steps.values()
    for_the_body = {choice.id for step in steps if step.rank == "tools" for choice in step.choices}
    best = [
        tool for tool in preferred(tally, turn.learner.favourite) if tool in for_the_body - turn.learner.hidden_tools
    ]
    past = fears(tally)
    counted = turn.texts("fears-counted", checked=past.checked, didnt=past.didnt, partly=past.partly, did=past.did)
    return with_answer(
        session, night=night, nth=nth, best=best[0] if best else "", history=counted if past.enough else ""
    )


async def count_pause(turn: Turn, session: Session) -> Session:
    """A pause was taken: that alone counts, whatever comes after it. One a run, however many ways were tried."""
    if session.answers.get("paused"):
        return session
    await turn.add(Entry("pause", turn.now))
    return with_answer(session, paused=True)


async def hide_tool(turn: Turn, session: Session) -> Session:
    """This way is not for this person: it is not offered again. At least one way always stays."""
    used = ticks(session, TOOLS)
    if used and used[-1] != "breathe":
        await turn.change(hidden_tools=turn.learner.hidden_tools | {used[-1]})
    return session


async def recall_plan(turn: Turn, session: Session) -> Session:
    """The person's own if-then plan, and their map, for one of the triggers tapped now (or told in own words)."""
    told = {*ticks(session, "facts"), *(["own"] if session.answers.get("facts_own") else [])}
    kept = {kind: await turn.tx.records.notes(turn.learner.id, kind) for kind in ("plan", "map")}
    lines = {
        kind: [note.text for note in notes if note.tag in told and note.text != LOST] for kind, notes in kept.items()
    }
    return with_answer(session, **{f"{kind}_line": found[-1] if found else "" for kind, found in lines.items()})


async def close(turn: Turn, session: Session) -> Session:
    """The run is through: ratings as they were given, never invented, and plain tags."""
    if ENTRY in session.answers:
        return session
    tags = [f"{name}.{item}" for name in ("facts", "meanings", "unknown") for item in ticks(session, name)]
    tags += [f"{TOOL_TAG}{tool}" for tool in ticks(session, TOOLS)]
    tags += [f"{name}.{value}" for name in ("feeling", "need") if (value := _choice(turn, session, name))]
    while len(" ".join(tags)) > LONGEST_TAGS:
        tags.pop()
    used = ticks(session, TOOLS)
    item = Entry(SPIRAL, turn.now, _rating(session, "before"), None, used[-1] if used else None, tuple(tags))
    return with_answer(session, **{ENTRY: await turn.add(item)})


async def rate(turn: Turn, session: Session) -> Session:
    """The second rating."""
    after, entry = _rating(session, "after"), session.answers.get(ENTRY)
    if after is not None and isinstance(entry, int):
        await turn.rate(entry, after)
    return session


async def keep_plan(turn: Turn, session: Session) -> Session:
    """One if-then plan, kept for the trigger it is about; a new one for the same trigger replaces it."""
    flow = turn.content.flows[session.flow]
    when, then = (in_a_sentence(flow, session, name) for name in ("plan_if", "plan_then"))
    chosen = session.answers.get("plan_if")
    known = {choice.id for choice in flow.steps["facts"].choices} if "facts" in flow.steps else set()
    tag = chosen if isinstance(chosen, str) and chosen in known else None
    if tag is None:
        tag = next(iter(ticks(session, "facts")), ANY)
    line = turn.texts("plan-line", when=when, then=then)
    await turn.keep_only("plan", line, tag)
    return with_answer(session, planned=line)


def sounds_like_it(text: str, phrases: Sequence[str]) -> bool:
    """Whether free text asks for the spiral in words ("I'm about to text them")."""
    plain = re.sub(r"[^\w ]+", "", text.lower().replace("’", "'").replace("'", ""))
    said = f" {' '.join(plain.split())} "
    return len(said) < 200 and any(f" {phrase.lower().replace(chr(39), '')} " in said for phrase in phrases)


def _rating(session: Session, name: str) -> int | None:
    value = session.answers.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _choice(turn: Turn, session: Session, name: str) -> str | None:
    """The id of a tapped answer; own words are not tags."""
    steps = turn.content.flows[session.flow].steps.values()
    known = {choice.id for step in steps if step.name == name for choice in step.choices}
    value = session.answers.get(name)
    return value if isinstance(value, str) and value in known else None


ACTIONS = {
    "look_around": look_around,
    "count_pause": count_pause,
    "hide_tool": hide_tool,
    "recall_plan": recall_plan,
    "close_spiral": close,
    "rate_spiral": rate,
    "keep_plan": keep_plan,
}

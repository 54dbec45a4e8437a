"""The safety cards: shown before anything else; whatever was going on stops and waits until its person goes on.

A card is a flow like any other (`safety-….yaml`). While it is open, everything that would calm, teach, coach or count
is answered with the card again. What was pressed is noted beside the ids of the rules, and never a word of the text.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.core.flow import ASLEEP, Step
from bot.core.model import Session
from bot.core.safety import Category
from bot.core.safety.cards import REST, SEVERAL, Due, in_order, waiting, written
from bot.core.screen import CommandTap, Reply, Screen, StepTap
from bot.services.danger import Noticed, note, weigh
from bot.services.flows import RESUMABLE, Flows
from bot.services.turn import Command, Gave, Incoming, Other, Pressed, Turn, Wrote, with_answer

log = structlog.get_logger()

FLOWS: Mapping[Category, str] = {
    "suicide": "safety-suicide",
    "selfharm": "safety-selfharm",
    "abuse": "safety-abuse",
    "partner_at_risk": "safety-partner",
    "harm_other": "safety-harm",
}
WHO, YOUNG = "safety-who", "safety-young"
CARDS = frozenset((*FLOWS.values(), WHO, YOUNG))
OPEN_FOR = timedelta(hours=24)
"""A card that nobody touched for this long is open no more."""
ALONGSIDE = frozenset(("plan", "settings", "pause", "language"))
"""Flows that may run while a card is open: nothing in them calms, teaches or coaches."""
WHILE_OPEN = ALONGSIDE | frozenset(
    ("sos", "back", "card", "clean", "hide", "delete", "export", "forget", "stop", "help", "about", "privacy", "asks")
)
"""Commands that are answered while a card is open."""
LEAVE_IT = "stop"
"""What the button says that goes on with nothing."""
OWN_THREATS = frozenset(("suicide", "selfharm", "harm_other"))
"""In a message to somebody these may be threats, so even a question about them keeps the coach away until answered."""

Ordinary = Callable[[], Awaitable[Reply]]


async def opened(turn: Turn) -> Session | None:
    """The card that is open, if one is."""
    if turn.learner.card is None:
        return None
    session = await turn.tx.sessions.get(turn.learner.card, turn.learner.id)
    gone = session is None or session.ended_at is not None or session.flow not in turn.content.flows
    if session is None or gone or turn.now - session.touched_at > OPEN_FOR:
        await turn.change(card=None, card_at=None)
        return None
    return session


async def notice(
    turn: Turn, flows: Flows, incoming: Incoming, noticed: Noticed, step: Step | None, ordinary: Ordinary
) -> Reply | None:
    """The card that is due; None when what was noticed shows none, and the update is answered as usual.

    step: the step that takes the words as its answer. ordinary: how the update is answered as usual.
    """
    card = await opened(turn)
    fresh = await weigh(turn, noticed)
    young = noticed.young and not noticed.ask_who
    if card is not None:
        known = {item.category: item for item in (*waiting(card, "showing"), *waiting(card, "due"))}
        new = tuple(
            item
            for item in fresh
            if item.category not in known or (item.immediate and not known[item.category].immediate)
        )
        for item in set(fresh) - set(new):
            await note(turn, item, card.id)
        if not new:
            return None
        fresh = new
    elif not fresh and not noticed.ask_who and not young:
        return await _without_coach(turn, flows, noticed.due, step)
    deleted: tuple[int, ...] = ()
    if card is None or step is not None:
        deleted = await _let_it_happen(turn, incoming, step, fresh, ordinary)
    left = await _break_off(turn, flows, card)
    before = (*waiting(card, "showing"), *waiting(card, "due")) if card is not None else ()
    queue = in_order((*fresh, *before))
    facts: dict[str, object] = {"left": left.id if left else "", "other": written(noticed.other), "young": young}
    facts["draft"] = turn.texts("card-draft") if step is not None and step.speaks == "draft" else ""
    if noticed.ask_who:
        reply = await _show_plain(
            turn, flows, WHO, facts | {"mine": written(queue), "theirs": written((*noticed.other, *before))}
        )
    elif queue:
        reply = await _show(turn, flows, queue, facts)
    else:
        reply = await _show_plain(turn, flows, YOUNG, facts | {"young": False})
    return replace(reply, delete=(*deleted, *reply.delete), strip=left.message_id if left else None)


async def in_the_way(turn: Turn, flows: Flows, incoming: Incoming, current: Session | None) -> Reply | None:
    """The open card once more, where something else was wanted that has to wait; None when it may go on."""
    card = await opened(turn)
    if card is None:
        return None
    if await _may_pass(turn, flows, card, incoming, current):
        if isinstance(incoming, Pressed) and isinstance(incoming.tap, CommandTap):
            await turn.tx.notices.press(turn.learner.id, card.id, incoming.tap.command, turn.now)
        return None
    words = isinstance(incoming, Wrote | Gave | Other)
    return await flows.show(turn, card, before=turn.texts("card-words" if words else "card-first"))


async def again(turn: Turn, flows: Flows) -> Reply | None:
    """The open card once more, as it is now; None when none is open."""
    card = await opened(turn)
    return await flows.show(turn, card) if card is not None else None


async def tap(turn: Turn, flows: Flows, tapped: StepTap, message_id: int | None) -> Reply | None:
    """A button of the open card: noted, answered, and when the card closes the next one that is due follows."""
    card = await turn.tx.sessions.get(tapped.session, turn.learner.id)
    reply = await flows.tap(turn, tapped, message_id)
    closed = await turn.tx.sessions.get(tapped.session, turn.learner.id)
    if card is not None and closed is not None and card.version != closed.version:
        await turn.tx.notices.press(turn.learner.id, card.id, tapped.choice, turn.now)
        log.info("a button of a card", card=card.flow, step=tapped.step, pressed=tapped.choice)
    if reply is None or closed is None or turn.learner.card == tapped.session:
        return reply
    queue = in_order(waiting(closed, "due"))
    facts = {name: closed.answers.get(name, "") for name in ("left", "other", "young")}
    if queue:
        return replace(await _show(turn, flows, queue, facts), strip=message_id)
    if closed.answers.get("young"):
        return replace(await _show_plain(turn, flows, YOUNG, facts | {"young": False}), strip=message_id)
    # The keyboard comes once more, so that people to reach stay one press away, whatever happens next.
    stays = Screen(turn.texts("help-stays"), keyboard=True, silent=True)
    return replace(reply, screens=(stays, *(replace(shown, edit=None) for shown in reply.screens)), strip=message_id)


async def alongside(turn: Turn, flows: Flows, tapped: StepTap, reply: Reply) -> Reply:
    """What was done beside the open card; when it ends, the card stands below it again."""
    card = await opened(turn)
    done = await turn.tx.sessions.get(tapped.session, turn.learner.id)
    if card is None or done is None or done.ended_at is None:
        return reply
    shown = await flows.show(turn, card)
    return replace(shown, screens=(*reply.screens, *shown.screens))


async def go_on(turn: Turn, flows: Flows, command: Command) -> Reply:
    """Go on where the card broke something off, or leave that; only ever because somebody said so."""
    left = await turn.tx.sessions.current(turn.learner.id)
    rows = (
        (turn.button("button-spiral", "spiral"), turn.button("button-more-help", "sos")),
        (turn.button("button-plan", "plan"), turn.button("button-settings", "settings")),
    )
    if left is None or not left.answers.get(ASLEEP) or left.flow not in turn.content.flows:
        return Reply((turn.page("pick-up", *rows),))
    if command.argument == LEAVE_IT:
        await turn.tx.sessions.save(replace(left, ended_at=turn.now))
        return Reply((turn.page("put-down", *rows),))
    return await flows.wake(turn, left)


async def ask_again(turn: Turn) -> Reply:
    """Every question comes again, whatever somebody wished before."""
    await turn.change(idioms=frozenset())
    return Reply((turn.page("asks-again", (turn.button("button-settings", "settings"),)),))


async def look_in(turn: Turn, flows: Flows) -> Reply:
    """The one look that somebody asked for; the open card instead, where one is open."""
    card = await opened(turn)
    if card is not None:
        return await flows.show(turn, card)
    left = await _break_off(turn, flows, None)
    reply = await _show_plain(
        turn, flows, FLOWS["suicide"], {"tier": "act", "look_in": True, "left": left.id if left else ""}
    )
    return replace(reply, strip=left.message_id if left else None)


async def _let_it_happen(
    turn: Turn, incoming: Incoming, step: Step | None, fresh: tuple[Due, ...], ordinary: Ordinary
) -> tuple[int, ...]:
    """What was written is kept as it would have been, without a word about it: nobody has to write it twice.

    Gives the messages that are taken out of the chat, as was promised. A message to somebody in which danger was
    noticed is held as it was asked for, and not made into something nicer.
    """
    if not isinstance(incoming, Wrote | Gave):
        return ()
    threat = any(item.tier == "act" or item.category in OWN_THREATS for item in fresh)
    if threat and step is not None and await _mark_plain(turn, step) and step.danger is not None:
        return ()
    return (await ordinary()).delete


async def _without_coach(turn: Turn, flows: Flows, due: tuple[Due, ...], step: Step | None) -> Reply | None:
    """No card comes again so soon; still a message with a threat in it is not made into something nicer."""
    if step is None or not any(item.tier == "act" for item in due):
        return None
    session = await _mark_plain(turn, step)
    return await flows.wake(turn, session) if session is not None and step.danger is not None else None


async def _mark_plain(turn: Turn, step: Step) -> Session | None:
    """What is typed at this step, if it is a message to somebody, is handed back as it is; gives the run."""
    session = await turn.tx.sessions.current(turn.learner.id)
    if session is None or step.speaks != "draft":
        return None
    held = session.answers.get("hold")
    if isinstance(held, int):
        await turn.tx.kept.mark_plain(turn.learner.id, held)
    return await turn.tx.sessions.save(replace(with_answer(session, plain=True), step=step.danger or session.step))


async def _break_off(turn: Turn, flows: Flows, card: Session | None) -> Session | None:
    """Whatever runs stops here; gives it, to go on with it later. An older card makes room for the new one."""
    if card is not None:
        await turn.tx.sessions.save(replace(card, ended_at=turn.now))
    current = await turn.tx.sessions.current(turn.learner.id)
    while current is not None and current.flow in CARDS:
        await turn.tx.sessions.save(replace(current, ended_at=turn.now))
        current = await turn.tx.sessions.current(turn.learner.id)
    if current is None or current.flow not in turn.content.flows:
        return None
    if current.answers.get(ASLEEP):
        return current
    if turn.now - current.touched_at > RESUMABLE:
        return None
    return await flows.put_to_sleep(turn, current)


async def _show(turn: Turn, flows: Flows, queue: tuple[Due, ...], facts: Mapping[str, object]) -> Reply:
    """The first card of a queue; the others wait in it."""
    first, others = queue[0], queue[1:]
    if first.tier == "act":
        await turn.change(rests_until=turn.now + REST)
    reply = await _show_plain(
        turn, flows, FLOWS[first.category],
        {**facts, "tier": first.tier, "immediate": first.immediate, "showing": (first.written(),),
         "due": written(others), "several": SEVERAL in first.rules},
    )  # fmt: skip
    await note(turn, first, turn.learner.card)
    return reply


async def _show_plain(turn: Turn, flows: Flows, flow: str, facts: Mapping[str, object]) -> Reply:
    band = turn.learner.age_band
    not_grown = bool(facts.get("young")) or band in ("under16", "16-17")
    told = {name: value for name, value in facts.items() if isinstance(value, str | bool | tuple)}
    adult = turn.texts("card-adult") if not_grown else ""
    reply = await flows.begin(turn, flow, {**told, "help_text": turn.texts("card-text"), "adult": adult})
    await turn.change(card=reply.session, card_at=turn.now)
    return reply


async def _may_pass(turn: Turn, flows: Flows, card: Session, incoming: Incoming, current: Session | None) -> bool:
    match incoming:
        case Command(name=name):
            return name in WHILE_OPEN
        case Pressed(tap=StepTap(session=id_)):
            tapped = card if id_ == card.id else await turn.tx.sessions.get(id_, turn.learner.id)
            return tapped is not None and (tapped.id == card.id or tapped.flow in ALONGSIDE)
        case Pressed(tap=tapped):
            return getattr(tapped, "command", "") in WHILE_OPEN
        case Wrote(text=text) if text.strip() == turn.texts("keyboard-help"):
            return True
        case Wrote(text=text) if current is not None and current.id == card.id:
            return flows.named(turn, current, text) is not None
    return current is not None and current.flow in ALONGSIDE and flows.listening(turn, current) is not None

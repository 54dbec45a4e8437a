"""Running flows: load the session, ask the machine, carry out actions, save, show.

Every change is saved together with the screen it leads to. A tap that does not fit any more shows the current step
again, at the bottom of the chat, and never anything that contradicts it.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.core import machine
from bot.core.answers import HANDED, READERS
from bot.core.flow import ASLEEP, AWAY, CHECKED, COMMAND, IN_DANGER, SHOWN, Flow, Step
from bot.core.machine import Move, Said, Tapped, Waited
from bot.core.model import Lane, Session, Value
from bot.core.screen import Reply, Screen, StepTap
from bot.core.words import screen, screen_of
from bot.services.choices import options_for
from bot.services.places import Places
from bot.services.turn import Turn

Action = Callable[[Turn, Session], Awaitable[Session]]
Player = Callable[[Turn, Session, str], Awaitable[tuple[Screen, ...]]]
WAIT = "wait"
BROKEN_OFF = (ASLEEP, IN_DANGER)
RESUMABLE = timedelta(minutes=30)
"""Within this time somebody who comes back is asked whether to continue; words typed are taken as an answer."""


@dataclass(frozen=True)
class Flows:
    """The use case behind every flow file.

    actions: what steps may `do`, by name.
    player: the screens of what a step `play`s.
    """

    actions: Mapping[str, Action]
    places: Places
    player: Player

    async def begin(
        self, turn: Turn, flow_id: str, facts: Mapping[str, Value] | None = None, *, step: str | None = None
    ) -> Reply:
        """Start a new run of a flow, at its first step or at another, with what is known beforehand."""
        flow = turn.content.flows[flow_id]
        ordinal = await turn.tx.sessions.count(turn.learner.id, flow_id)
        session = Session(
            id=secrets.token_urlsafe(8),
            learner_id=turn.learner.id,
            flow=flow_id,
            step=step or flow.start,
            started_at=turn.now,
            touched_at=turn.now,
            answers=facts or {},
            ordinal=ordinal,
        )
        move = await self._settle(turn, flow, machine.start(flow, session))
        await turn.tx.sessions.add(move.session)
        await self._set_wait(turn, flow, move.session)
        return await self._compose(turn, flow, None, move.session)

    async def resume(self, turn: Turn, session: Session) -> Reply:
        """Offer to go on where a session was left."""
        flow = turn.content.flows[session.flow]
        asked = replace(machine.come_back(flow, session), touched_at=turn.now)
        saved = await turn.tx.sessions.save(asked)
        return await self.show(turn, saved)

    async def tap(self, turn: Turn, tap: StepTap, message_id: int | None) -> Reply | None:
        """A choice was tapped; None when no such session exists any more."""
        session = await turn.tx.sessions.get(tap.session, turn.learner.id)
        if session is None or session.flow not in turn.content.flows:
            return None
        session = awake(session)
        flow = turn.content.flows[session.flow]
        step = flow.steps.get(session.step)
        if session.ended_at is not None and step is not None and not step.end:
            return None  # it was ended from outside, so its buttons lead nowhere any more
        options = await options_for(turn, flow, session, self.places)
        offered = tuple(id_ for id_, _ in options.of(step)) if step else ()
        move = machine.advance(flow, session, Tapped(tap.step, tap.choice), turn.now, offered)
        if move.stale:
            return await self._again(turn, flow, session, move, strip=message_id)
        # The newest message of the session changes, also when an older copy of it was tapped.
        living = session.message_id or message_id
        return await self._apply(turn, flow, session, move, edit=None if move.fresh else living, strip=message_id)

    async def say(
        self, turn: Turn, session: Session, text: str, value: Value | None = None, message_id: int | None = None
    ) -> Reply:
        """Words were typed (or something was given) while `session` is open; `value` is what it means, if known."""
        flow = turn.content.flows[session.flow]
        step = flow.steps.get(session.step)
        read = value if value is not None else self._read(step, text)
        move = machine.advance(flow, session, Said(text, read), turn.now)
        living = session.message_id
        if move.stale:
            return await self._again(turn, flow, session, move, strip=living)
        if move.unclear or move.full:
            limit = step.longest if step is not None and step.longest else 0
            sorry = turn.texts("full", count=limit) if move.full else (step and step.unclear) or turn.texts("unclear")
            return await self._compose(turn, flow, session, session, strip=living, before=sorry)
        before = turn.texts("spilled") if move.spilled else ""
        reply = await self._apply(turn, flow, session, move, edit=None, strip=living, before=before)
        removes = step is not None and step.remove and message_id is not None
        return replace(reply, delete=(message_id,)) if removes and message_id is not None else reply

    async def waited(self, turn: Turn, session_id: str) -> Reply:
        """A step's wait is over; nothing happens if somebody moved on meanwhile."""
        session = await turn.tx.sessions.get(session_id, turn.learner.id)
        if session is None or self._step(turn, session) is None:
            return Reply()  # gone, over, or left so long ago that going on would be nagging
        flow = turn.content.flows[session.flow]
        # The person did nothing just now, so it does not count as touched.
        move = machine.advance(flow, session, Waited(session.step), session.touched_at)
        if move.stale:
            return Reply()
        return await self._apply(turn, flow, session, move, edit=session.message_id, strip=None)

    async def show(self, turn: Turn, session: Session, *, before: str = "") -> Reply:
        """The current step once more, as a new message; `before` comes first in it."""
        flow = turn.content.flows[session.flow]
        return await self._compose(turn, flow, session, session, strip=session.message_id, before=before)

    async def put_to_sleep(self, turn: Turn, session: Session) -> Session:
        """Break a run off: from now on no typed word and no wait is for it, until its person goes on."""
        return await turn.tx.sessions.save(machine.answer(session, ASLEEP, value=True))

    async def wake(self, turn: Turn, session: Session) -> Reply:
        """Go on with a run that was broken off: everything it shows is shown again, at the bottom of the chat."""
        flow, here = turn.content.flows[session.flow], replace(awake(session), touched_at=turn.now)
        step = flow.steps.get(here.step)
        if session.answers.get(IN_DANGER) and step is not None and step.danger is not None:
            here = replace(here, step=step.danger)
        if here.answers.get(AWAY):
            return await self._apply(turn, flow, here, machine.take_back(flow, here), edit=None, strip=None)
        if here.step in flow.steps and not flow.steps[here.step].say:
            return await self._apply(turn, flow, here, machine.start(flow, here), edit=None, strip=None)
        saved = await turn.tx.sessions.save(here)
        await self._set_wait(turn, flow, saved)
        return await self._compose(turn, flow, None, saved)

    def named(self, turn: Turn, session: Session | None, text: str) -> StepTap | None:
        """The choice of the current step whose label was typed instead of tapped."""
        step = self._step(turn, session)
        if session is None or step is None:
            return None
        always = turn.content.flows[session.flow].always if step.always else ()
        typed = text.strip().casefold().rstrip(".!")
        for choice in (*step.choices, *always):
            if choice.label.casefold() == typed and not (choice.to or "").startswith(COMMAND):
                ticks = step.pick_many and choice.to is None
                return StepTap(session.id, step.id, choice.id + (CHECKED if ticks else ""))
        return None

    def listening(self, turn: Turn, session: Session | None) -> Step | None:
        """The step that takes typed words (or what else it asks for) as its answer right now, if there is one."""
        step = self._step(turn, session)
        return step if step is not None and step.ask is not None else None

    @staticmethod
    def _step(turn: Turn, session: Session | None) -> Step | None:
        if session is None or session.ended_at is not None or session.answers.get(ASLEEP):
            return None
        if turn.now - session.touched_at > RESUMABLE:
            return None
        flow = turn.content.flows.get(session.flow)
        return flow.steps.get(session.step) if flow else None

    async def _apply(
        self, turn: Turn, flow: Flow, session: Session, move: Move, *, edit: int | None, strip: int | None,
        before: str = "",
    ) -> Reply:  # fmt: skip
        for kind, text in move.notes:
            await turn.tx.records.add_note(turn.learner.id, kind, text, turn.now)
        settled = await self._settle(turn, flow, move)
        saved = await turn.tx.sessions.save(settled.session)
        if settled.switch is not None:
            return await self._switch(turn, settled.switch, saved, edit)
        await self._set_wait(turn, flow, saved)
        return await self._compose(turn, flow, session, saved, edit=edit, strip=strip, before=before)

    async def _switch(self, turn: Turn, flow_id: str, left: Session, edit: int | None) -> Reply:
        """Another flow has the floor: an open run of it goes on, else a new one begins."""
        flow = turn.content.flows[flow_id]
        waiting = await turn.tx.sessions.current(turn.learner.id, flow_id)
        if waiting is None or self._step(turn, waiting) is None:
            reply = await self.begin(turn, flow_id, {"came_from": left.flow})
        elif waiting.answers.get(AWAY):
            move = machine.take_back(flow, replace(waiting, touched_at=turn.now))
            reply = await self._apply(turn, flow, waiting, move, edit=None, strip=None)
        else:
            reply = await self.show(turn, waiting)
        last = reply.screens[-1]
        if edit is None or last.media is not None or len(reply.screens) > 1:
            return replace(reply, strip=edit)
        return replace(reply, screens=(replace(last, edit=edit),), strip=None)

    async def _settle(self, turn: Turn, flow: Flow, move: Move) -> Move:
        while move.action is not None:
            session = await self.actions[move.action](turn, move.session)
            move = replace(machine.proceed(flow, session), fresh=move.fresh)
        return move

    async def _again(self, turn: Turn, flow: Flow, session: Session, move: Move, strip: int | None) -> Reply:
        if move.session.step != session.step:  # the step went away with a newer file
            move = await self._settle(turn, flow, move)
            session = await turn.tx.sessions.save(move.session)
        return replace(await self.show(turn, session), strip=strip)

    async def _set_wait(self, turn: Turn, flow: Flow, session: Session) -> None:
        step = flow.steps[session.step]
        if step.wait is not None and session.ended_at is None:
            due = turn.now + timedelta(seconds=step.wait)
            await turn.tx.timers.set(turn.learner.id, WAIT, session.id, due, Lane.LIVE)

    async def _compose(
        self, turn: Turn, flow: Flow, was: Session | None, now: Session, *, edit: int | None = None,
        strip: int | None = None, before: str = "",
    ) -> Reply:  # fmt: skip
        """The screens of where somebody is: what is played first, the card if it changed, and the step itself."""
        options = await options_for(turn, flow, now, self.places)
        shown = replace(screen(flow, now, options, before=before), silent=flow.silent)
        card = self._card(flow, was, now, edit)
        stands = edit is not None and was is not None and was.step == now.step
        if (
            card is not None
            and was is not None
            and stands
            and replace(screen(flow, was, options), silent=flow.silent) == shown
        ):
            return Reply(
                (card,), session=now.id, version=now.version
            )  # only the card changed; the message below it stands
        if card is not None and card.edit is not None and card.edit == edit:
            edit = strip = None  # the living message became the card
        step = flow.steps.get(now.step)
        played: tuple[Screen, ...] = ()
        if step is not None and step.play is not None and (was is None or was.step != now.step):
            played = await self.player(turn, now, step.play)
        if edit is not None and (played or shown.media is not None):
            edit, strip = None, edit  # what was played stands above the words that go with it
        screens = (*((card,) if card is not None else ()), *played, replace(shown, edit=edit))
        return Reply(screens, session=now.id, version=now.version, strip=None if strip == edit else strip)

    @staticmethod
    def _card(flow: Flow, was: Session | None, now: Session, edit: int | None) -> Screen | None:
        """The message that stays in view, if it is new or says something else now."""
        step = flow.beside
        if step is None or not now.answers.get(SHOWN):
            return None
        shown = screen_of(flow, now, step)
        if now.ended_at is not None:
            shown = replace(shown, rows=())
        if was is None or not was.answers.get(SHOWN):
            return replace(shown, card=True, edit=edit)
        return None if shown == screen_of(flow, was, step) else replace(shown, card=True, edit=was.card_id)

    def _read(self, step: Step | None, text: str) -> Value | None:
        if step is None or step.ask is None or step.ask in HANDED:
            return None
        if step.ask == "place":
            found = self.places.find(text, limit=1)
            return found[0].zone if found else None
        return READERS[step.ask](text)


def awake(session: Session) -> Session:
    """The session as one that is not broken off (any more)."""
    return replace(session, answers={name: value for name, value in session.answers.items() if name not in BROKEN_OFF})

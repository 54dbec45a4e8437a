"""Running flows: load the session, ask the machine, carry out actions, save, show.

Every change is saved together with the screen it leads to. A tap that does not fit any more shows the current step
again, at the bottom of the chat, and never anything that contradicts it.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.core import flow as machine
from bot.core.answers import READERS
from bot.core.flow import Flow, Move, Options, Said, Step, Tapped, Waited
from bot.core.model import Lane, Session, Value
from bot.core.screen import Reply, Screen, StepTap
from bot.core.words import screen
from bot.services.places import Places
from bot.services.turn import Turn
from bot.store.sessions import LostRace

Action = Callable[[Turn, Session], Awaitable[Session]]
WAIT = "wait"
RESUMABLE = timedelta(minutes=30)
"""Within this time somebody who comes back is asked whether to continue; words typed are taken as an answer."""


@dataclass(frozen=True)
class Flows:
    """The use case behind every flow file.

    actions: what steps may `do`, by name.
    """

    actions: Mapping[str, Action]
    places: Places

    async def begin(self, turn: Turn, flow_id: str, **facts: Value) -> Reply:
        """Start a new run of a flow with what is known beforehand."""
        flow = turn.content.flows[flow_id]
        ordinal = await turn.tx.sessions.count(turn.learner.id, flow_id)
        session = Session(
            id=secrets.token_urlsafe(8),
            learner_id=turn.learner.id,
            flow=flow_id,
            step=flow.start,
            started_at=turn.now,
            touched_at=turn.now,
            answers=facts,
            ordinal=ordinal,
        )
        move = await self._settle(turn, flow, machine.start(flow, session))
        await turn.tx.sessions.add(move.session)
        await self._set_wait(turn, flow, move.session)
        return self._reply(self._screen(turn, flow, move.session), move.session)

    async def resume(self, turn: Turn, session: Session) -> Reply:
        """Offer to go on where a session was left."""
        flow = turn.content.flows[session.flow]
        asked = replace(machine.come_back(flow, session), touched_at=turn.now)
        saved = await turn.tx.sessions.save(asked)
        return self._reply(self._screen(turn, flow, saved), saved)

    async def tap(self, turn: Turn, tap: StepTap, message_id: int | None) -> Reply | None:
        """A choice was tapped; None when no such session exists any more."""
        session = await turn.tx.sessions.get(tap.session, turn.learner.id)
        if session is None or session.flow not in turn.content.flows:
            return None
        flow = turn.content.flows[session.flow]
        step = flow.steps.get(session.step)
        offered = tuple(id_ for id_, _ in self._options(turn, flow, session).of(step)) if step else ()
        move = machine.advance(flow, session, Tapped(tap.step, tap.choice), turn.now, offered)
        if move.stale:
            return await self._again(turn, flow, session, move, strip=message_id)
        # The newest message of the session changes, also when an older copy of it was tapped.
        living = session.message_id or message_id
        return await self._apply(turn, flow, move, edit=None if move.fresh else living, strip=message_id)

    async def say(self, turn: Turn, session: Session, text: str, value: Value | None = None) -> Reply:
        """Words were typed while `session` is open; `value` is what they mean, if that is known already."""
        flow = turn.content.flows[session.flow]
        step = flow.steps.get(session.step)
        read = value if value is not None else self._read(step, text)
        move = machine.advance(flow, session, Said(text, read), turn.now)
        if move.stale:
            return await self._again(turn, flow, session, move, strip=session.message_id)
        if move.unclear:
            shown = self._screen(turn, flow, session, unclear=True)
            return Reply((shown,), session=session.id, strip=session.message_id)
        return await self._apply(turn, flow, move, edit=None, strip=session.message_id)

    async def waited(self, turn: Turn, session_id: str) -> Reply:
        """A step's wait is over; nothing happens if somebody moved on meanwhile."""
        session = await turn.tx.sessions.get(session_id, turn.learner.id)
        if session is None or session.flow not in turn.content.flows:
            return Reply()
        flow = turn.content.flows[session.flow]
        move = machine.advance(flow, session, Waited(session.step), turn.now)
        if move.stale:
            return Reply()
        return await self._apply(turn, flow, move, edit=session.message_id, strip=None)

    def show(self, turn: Turn, session: Session) -> Reply:
        """The current step once more, as a new message."""
        flow = turn.content.flows[session.flow]
        return Reply((self._screen(turn, flow, session),), session=session.id, strip=session.message_id)

    def named(self, turn: Turn, session: Session | None, text: str) -> StepTap | None:
        """The choice of the current step whose label was typed instead of tapped."""
        if session is None or session.ended_at is not None or turn.now - session.touched_at > RESUMABLE:
            return None
        flow = turn.content.flows.get(session.flow)
        step = flow.steps.get(session.step) if flow else None
        if flow is None or step is None:
            return None
        typed = text.strip().casefold().rstrip(".!")
        for choice in (*step.choices, *(flow.always if step.always else ())):
            if choice.label.casefold() == typed and not (choice.to or "").startswith(machine.COMMAND):
                ticks = step.pick_many and choice.to is None
                return StepTap(session.id, step.id, choice.id + (machine.CHECKED if ticks else ""))
        return None

    def listening(self, turn: Turn, session: Session | None) -> Step | None:
        """The step that takes typed words as its answer right now, if there is one."""
        if session is None or turn.now - session.touched_at > RESUMABLE:
            return None
        flow = turn.content.flows.get(session.flow)
        step = flow.steps.get(session.step) if flow else None
        return step if step is not None and step.ask is not None and session.ended_at is None else None

    async def _apply(self, turn: Turn, flow: Flow, move: Move, *, edit: int | None, strip: int | None) -> Reply:
        for kind, text in move.notes:
            await turn.tx.records.add_note(turn.learner.id, kind, text, turn.now)
        before = move.session
        settled = await self._settle(turn, flow, move)
        try:
            settled = replace(settled, session=await turn.tx.sessions.save(settled.session))
        except LostRace:
            newest = await turn.tx.sessions.get(before.id, turn.learner.id)
            return self.show(turn, newest or before)
        await self._set_wait(turn, flow, settled.session)
        shown = replace(self._screen(turn, flow, settled.session), edit=edit)
        return self._reply(shown, settled.session, strip=None if strip == edit else strip)

    async def _settle(self, turn: Turn, flow: Flow, move: Move) -> Move:
        while move.action is not None:
            session = await self.actions[move.action](turn, move.session)
            move = machine.proceed(flow, session)
        return move

    async def _again(self, turn: Turn, flow: Flow, session: Session, move: Move, strip: int | None) -> Reply:
        if move.session.step != session.step:  # the step went away with a newer file
            move = await self._settle(turn, flow, move)
            session = await turn.tx.sessions.save(move.session)
        return replace(self.show(turn, session), strip=strip)

    async def _set_wait(self, turn: Turn, flow: Flow, session: Session) -> None:
        step = flow.steps[session.step]
        if step.wait is not None and session.ended_at is None:
            due = turn.now + timedelta(seconds=step.wait)
            await turn.tx.timers.set(turn.learner.id, WAIT, session.id, due, Lane.LIVE)

    def _screen(self, turn: Turn, flow: Flow, session: Session, *, unclear: bool = False) -> Screen:
        shown = screen(flow, session, self._options(turn, flow, session), unclear=unclear)
        step = flow.steps.get(session.step)
        if unclear and (step is None or not step.unclear):
            shown = replace(shown, text=f"{turn.texts('unclear')}\n\n{shown.text}")
        return shown

    @staticmethod
    def _reply(shown: Screen, session: Session, strip: int | None = None) -> Reply:
        return Reply((shown,), session=session.id, strip=strip)

    def _read(self, step: Step | None, text: str) -> Value | None:
        if step is None or step.ask is None:
            return None
        if step.ask == "place":
            found = self.places.find(text, limit=1)
            return found[0].zone if found else None
        return READERS[step.ask](text)

    def _options(self, turn: Turn, flow: Flow, session: Session) -> Options:
        wanted = {step.options for step in flow.steps.values() if step.options}
        lists: dict[str, tuple[tuple[str, str], ...]] = {}
        if "clocks" in wanted:
            clocks = self.places.clocks(turn.now, turn.content.places)
            lists["clocks"] = tuple((clock.zone, f"{clock.local} {clock.places}") for clock in clocks)
        if "countries" in wanted:
            countries = turn.library.helplines.countries.items()
            lists["countries"] = tuple(sorted(((code, item.name) for code, item in countries), key=lambda at: at[1]))
        if "languages" in wanted:
            lists["languages"] = tuple((code, item.name) for code, item in sorted(turn.library.locales.items()))
        return Options(lists)

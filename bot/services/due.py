"""What to do when a timer is due: a lesson's slot, a lesson put off, the end of a wait, a held message, a question.

`prepare` decides and writes down what is about to be sent; `settle` writes down what became of it. For a lesson the
ledger row comes before the send and is never sent twice: here a miss is better than a double.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.model import DeliveryState, Status, Timer
from bot.core.schedule import in_window
from bot.core.screen import Reply
from bot.library.load import Library
from bot.services import followup, hold, lessons
from bot.services.flows import WAIT, Flows
from bot.services.moments import same_day
from bot.services.onboarding import LESSON, schedule
from bot.services.spiral import SPIRAL
from bot.services.turn import Turn
from bot.store.store import Transaction


class Result(StrEnum):
    """What became of a send, as far as a timer is concerned."""

    SENT = "sent"
    BLOCKED = "blocked"
    LATER = "later"
    UNKNOWN = "unknown"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Prepared:
    """Something to send for a due timer. delivery: the ledger row, for a lesson."""

    timer: Timer
    chat_id: int
    locale: str
    reply: Reply
    delivery: int | None = None


@dataclass(frozen=True)
class Due:
    """The use cases behind timers."""

    library: Library
    flows: Flows

    async def prepare(self, tx: Transaction, timer: Timer, now: datetime) -> Prepared | None:
        """What to send for a claimed timer; None when nothing is (the timer is settled then)."""
        learner = await tx.learners.get(timer.learner_id)
        if learner is None or learner.status is Status.BLOCKED:
            await tx.timers.settle(timer)
            return None
        turn = Turn(tx, learner, self.library, now)
        match timer.kind:
            case kind if kind == WAIT:
                return await self._waited(turn, timer)
            case kind if kind == LESSON:
                return await self._lesson(turn, timer)
            case kind if kind == lessons.AGAIN:
                return await self._again(turn, timer)
            case kind if kind == hold.HOLD:
                return await self._release(turn, timer)
            case kind if kind == followup.FOLLOW_UP:
                return await self._follow_up(turn, timer)
            case _:
                await tx.timers.settle(timer)
                return None

    async def settle(self, tx: Transaction, sent: Prepared, result: Result, message_id: int | None, now: datetime,
                     seconds: float = 0.0) -> None:  # fmt: skip
        """Write down what became of it, and when the next one is due: one transaction."""
        learner = await tx.learners.get(sent.timer.learner_id)
        if learner is None:
            return
        turn = Turn(tx, learner, self.library, now)
        if result is Result.BLOCKED:
            if sent.delivery is not None:
                await tx.timers.end_delivery(sent.delivery, DeliveryState.FAILED)
            await turn.change(status=Status.BLOCKED)
            await schedule(turn)
            await tx.timers.settle(sent.timer)
            return
        if result is Result.LATER:
            if sent.delivery is not None:
                await tx.timers.cancel_delivery(sent.delivery)
                await turn.change(last_unasked=None)  # nothing came, so the day is still free
            await tx.timers.put_off(sent.timer, now + timedelta(seconds=max(seconds, 1.0)))
            return
        if sent.reply.session is not None and message_id is not None:
            await tx.sessions.set_message(sent.reply.session, message_id)
        if sent.delivery is not None:
            states = {Result.SENT: DeliveryState.SENT, Result.UNKNOWN: DeliveryState.UNKNOWN}
            state = states.get(result, DeliveryState.FAILED)
            await tx.timers.end_delivery(sent.delivery, state, message_id)
        if sent.timer.kind == LESSON:
            await self._next(turn, sent.timer)
        else:
            await tx.timers.settle(sent.timer)

    async def _waited(self, turn: Turn, timer: Timer) -> Prepared | None:
        reply = await self.flows.waited(turn, timer.key)
        if not reply.screens and timer.attempts > 1:
            # It went on before a crash, and the person may not have seen it: where they are now, once more.
            session = await turn.tx.sessions.get(timer.key, turn.learner.id)
            if session is not None and session.ended_at is None:
                reply = await self.flows.show(turn, session)
        if not reply.screens:
            await turn.tx.timers.settle(timer)
            return None
        return Prepared(timer, turn.learner.chat_id, turn.learner.locale, reply)

    async def _lesson(self, turn: Turn, timer: Timer) -> Prepared | None:
        plan = turn.learner.plan
        if await turn.tx.timers.doubtful(turn.learner.id):
            # A crash left a send half-way: it may have arrived, so this slot is used.
            await self._next(turn, timer)
            return None
        if turn.learner.status is not Status.ACTIVE or plan is None:
            await turn.tx.timers.settle(timer)
            return None
        if not in_window(turn.now, plan, timer.due_at) or same_day(turn, turn.learner.last_unasked):
            await self._next(turn, timer)
            return None
        if await turn.tx.sessions.touched_since(turn.learner.id, SPIRAL, turn.now - lessons.AFTER_SPIRAL):
            later = turn.now + lessons.AFTER_SPIRAL / 4
            if in_window(later, plan, timer.due_at):
                await turn.tx.timers.put_off(timer, later)
            else:
                await self._next(turn, timer)
            return None
        if await lessons.waiting(turn) is not None:
            return await self._unread(turn, timer)
        lesson = await lessons.following(turn)
        if lesson is None:
            await turn.tx.timers.settle(timer)
            return None
        ledger = await turn.tx.timers.begin_delivery(turn.learner.id, lesson.id, turn.now)
        await turn.change(unread=1, last_unasked=turn.now)
        shown = lessons.lesson_screen(turn, lesson, None, unasked=True)
        return Prepared(timer, turn.learner.chat_id, turn.learner.locale, Reply((shown,)), ledger)

    async def _unread(self, turn: Turn, timer: Timer) -> Prepared | None:
        """A lesson waits unread: this slot passes; after the third, say once that lessons wait until asked for."""
        passed = turn.learner.unread + 1
        if passed < lessons.QUIET_AFTER:
            await turn.change(unread=passed)
            await self._next(turn, timer)
            return None
        await turn.change(unread=0, status=Status.STOPPED, last_unasked=turn.now)
        await turn.tx.timers.settle(timer)
        quiet = turn.page(
            "lessons-quiet", (turn.button("button-lesson", "lesson"), turn.button("button-resume", "resume"))
        )
        return Prepared(
            replace(timer, kind="quiet"),
            turn.learner.chat_id,
            turn.learner.locale,
            Reply((replace(quiet, silent=True),)),
        )

    async def _release(self, turn: Turn, timer: Timer) -> Prepared | None:
        """A held message's time has come: said without a word of it. It was asked for, so a double beats silence."""
        held = await hold.release(turn, timer)
        if held is None:
            await turn.tx.timers.settle(timer)
            return None
        reply = await self.flows.begin(turn, hold.HOLD, {"hold": held.id}, step="release")
        if reply.session is not None:
            # Somebody may be in the middle of something else: this waits until it is tapped.
            await turn.tx.sessions.step_back(reply.session, held.made_at)
        return Prepared(timer, turn.learner.chat_id, turn.learner.locale, reply)

    async def _follow_up(self, turn: Turn, timer: Timer) -> Prepared | None:
        """How did it turn out? Settled before it is sent: it is asked once."""
        asked = await followup.begin(turn, self.flows, timer)
        if isinstance(asked, datetime):
            await turn.tx.timers.put_off(timer, asked)
            return None
        await turn.tx.timers.settle(timer)
        if asked is None:
            return None
        await turn.change(last_unasked=turn.now)
        screens = tuple(replace(shown, silent=True) for shown in asked.screens)
        return Prepared(timer, turn.learner.chat_id, turn.learner.locale, replace(asked, screens=screens))

    async def _again(self, turn: Turn, timer: Timer) -> Prepared | None:
        await turn.tx.timers.settle(timer)  # before it is sent: a miss is better than a double
        lesson = turn.content.lessons.get(timer.key)
        if lesson is None or turn.learner.paused or turn.learner.status is Status.STOPPED:
            return None
        if await turn.tx.sessions.touched_since(turn.learner.id, SPIRAL, turn.now - lessons.AFTER_SPIRAL):
            await turn.tx.timers.set(
                turn.learner.id, lessons.AGAIN, timer.key, turn.now + lessons.AFTER_SPIRAL, timer.lane
            )
            return None
        shown = lessons.lesson_screen(turn, lesson, await lessons.completion_of(turn, lesson.id), unasked=True)
        return Prepared(timer, turn.learner.chat_id, turn.learner.locale, Reply((shown,)))

    async def _next(self, turn: Turn, timer: Timer) -> None:
        await turn.change(last_slot=timer.due_at)
        if await schedule(turn) is None:
            await turn.tx.timers.settle(timer)

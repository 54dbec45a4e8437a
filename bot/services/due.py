"""What to do when a timer is due: the end of a wait, a held message, a question, and all that comes unasked.

`prepare` decides and writes down what is about to be sent; `settle` writes down what became of it. For a lesson or a
broadcast the ledger row comes before the send, which is never made twice: here a miss is better than a double.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.flow import ASLEEP
from bot.core.model import DeliveryState, Status, Timer
from bot.core.safety.cards import LOOK_IN
from bot.library.load import Library
from bot.services import broadcast, cards, followup, hold, lessons, retention, rough, unasked
from bot.services.flows import WAIT, Flows
from bot.services.onboarding import LESSON, schedule
from bot.services.steady import STEADY
from bot.services.turn import Turn
from bot.services.unasked import Prepared
from bot.store.broadcasts import BROADCAST
from bot.store.store import Transaction

UNASKED = frozenset((LESSON, lessons.AGAIN, unasked.AFTER, STEADY, followup.FOLLOW_UP, BROADCAST))
"""Kinds of timers that bring something by themselves; what somebody asked for is not among them."""


class Result(StrEnum):
    """What became of a send, as far as a timer is concerned."""

    SENT = "sent"
    BLOCKED = "blocked"
    LATER = "later"
    DOWN = "down"
    UNKNOWN = "unknown"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Due:
    """The use cases behind timers."""

    library: Library
    flows: Flows

    async def prepare(
        self, tx: Transaction, timer: Timer, now: datetime, stopped: frozenset[str] = frozenset()
    ) -> Prepared | None:
        """What to send for a claimed timer; None when nothing is (the timer is settled then).

        stopped: lessons and broadcasts that are not sent at present, because Telegram refuses them for everybody.
        """
        learner = await tx.learners.get(timer.learner_id, alone=True)
        if learner is not None and timer.kind == retention.RETENTION:  # kept also for somebody who blocked the bot
            await retention.erase_old(Turn(tx, learner, self.library, now), timer)
            return None
        if learner is None or learner.status is Status.BLOCKED:
            await tx.timers.settle(timer)
            return None
        turn = Turn(tx, learner, self.library, now)
        rests = _rests_until(turn)
        if timer.kind in UNASKED and rests is not None:
            await tx.timers.put_off(timer, rests)
            return None
        match timer.kind:
            case kind if kind == LOOK_IN:
                return await self._look_in(turn, timer)
            case kind if kind == WAIT:
                return await self._waited(turn, timer)
            case kind if kind == LESSON:
                return await unasked.slot(turn, timer, stopped)
            case kind if kind == lessons.AGAIN:
                return await unasked.again(turn, timer)
            case kind if kind == unasked.AFTER:
                return await unasked.day_after(turn, timer)
            case kind if kind == STEADY:
                return await unasked.steady_message(turn, timer)
            case kind if kind == rough.ROUGH:
                return await unasked.weekly_pause(turn, timer, rests=rests is not None)
            case kind if kind == BROADCAST:
                return await broadcast.due(turn, timer, stopped)
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
        ledger = tx.broadcasts if sent.timer.kind == BROADCAST else tx.timers
        if result is Result.BLOCKED:
            if sent.delivery is not None:
                await ledger.end_delivery(sent.delivery, DeliveryState.FAILED)
            await turn.change(status=Status.BLOCKED)
            await schedule(turn)
            await tx.timers.settle(sent.timer)
            return
        if result in (Result.LATER, Result.DOWN):
            if sent.delivery is not None:
                await ledger.cancel_delivery(sent.delivery)
            await self._free_day(turn, sent)
            await tx.timers.put_off(sent.timer, now + timedelta(seconds=max(seconds, 1.0)))
            return
        if sent.reply.session is not None and message_id is not None:
            await tx.sessions.set_message(sent.reply.session, message_id)
        if sent.delivery is not None:
            states = {Result.SENT: DeliveryState.SENT, Result.UNKNOWN: DeliveryState.UNKNOWN}
            state = states.get(result, DeliveryState.FAILED)
            await ledger.end_delivery(sent.delivery, state, message_id)
        if sent.timer.kind == LESSON:
            await unasked.pass_on(turn, sent.timer)
            return
        if sent.timer.kind == BROADCAST and result is Result.REJECTED:
            await self._free_day(turn, sent)
        await tx.timers.settle(sent.timer)

    async def _free_day(self, turn: Turn, sent: Prepared) -> None:
        """It certainly did not go out: this day is still free."""
        if sent.before is None:
            return
        if sent.timer.kind == LESSON:
            await turn.change(unread=sent.before.unread, last_unasked=sent.before.last_unasked)
        if sent.timer.kind == BROADCAST:
            await turn.change(last_unasked=sent.before.last_unasked)

    async def _waited(self, turn: Turn, timer: Timer) -> Prepared | None:
        reply = await self.flows.waited(turn, timer.key)
        if not reply.screens and timer.attempts > 1:
            # It went on before a crash, and the person may not have seen it: where they are now, once more.
            session = await turn.tx.sessions.get(timer.key, turn.learner.id)
            if session is not None and session.ended_at is None and not session.answers.get(ASLEEP):
                reply = await self.flows.show(turn, session)
        if not reply.screens:
            await turn.tx.timers.settle(timer)
            return None
        return Prepared(timer, turn.learner.chat_id, turn.learner.locale, reply)

    async def _look_in(self, turn: Turn, timer: Timer) -> Prepared:
        """Once, because somebody asked for it."""
        await turn.tx.timers.settle(timer)
        return Prepared(timer, turn.learner.chat_id, turn.learner.locale, await cards.look_in(turn, self.flows))

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


def _rests_until(turn: Turn) -> datetime | None:
    """Until when nothing comes unasked: for a day after danger was said plainly, and while a card is open."""
    learner = turn.learner
    opened = learner.card_at + cards.OPEN_FOR if learner.card_at is not None else turn.now
    rests = max(learner.rests_until or turn.now, opened)
    return rests if rests > turn.now else None

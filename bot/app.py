"""The composition root: everything is built here, once, and nothing is started by building it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, ApplicationBuilder, ExtBot
from telegram.request import BaseRequest

from bot.clock import Clock
from bot.core.model import Lane
from bot.dispatch import Dispatcher
from bot.documents import documents
from bot.library.check import Names
from bot.library.load import Library
from bot.pulse import Pulse
from bot.services import (
    bringing,
    card_steps,
    cards,
    followup,
    given,
    hold,
    journal,
    lessons,
    material,
    monthly,
    onboarding,
    retention,
    safetyplan,
    spiral,
    steady,
    therapist,
)
from bot.services import conversation as words
from bot.services.commands import BUTTON_COMMANDS, COMMANDS, UNLISTED
from bot.services.conversation import Conversation
from bot.services.due import Due, Result
from bot.services.flows import Flows
from bot.services.places import Places
from bot.services.unasked import Prepared
from bot.store.inbox import Waiting
from bot.store.paces import SharedPace
from bot.store.store import Store
from bot.telegram.claims import RENEW_SECONDS, SWEEP_SECONDS, Claims
from bot.telegram.desk import Desk
from bot.telegram.files import Files
from bot.telegram.handlers import register
from bot.telegram.intake import FIRST_PAUSE, LONGEST_PAUSE, Intake, TokenRefused
from bot.telegram.introduction import introduce
from bot.telegram.lanes import Lanes
from bot.telegram.porter import Porter
from bot.telegram.request import AiohttpRequest
from bot.telegram.sender import FindPlace, Place, Sender
from bot.telegram.stopwatch import Stopwatch
from bot.telegram.turns import Turns
from bot.telegram.verdict import Outcome
from bot.ticks import empty_scheduler, keep_ticking

log = structlog.get_logger()

ACTIONS = (
    onboarding.ACTIONS
    | spiral.ACTIONS
    | hold.ACTIONS
    | material.ACTIONS
    | followup.ACTIONS
    | journal.ACTIONS
    | safetyplan.ACTIONS
    | given.ACTIONS
    | steady.ACTIONS
    | lessons.ACTIONS
    | words.ACTIONS
    | card_steps.ACTIONS
    | retention.ACTIONS
    | bringing.ACTIONS
    | therapist.ACTIONS
    | monthly.ACTIONS
)
"""Everything that a step of a flow may `do`."""
CONTENT_NAMES = Names(
    actions=frozenset(ACTIONS),
    commands=frozenset((*COMMANDS, *UNLISTED, *BUTTON_COMMANDS)),
    unasked_steps=frozenset({(hold.HOLD, "release"), ("outcome", "ask"), *((flow, "*") for flow in cards.CARDS)}),
    unasked_texts=("lessons-quiet", "day-after", "recall", "clock-lost", "rough-offer"),
)
"""What content may name, for `keel content check`."""
LIVE_TICK, BULK_TICK = 1.0, 5.0
ANSWER_TIMES_TICK = 60.0
TIDY_TICK = 3600.0
KNOCK_TICK = 30.0
STOP_SECONDS = 8.0


Receive = Callable[[], Awaitable[None]]


@dataclass
class Keel:
    """The whole bot, built and not started."""

    application: Application[Any, Any, Any, Any, Any, Any]
    store: Store
    library: Library
    clock: Clock
    sender: Sender
    turns: Turns[Waiting] | Claims
    intake: Intake
    dispatcher: Dispatcher
    stopwatch: Stopwatch
    pulse: Pulse

    async def run(self, *, receive: Receive | None = None, dispatch: bool = True) -> None:
        """Receive and send until cancelled; then let running turns finish.

        receive: how updates come in, by default by asking for them; `nothing` for a process that only sends what is
        due. dispatch: send what is due. Raises TokenRefused: Telegram does not know the token.
        """
        receive = receive or self.intake.run
        scheduler = self.ticks(receive=receive is not nothing, dispatch=dispatch)
        try:
            await self.greet()
            beside = [
                asyncio.create_task(introduce(self.application.bot, self.library)),
                asyncio.create_task(keep_ticking(scheduler)),
            ]
            scheduler.start()
            try:
                await receive()
            finally:
                for task in beside:
                    task.cancel()
                scheduler.pause()  # nothing more begins; what is on the wire comes to its end
                await asyncio.gather(self.dispatcher.stop(STOP_SECONDS), self.turns.stop(STOP_SECONDS))
                scheduler.shutdown(wait=False)
                await self.sender.close()
                await self.stopwatch.write()
        finally:
            await self.application.shutdown()
            await self.application.bot.shutdown()

    def ticks(self, *, receive: bool, dispatch: bool) -> AsyncIOScheduler:
        """The few things that a process does by the clock."""
        scheduler = empty_scheduler()
        if dispatch:
            for lane, period in ((Lane.LIVE, LIVE_TICK), (Lane.BULK, BULK_TICK)):
                self.pulse.begins(lane.value)
                scheduler.add_job(
                    self.tick,
                    "interval",
                    args=(lane, period * 0.95),  # it stops before the next one begins
                    seconds=period,
                    next_run_time=datetime.now(UTC),  # what became due meanwhile does not wait for the first period
                )
        jobs: list[tuple[Callable[[], Awaitable[object]], float]] = [
            (self.stopwatch.write, ANSWER_TIMES_TICK),
            (self.knock, KNOCK_TICK),
        ]
        if receive:
            jobs.append((self.intake.tidy, TIDY_TICK))
        if receive and isinstance(self.turns, Claims):
            jobs += [(self.turns.renew, RENEW_SECONDS), (self.turns.sweep, SWEEP_SECONDS)]
        for job, period in jobs:
            scheduler.add_job(job, "interval", seconds=period)
        return scheduler

    async def tick(self, lane: Lane, seconds: float) -> None:
        """One pass over what is due in a lane."""
        await self.dispatcher.tick(lane, seconds)
        self.pulse.ticked(lane.value)

    async def knock(self) -> None:
        """Ask Telegram who we are where nothing else was asked for a while, so that /readyz knows that it answers."""
        if self.pulse.quiet >= KNOCK_TICK:
            with contextlib.suppress(TelegramError):
                await self.application.bot.get_me()

    async def greet(self) -> None:
        """Ask Telegram who we are, until it answers: it may be down just now.

        Raises TokenRefused: Telegram does not know the token.
        """
        pause = FIRST_PAUSE
        while True:
            try:
                await self.application.initialize()
                log.info("keel runs", lessons=len(self.library.speak(None).lessons))
                return
            except InvalidToken:
                message = "Telegram does not accept this KEEL_TOKEN; get the current one from @BotFather."
                raise TokenRefused(message) from None
            except TelegramError as error:
                log.warning("telegram is out of reach; waiting", error=type(error).__name__, seconds=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)


def build_bot(
    token: str,
    base_url: str,
    base_file_url: str,
    rate: float,
    request: BaseRequest | None = None,
    pulse: Pulse | None = None,
) -> ExtBot[str]:
    """PTB's bot with Keel's lanes; receiving has connections of its own. pulse: is told of every call."""
    return ExtBot(
        token,
        base_url=base_url,
        base_file_url=base_file_url,
        request=request or AiohttpRequest(pulse),
        get_updates_request=request or AiohttpRequest(pulse),
        rate_limiter=Lanes(rate),
    )


def build(
    bot: ExtBot[str],
    store: Store,
    library: Library,
    clock: Clock,
    places: Places | None = None,
    *,
    copies: bool = False,
    paid: bool = False,
    several: bool = False,
    pulse: Pulse | None = None,
) -> Keel:
    """Put everything together.

    copies: keep a sealed copy of the voice notes and pictures that people give. paid: what goes out in bulk may cost
    Telegram Stars. several: other processes share the database, so chats are leased and the bulk pace is everybody's.
    pulse: what this process counts of itself; the bot's own, where it was given one.
    """
    lanes = bot.rate_limiter
    assert isinstance(lanes, Lanes)  # build_bot gave it
    pulse = pulse or Pulse()
    application = ApplicationBuilder().bot(bot).updater(None).job_queue(None).build()
    flows = Flows(ACTIONS, places or Places(), material.play)
    files = Files(bot, store, library.folder / "media", documents(store, library, clock), copies=copies)
    sender = Sender(bot, files, pulse, paid=paid, place=_place(store) if several else None)
    if several:
        lanes.shared = SharedPace(store)
    stopwatch = Stopwatch(store, clock, pulse)
    desk = Desk(store, library, clock, Conversation(flows), sender, files, stopwatch)
    register(application, desk, Porter(bot, store, library, clock, flows))
    turns: Turns[Waiting] | Claims = Claims(store, clock, desk.handle) if several else Turns(desk.handle)
    intake = Intake(bot, store, clock, turns, desk.ahead, stopwatch)
    dispatcher = Dispatcher(store, clock, Due(library, flows), _sending(sender, library), lanes)
    for lane in Lane:
        pulse.watch_lane(lane.value, partial(lanes.waiting.__getitem__, lane))
    pulse.watch("keel_bulk_room_seconds", lambda: lanes.bulk_room)
    pulse.watch("keel_chats_held", lambda: lanes.held)
    pulse.watch("keel_chats_answered", lambda: turns.chats)
    return Keel(application, store, library, clock, sender, turns, intake, dispatcher, stopwatch, pulse)


async def nothing() -> None:
    """Receive no updates: other processes do."""
    await asyncio.Event().wait()


def _place(store: Store) -> FindPlace:
    async def place(chat_id: int) -> Place | None:
        async with store.transaction(reading=True) as tx:
            return await tx.sessions.place(chat_id)

    return place


def _sending(sender: Sender, library: Library) -> Any:
    async def send(prepared: Prepared, lane: Lane) -> tuple[Result, int | None, float]:
        texts = library.speak(prepared.locale).texts
        verdict = await sender.deliver(prepared.chat_id, prepared.reply, texts, lane)
        match verdict.outcome:
            case Outcome.DOWN:
                return Result.DOWN, None, BULK_TICK
            case Outcome.REJECTED:
                log.error("telegram rejected a screen", kind=prepared.timer.kind, reason=verdict.reason)
        return Result(verdict.outcome.value), verdict.message_id, verdict.seconds

    return send

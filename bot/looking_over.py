"""`keel check`: looking over settings, content, database, clock and token, in words."""

from __future__ import annotations

import contextlib
from datetime import date, time

from telegram.error import InvalidToken, TelegramError
from telegram.ext import ExtBot

from bot.app import CONTENT_NAMES, build_bot
from bot.core.schedule import Pace, Plan, Window, zone_of
from bot.library.check import check as check_content
from bot.library.check import to_mend
from bot.library.findings import ContentProblem
from bot.library.helplines import FRESH, old
from bot.library.load import load
from bot.library.schema import HelplinesFile
from bot.lost_keys import lost_keys
from bot.runner import (
    AlreadyRunning,
    ClockProblem,
    LessonsGone,
    beside,
    clock_of,
    library_of,
    only_one,
    opened,
    refuse_gone_lessons,
    refuse_old_clock,
)
from bot.settings import Settings, SettingsProblem
from bot.store.cipher import KeyProblem
from bot.store.migrate import migrate
from bot.store.store import Store, StoreProblem
from bot.zone_rules import say_rules


async def check_everything(settings: Settings) -> tuple[list[str], bool]:
    """One line a subject; whether anything is wrong."""
    lines: list[str] = ["settings: in order"]
    wrong: list[str] = []
    findings = to_mend(check_content(settings.content_dir, CONTENT_NAMES))
    lines.append(f"content: {'in order' if not findings else f'{len(findings)} to mend (keel content check)'}")
    wrong += [str(finding) for finding in findings[:3]]
    try:
        with only_one(settings):
            await migrate(settings.database_url)
            async with opened(settings) as store:
                lines.append("database: in order")
                wrong += await lost_keys(store)
                await refuse_old_clock(store, clock_of(settings))
                lines.append("clock: in order")
                wrong += await odd_plans(store)
                if not findings:
                    await refuse_gone_lessons(store, load(settings.content_dir))
    except AlreadyRunning:
        lines.append("database: in use by a running Keel")
        wrong += await _lost_beside(settings)
    except (StoreProblem, KeyProblem, ClockProblem, LessonsGone, SettingsProblem) as problem:
        wrong.append(str(problem))
    if not findings:
        try:
            lines += _helplines(library_of(settings).helplines, clock_of(settings).now().date(), wrong)
        except ContentProblem as problem:
            wrong.append(str(problem))
    rules, out_of_date = say_rules(clock_of(settings).now().date())
    lines.append(rules)
    wrong += [out_of_date] if out_of_date is not None else []
    if settings.token is None:
        lines.append("token: not set (keel demo needs none)")
    else:
        wrong += await _token_problem(build_bot(settings.token, settings.base_url, settings.base_file_url, 1), lines)
    return lines + [f"to mend: {problem}" for problem in wrong], bool(wrong)


async def odd_plans(store: Store) -> list[str]:
    """One sentence for each plan that no lesson can come by, with how many people have it."""
    async with store.transaction(reading=True) as tx:
        plans = await tx.learners.plans()
    said = []
    for (zone, minutes, weekdays), people in plans.items():
        try:
            zone_of(zone)
            Plan(zone, Window(time(8), minutes), weekdays, Pace.daily)
        except ValueError as problem:
            who = "one person has" if people == 1 else f"{people} people have"
            said.append(f"{who} a plan that no lesson can come by. {problem}")
    return said


async def _lost_beside(settings: Settings) -> list[str]:
    try:
        async with beside(settings) as store:
            return await lost_keys(store)
    except (StoreProblem, KeyProblem) as problem:
        return [str(problem)]


def _helplines(helplines: HelplinesFile, today: date, wrong: list[str]) -> list[str]:
    """How old the helplines are, which of them are too old to trust, and whether anybody ever dialled them."""
    shown = [line for country in helplines.countries.values() for line in country.lines]
    confirmed = sum(line.confirmed is not None for line in shown)
    told = "nobody has dialled any of them" if not confirmed else f"{confirmed} of them were dialled by the operator"
    lines = [f"helplines: {len(shown)} lines, compiled {helplines.compiled}; {told}"]
    if names := old(helplines.countries, today):
        lines.append(f"helplines not seen or confirmed for {FRESH.days} days: {'; '.join(names)}")
    if (age := today - helplines.compiled) > FRESH:
        wrong.append(f"helplines: compiled {age.days} days ago; check every number and renew the date.")
    return lines


async def _token_problem(bot: ExtBot[str], lines: list[str]) -> list[str]:
    try:
        await bot.initialize()
        lines.append(f"token: accepted, the bot is @{bot.username}")
        return []
    except InvalidToken:
        return ["KEEL_TOKEN is refused by Telegram; get the current one from @BotFather."]
    except TelegramError as error:
        return [f"Telegram does not answer ({type(error).__name__}); check the network and KEEL_API_URL."]
    finally:
        with contextlib.suppress(TelegramError, RuntimeError):
            await bot.shutdown()

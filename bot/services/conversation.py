"""The front door: what came in goes to the one use case that answers it. Nothing goes unanswered."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.core.model import Session
from bot.core.screen import CommandTap, LessonTap, Reply, Screen, StepTap
from bot.services import (
    given,
    lessons,
    library,
    onboarding,
    privacy,
    progress,
    review,
    safety,
    safetyplan,
    spiral,
    unasked,
)
from bot.services.flows import RESUMABLE, Flows
from bot.services.pages import source_text
from bot.services.turn import Command, Gave, Incoming, Other, Pressed, Shared, Turn, Wrote

FLOW_COMMANDS = ("settings", "pause", "language", "hold", "letter", "journal", "checkin", "plan")
"""Commands that begin the flow of the same name."""
PAGES = ("help", "about", "privacy")
COMMANDS = (
    "spiral",
    "hold",
    "lesson",
    "progress",
    "sos",
    "checkin",
    "journal",
    "letter",
    "plan",
    "library",
    "settings",
    "start",
    "pause",
    "resume",
    "language",
    "export",
    "delete",
    "privacy",
    "about",
    "help",
    "stop",
)
"""Every command a person can type, the five used most first: the order of Telegram's menu."""
BUTTON_COMMANDS = ("again", "open", "stage", "after", "hide", "why", "card", "tools", "snooze")
"""What only buttons mean."""


LARGEST_KEEPSAKE = 20 * 1024 * 1024
"""Bytes of a file that a bot can fetch from Telegram."""


@dataclass(frozen=True)
class Conversation:
    """Answers one incoming thing at a time, inside the caller's transaction."""

    flows: Flows

    async def answer(self, turn: Turn, incoming: Incoming) -> Reply:
        """What Keel says to this. Always at least one screen."""
        match incoming:
            case Command():
                return await self._command(turn, incoming)
            case Pressed(tap, message_id):
                return await self._pressed(turn, tap, message_id)
            case Wrote(text, message_id):
                return await self._wrote(turn, text, message_id)
            case Shared(latitude, longitude):
                return await self._shared(turn, latitude, longitude)
            case Gave():
                return await self._gave(turn, incoming)
            case Other(kind):
                return await self._other(turn, kind)

    async def _command(self, turn: Turn, command: Command) -> Reply:
        match command.name:
            case "spiral":
                return await spiral.begin(turn, self.flows)
            case "again":
                return await self.flows.begin(turn, spiral.SPIRAL)
            case "start":
                return await onboarding.start(turn, self.flows)
            case "lesson":
                return await lessons.on_request(turn, command)
            case "library":
                return await library.view(turn, command, self.flows)
            case "open":
                return await given.begin(turn, self.flows, command) or Reply((self._page(turn, "old-button"),))
            case "snooze":
                return await self.flows.begin(turn, "snooze", {"lesson": command.argument})
            case "stage":
                return await review.go(turn, command)
            case "after":
                return await unasked.allow_day_after(turn, command)
            case "progress":
                return await progress.view(turn)
            case "sos":
                return await safety.sos(turn, command)
            case "resume":
                return await onboarding.resume(turn)
            case "stop":
                return await onboarding.stop(turn)
            case "export":
                return await privacy.export(turn)
            case "delete":
                return await privacy.delete(turn, command)
            case "hide" if command.message_id is not None:
                return Reply(delete=(command.message_id,))
            case "why":
                return self._why(turn, command.argument)
            case "card":
                return safetyplan.card(turn)
            case "tools":
                await turn.change(hidden_tools=frozenset())
                return Reply((self._page(turn, "tools-shown"),))
            case name if name in FLOW_COMMANDS:
                return await self.flows.begin(turn, name)
            case name if name in PAGES:
                return Reply((self._page(turn, name),))
            case _:
                return Reply((self._page(turn, "unknown-command"),))

    async def _pressed(self, turn: Turn, tap: StepTap | LessonTap | CommandTap | None, message_id: int | None) -> Reply:
        match tap:
            case StepTap():
                reply = await self.flows.tap(turn, tap, message_id)
            case LessonTap():
                moved = turn.library.curriculum.moved.get(tap.lesson, tap.lesson)
                reply = await lessons.tap(turn, replace(tap, lesson=moved), message_id)
            case CommandTap(command, argument):
                return await self._command(turn, Command(command, argument, message_id))
            case None:
                reply = None
        return reply if reply is not None else await self._old_button(turn)

    async def _old_button(self, turn: Turn) -> Reply:
        """A button from long ago, or data that was never ours: where things stand now, kindly."""
        current = await turn.tx.sessions.current(turn.learner.id)
        if current is not None and turn.now - current.touched_at <= RESUMABLE and current.flow in turn.content.flows:
            return await self.flows.show(turn, current)
        return Reply((self._page(turn, "old-button"),))

    async def _wrote(self, turn: Turn, text: str, message_id: int | None) -> Reply:
        if text.strip() == turn.texts("keyboard-spiral"):
            return await spiral.begin(turn, self.flows)
        current = await turn.tx.sessions.current(turn.learner.id)
        named = self.flows.named(turn, current, text)
        reply = await self.flows.tap(turn, named, None) if named is not None else None
        if current is not None and reply is not None:
            # What was typed stands below the living message, so the answer is a new one.
            screens = tuple(replace(shown, edit=None) for shown in reply.screens)
            return replace(reply, screens=screens, strip=current.message_id)
        if current is not None and self.flows.listening(turn, current) is not None:
            return await self.flows.say(turn, current, text, message_id=message_id)
        if spiral.sounds_like_it(text, turn.content.spiral_phrases):
            rows = ((turn.button("button-spiral", "spiral"),), (turn.button("button-more-help", "sos"),))
            return Reply((turn.page("offer-spiral", *rows),))
        return await self.flows.begin(turn, "words", {"text": text})

    async def _shared(self, turn: Turn, latitude: float, longitude: float) -> Reply:
        current = await turn.tx.sessions.current(turn.learner.id)
        step = self.flows.listening(turn, current)
        zone = self.flows.places.zone_at(latitude, longitude)
        if current is None or step is None or step.ask != "place" or zone is None:
            return Reply((self._page(turn, "location-unasked"),))
        return await self.flows.say(turn, current, zone, value=zone)

    async def _gave(self, turn: Turn, gave: Gave) -> Reply:
        """A voice note or a picture: kept where one is asked for, else met like anything Keel has no use for."""
        current = await turn.tx.sessions.current(turn.learner.id)
        step = self.flows.listening(turn, current)
        if current is None or step is None or step.ask != gave.kind:
            return await self._other(turn, "voice" if gave.kind == "voice" else "picture")
        if not 0 < gave.size <= LARGEST_KEEPSAKE:
            return await self._sorry(turn, current, "keepsake-empty" if gave.size <= 0 else "keepsake-too-large")
        return await self.flows.say(turn, current, "", value=gave.file_id)

    async def _other(self, turn: Turn, kind: str) -> Reply:
        current = await turn.tx.sessions.current(turn.learner.id)
        name = f"other-{kind}" if turn.texts.has(f"other-{kind}") else "other"
        if current is not None and self.flows.listening(turn, current) is not None:
            return await self._sorry(turn, current, name)
        return Reply((self._page(turn, name),))

    async def _sorry(self, turn: Turn, current: Session, name: str) -> Reply:
        """What would work here, and the step once more."""
        shown = await self.flows.show(turn, current)
        return Reply((Screen(turn.texts(name)), *shown.screens), session=shown.session, strip=shown.strip)

    @staticmethod
    def _why(turn: Turn, tool: str) -> Reply:
        """Why a way to calm down may work, in two plain sentences, with its source."""
        steps = (step for flow in turn.content.flows.values() for step in flow.steps.values())
        step = next((step for step in steps if step.tool == tool and step.source), None)
        if step is None or step.source is None:
            return Reply((Conversation._page(turn, "old-button"),))
        said = source_text(turn, step.why or "", step.source)
        return Reply((Screen(said, ((turn.button("button-hide", "hide"),),)),))

    @staticmethod
    def _page(turn: Turn, name: str) -> Screen:
        reviewed = [item.reviewed_by for item in turn.content.lessons.values() if item.reviewed_by != "none yet"]
        values: dict[str, str | int] = {"lessons": len(turn.content.lessons), "reviewed": len(reviewed)}
        rows = (
            (turn.button("button-spiral", "spiral"), turn.button("button-more-help", "sos")),
            (turn.button("button-progress", "progress"), turn.button("button-settings", "settings")),
        )
        return turn.page(name, *rows, **values)


async def keep_note(turn: Turn, session: Session) -> Session:
    """Keep free text that came out of the blue as a note, because its writer said so."""
    text = session.answers.get("text")
    if isinstance(text, str):
        await turn.tx.records.add_note(turn.learner.id, "note", text, turn.now)
    return session


ACTIONS = {"keep_note": keep_note}

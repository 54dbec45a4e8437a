"""The front door: what came in goes to the one use case that answers it. Nothing goes unanswered."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.core.model import Session
from bot.core.screen import CommandTap, LessonTap, Reply, Screen, StepTap
from bot.services import lessons, onboarding, privacy, progress, safety, spiral
from bot.services.flows import RESUMABLE, Flows
from bot.services.turn import Command, Incoming, Other, Pressed, Shared, Turn, Wrote

FLOW_COMMANDS = {"settings": "settings", "pause": "pause", "language": "language"}
PAGES = ("help", "about", "privacy")
COMMANDS = (
    "spiral",
    "lesson",
    "progress",
    "settings",
    "sos",
    "start",
    "library",
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
            case Wrote(text):
                return await self._wrote(turn, text)
            case Shared(latitude, longitude):
                return await self._shared(turn, latitude, longitude)
            case Other(kind):
                return await self._other(turn, kind)

    async def _command(self, turn: Turn, command: Command) -> Reply:
        match command.name:
            case "spiral":
                return await spiral.begin(turn, self.flows)
            case "again":
                return await spiral.begin_anew(turn, self.flows)
            case "start":
                return await onboarding.start(turn, self.flows)
            case "lesson":
                return await lessons.on_request(turn, command)
            case "library":
                return await lessons.library(turn, command)
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
            case name if name in FLOW_COMMANDS:
                return await self.flows.begin(turn, FLOW_COMMANDS[name])
            case name if name in PAGES:
                return Reply((self._page(turn, name),))
            case _:
                return Reply((self._page(turn, "unknown-command"),))

    async def _pressed(self, turn: Turn, tap: StepTap | LessonTap | CommandTap | None, message_id: int | None) -> Reply:
        match tap:
            case StepTap():
                reply = await self.flows.tap(turn, tap, message_id)
            case LessonTap():
                reply = await lessons.tap(turn, tap, message_id)
            case CommandTap(command, argument):
                return await self._command(turn, Command(command, argument, message_id))
            case None:
                reply = None
        return reply if reply is not None else await self._old_button(turn)

    async def _old_button(self, turn: Turn) -> Reply:
        """A button from long ago, or data that was never ours: where things stand now, kindly."""
        current = await turn.tx.sessions.current(turn.learner.id)
        if current is not None and turn.now - current.touched_at <= RESUMABLE and current.flow in turn.content.flows:
            return self.flows.show(turn, current)
        return Reply((self._page(turn, "old-button"),))

    async def _wrote(self, turn: Turn, text: str) -> Reply:
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
            return await self.flows.say(turn, current, text)
        if spiral.sounds_like_it(text, turn.content.spiral_phrases):
            rows = ((turn.button("button-spiral", "spiral"),), (turn.button("button-more-help", "sos"),))
            return Reply((turn.page("offer-spiral", *rows),))
        return await self.flows.begin(turn, "words", text=text)

    async def _shared(self, turn: Turn, latitude: float, longitude: float) -> Reply:
        current = await turn.tx.sessions.current(turn.learner.id)
        step = self.flows.listening(turn, current)
        zone = self.flows.places.zone_at(latitude, longitude)
        if current is None or step is None or step.ask != "place" or zone is None:
            return Reply((self._page(turn, "location-unasked"),))
        return await self.flows.say(turn, current, zone, value=zone)

    async def _other(self, turn: Turn, kind: str) -> Reply:
        current = await turn.tx.sessions.current(turn.learner.id)
        name = f"other-{kind}" if turn.texts.has(f"other-{kind}") else "other"
        if current is not None and self.flows.listening(turn, current) is not None:
            shown = self.flows.show(turn, current)
            return Reply((Screen(turn.texts(name)), *shown.screens), session=shown.session, strip=shown.strip)
        return Reply((self._page(turn, name),))

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

"""The front door: what came in goes to the one use case that answers it. Nothing goes unanswered."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.core.flow import ASLEEP
from bot.core.model import Session
from bot.core.screen import CommandTap, LessonTap, Reply, Screen, StepTap
from bot.services import (
    bringing,
    cards,
    commands,
    danger,
    lessons,
    safety,
    spiral,
)
from bot.services.flows import RESUMABLE, Flows
from bot.services.turn import Command, Gave, Handed, Incoming, Other, Pressed, Shared, Turn, Wrote

LARGEST_KEEPSAKE = 20 * 1024 * 1024
"""Bytes of a file that a bot can fetch from Telegram."""


@dataclass(frozen=True)
class Conversation:
    """Answers one incoming thing at a time, inside the caller's transaction."""

    flows: Flows

    async def answer(self, turn: Turn, incoming: Incoming) -> Reply:
        """What Keel says to this. Always at least one screen.

        Danger in the words comes before everything else, and an open card before everything but the way to help.
        """
        current = None
        if not isinstance(incoming, Command | Pressed):
            current = await turn.tx.sessions.current(turn.learner.id)
        step = self.flows.listening(turn, current)
        noticed = danger.look(turn, incoming, step)
        if noticed is not None and not self._only_named(turn, incoming, current, noticed):

            async def ordinary() -> Reply:
                return await self._ordinary(turn, incoming, await turn.tx.sessions.current(turn.learner.id))

            shown = await cards.notice(turn, self.flows, incoming, noticed, step, ordinary)
            if shown is not None:
                return shown
            if current is not None:  # noticing may have changed it
                current = await turn.tx.sessions.current(turn.learner.id)
        waits = await cards.in_the_way(turn, self.flows, incoming, current)
        return waits if waits is not None else await self._ordinary(turn, incoming, current)

    async def _ordinary(self, turn: Turn, incoming: Incoming, current: Session | None) -> Reply:
        match incoming:
            case Command():
                return await commands.answer(turn, self.flows, incoming)
            case Pressed(tap, message_id):
                return await self._pressed(turn, tap, message_id)
            case Wrote(text, message_id):
                return await self._wrote(turn, text, message_id, current)
            case Shared(latitude, longitude):
                return await self._shared(turn, latitude, longitude, current)
            case Gave():
                return await self._gave(turn, incoming, current)
            case Handed():
                return await self._handed(turn, incoming, current)
            case Other(kind):
                return await self._other(turn, kind, current)

    def _only_named(self, turn: Turn, incoming: Incoming, current: Session | None, noticed: danger.Noticed) -> bool:
        """Whether the words are the label of a button that is on the screen, and no plain danger."""
        plain = any(item.tier == "act" for item in noticed.due)
        return isinstance(incoming, Wrote) and not plain and self.flows.named(turn, current, incoming.text) is not None

    async def _pressed(self, turn: Turn, tap: StepTap | LessonTap | CommandTap | None, message_id: int | None) -> Reply:
        match tap:
            case StepTap():
                reply = await self._tap(turn, tap, message_id)
            case LessonTap() if turn.learner.age_band == "under16":
                return commands.young(turn)
            case LessonTap():
                moved = turn.library.curriculum.moved.get(tap.lesson, tap.lesson)
                reply = await lessons.tap(turn, replace(tap, lesson=moved), message_id)
            case CommandTap(command, argument):
                return await commands.answer(turn, self.flows, Command(command, argument, message_id))
            case None:
                reply = None
        return reply if reply is not None else await self._old_button(turn)

    async def _tap(self, turn: Turn, tap: StepTap, message_id: int | None) -> Reply | None:
        if tap.session == turn.learner.card:
            return await cards.tap(turn, self.flows, tap, message_id)
        reply = await self.flows.tap(turn, tap, message_id)
        if reply is None or turn.learner.card is None:
            return reply
        return await cards.alongside(turn, self.flows, tap, reply)

    async def _old_button(self, turn: Turn) -> Reply:
        """A button from long ago, or data that was never ours: where things stand now, kindly."""
        current = await turn.tx.sessions.current(turn.learner.id)
        known = current is not None and current.flow in turn.content.flows and not current.answers.get(ASLEEP)
        if current is not None and known and turn.now - current.touched_at <= RESUMABLE:
            return await self.flows.show(turn, current)
        return Reply((commands.page(turn, "old-button"),))

    async def _wrote(self, turn: Turn, text: str, message_id: int | None, current: Session | None) -> Reply:
        if text.strip() == turn.texts("keyboard-spiral"):
            return await spiral.begin(turn, self.flows)
        if text.strip() == turn.texts("keyboard-help"):
            return await safety.sos(turn, Command("sos"))
        named = self.flows.named(turn, current, text)
        reply = await self._tap(turn, named, None) if named is not None else None
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

    async def _shared(self, turn: Turn, latitude: float, longitude: float, current: Session | None) -> Reply:
        step = self.flows.listening(turn, current)
        zone = self.flows.places.zone_at(latitude, longitude)
        if current is None or step is None or step.ask != "place" or zone is None:
            return Reply((commands.page(turn, "location-unasked"),))
        return await self.flows.say(turn, current, zone, value=zone)

    async def _gave(self, turn: Turn, gave: Gave, current: Session | None) -> Reply:
        """A voice note or a picture: kept where one is asked for, else met like anything Keel has no use for."""
        step = self.flows.listening(turn, current)
        if current is None or step is None or step.ask != gave.kind:
            return await self._other(turn, "voice" if gave.kind == "voice" else "picture", current)
        if not 0 < gave.size <= LARGEST_KEEPSAKE:
            return await self._sorry(turn, current, "keepsake-empty" if gave.size <= 0 else "keepsake-too-large")
        return await self.flows.say(turn, current, "", value=gave.file_id)

    async def _handed(self, turn: Turn, handed: Handed, current: Session | None) -> Reply:
        """A file: brought in where one is asked for, and else nothing that Keel has a use for."""
        step = self.flows.listening(turn, current)
        if current is None or step is None or step.ask != "file":
            return await self._other(turn, "file", current)
        brought = await bringing.bring(turn, handed)
        return brought if isinstance(brought, Reply) else await self._sorry(turn, current, f"import-{brought}")

    async def _other(self, turn: Turn, kind: str, current: Session | None) -> Reply:
        name = f"other-{kind}" if turn.texts.has(f"other-{kind}") else "other"
        if current is not None and self.flows.listening(turn, current) is not None:
            return await self._sorry(turn, current, name)
        return Reply((commands.page(turn, name),))

    async def _sorry(self, turn: Turn, current: Session, name: str) -> Reply:
        """What would work here, and the step once more."""
        shown = await self.flows.show(turn, current)
        return replace(shown, screens=(Screen(turn.texts(name)), *shown.screens))


async def keep_note(turn: Turn, session: Session) -> Session:
    """Keep free text that came out of the blue as a note, because its writer said so."""
    text = session.answers.get("text")
    if isinstance(text, str):
        await turn.tx.records.add_note(turn.learner.id, "note", text, turn.now)
    return session


ACTIONS = {"keep_note": keep_note}

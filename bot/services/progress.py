"""/progress: one message of at most twelve lines, warm when there is nothing to count yet."""

from __future__ import annotations

from bot.core.curriculum import next_lesson
from bot.core.progress import summarise
from bot.core.screen import Reply, Screen
from bot.services.turn import Turn


async def view(turn: Turn) -> Reply:
    """What grew, what the ratings did, where the person is, and Continue. Writes nothing."""
    entries = await turn.tx.records.entries(turn.learner.id)
    done = await turn.tx.records.completions(turn.learner.id)
    sent = [item.lesson for item in await turn.tx.timers.deliveries(turn.learner.id)]
    curriculum = turn.library.curriculum
    summary = summarise(curriculum, entries, done, next_lesson(curriculum, done, sent))
    rows = (
        (turn.button("button-continue", "lesson"), turn.button("button-spiral", "spiral")),
        (turn.button("button-export", "export"), turn.button("button-more-help", "sos")),
    )
    if summary.empty:
        return Reply((turn.page("progress-empty", *rows),))
    lines = [turn.texts("progress-title")]
    if summary.pauses:
        lines.append("- " + turn.texts("progress-pauses", count=summary.pauses))
    if summary.spirals:
        lines.append("- " + turn.texts("progress-spirals", count=summary.spirals))
    if summary.practised:
        lines.append("- " + turn.texts("progress-practised", count=summary.practised))
    if summary.met:
        lines.append("- " + turn.texts("progress-lessons", count=summary.met, of=summary.lessons))
    if summary.before is not None and summary.after is not None:
        lines.append(
            turn.texts(
                "progress-ratings",
                count=summary.pairs,
                before=f"{summary.before:g}",
                after=f"{summary.after:g}",
            )
        )
        lines.append(turn.texts("progress-mirror"))
    elif summary.pairs:
        lines.append(turn.texts("progress-few-pairs"))
    stage = turn.texts(f"stage-{summary.stage}") if summary.stage else None
    lines.append(turn.texts("progress-stage", stage=stage) if stage else turn.texts("progress-through"))
    return Reply((Screen("\n".join(lines), rows),))

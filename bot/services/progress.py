"""/progress: one message of at most twelve lines, warm when there is nothing to count yet."""

from __future__ import annotations

from bot.core.curriculum import next_lesson
from bot.core.progress import summarise
from bot.core.screen import Reply, Screen
from bot.services.turn import Turn


async def view(turn: Turn) -> Reply:
    """What grew, what the ratings did, where the person is, and Continue. Writes nothing."""
    tally = await turn.tally()
    done = await turn.tx.records.completions(turn.learner.id)
    sent = [item.lesson for item in await turn.tx.timers.deliveries(turn.learner.id)]
    curriculum = turn.library.curriculum
    summary = summarise(curriculum, tally, done, next_lesson(curriculum, done, sent))
    rows = (
        (turn.button("button-continue", "lesson"), turn.button("button-spiral", "spiral")),
        (turn.button("button-export", "export"), turn.button("button-more-help", "sos")),
        (turn.button("button-therapist", "therapist"),),
    )
    if summary.empty:
        return Reply((turn.page("progress-empty", *rows),))
    lines = [turn.texts("progress-title")]
    if summary.pauses:
        lines.append("- " + turn.texts("progress-pauses", count=summary.pauses))
    if summary.spirals:
        lines.append("- " + turn.texts("progress-spirals", count=summary.spirals))
    if summary.held:
        lines.append("- " + turn.texts("progress-held", count=summary.held))
    if summary.let_go:
        lines.append("- " + turn.texts("progress-let-go", count=summary.let_go))
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
    if (best := summary.tool) is not None:
        named, before, after = turn.texts(f"tool-{best.tool}"), f"{best.before:g}", f"{best.after:g}"
        lines.append(turn.texts("progress-tool", tool=named, before=before, after=after, count=best.cases))
    if (past := summary.fears) is not None:
        counts = {"checked": past.checked, "didnt": past.didnt, "partly": past.partly, "did": past.did}
        lines.append(turn.texts("progress-fears", **counts))
    stage = turn.texts(f"stage-{summary.stage}") if summary.stage else None
    lines.append(turn.texts("progress-stage", stage=stage) if stage else turn.texts("progress-through"))
    return Reply((Screen("\n".join(lines), rows),))

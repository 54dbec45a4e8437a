"""Every screen of every flow: plain enough for one in the morning."""

from __future__ import annotations

from statistics import median

from bot.app import ACTIONS
from bot.library.grade import grade
from bot.library.load import Library
from bot.services.commands import COMMANDS, FLOW_COMMANDS, PAGES

BESIDE = {"again", "why", "card", "tools", "hide", "delete", "goon", "asks", "back", "age", "rough"}
"""Commands that only buttons use, or that take an argument."""


def test_every_screen_reads_at_grade_8_at_most_and_half_of_them_at_6(library: Library) -> None:
    texts = [text for flow in library.speak("en").flows.values() for step in flow.steps.values() for text in step.say]
    grades = sorted((grade(text), text) for text in texts)
    assert grades[-1][0] <= 8, grades[-1]
    assert median(number for number, _ in grades) <= 6
    assert len(texts) > 150


def test_every_action_and_command_that_a_flow_names_exists(library: Library) -> None:
    known = {*COMMANDS, *FLOW_COMMANDS, *PAGES, *BESIDE}
    for flow in library.speak("en").flows.values():
        for step in flow.steps.values():
            assert step.do is None or step.do in ACTIONS, f"{flow.id}.{step.id} does {step.do}"
            for choice in (*step.choices, *flow.always):
                if (choice.to or "").startswith("command:"):
                    assert str(choice.to).split(":")[1] in known, f"{flow.id}.{step.id} opens {choice.to}"


def test_every_tool_of_the_spiral_has_a_name_for_progress(library: Library) -> None:
    content = library.speak("en")
    for step in content.flows["spiral"].steps.values():
        assert step.tool is None or content.texts.has(f"tool-{step.tool}")

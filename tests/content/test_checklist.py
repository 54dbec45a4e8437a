"""docs/SAFETY.md quotes the cards against a checklist: that is what they say, and some things none of them says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.app import CONTENT_NAMES
from bot.core.flow import Step
from bot.library.load import Content, Library
from bot.services.cards import CARDS

PAGE = (Path(__file__).parent.parent.parent / "docs" / "SAFETY.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (.+?) \| `([a-z0-9.-]+)` \| (“.+”) \|$", PAGE, re.MULTILINE)
NEVER = (
    r"\bpromise me\b",
    r"\bcalm down\b",
    r"\bcommit(?:s|ted)?\b",
    r"\b(?:failed|successful)\b",
    r"\bdisorder\b",
    r"you said you were safe",
    r"can't talk about that",
    r"are you okay\?",
    r"\bdays clean\b|\bclean for\b",
    r"\bstreak\b",
)
NEVER_ABOUT_FEAR = (
    r"their side",
    r"\brepair\b",
    r"your part",
    r"\bcouples?\b",
    r"\bleave (?:him|her|them)\b",
    r"\bconfront\b",
)
MOST_WORDS = 130


def said(content: Content, place: str) -> str:
    """Everything that stands at a step (its words and its buttons), or a small text."""
    flow, _, step = place.partition(".")
    if not step:
        return content.texts(place)
    found = content.flows[flow].steps[step]
    return " ".join(" ".join((*found.say, *(choice.label for choice in found.choices))).split())


@pytest.mark.parametrize(("owed", "place", "words"), ROWS, ids=lambda value: str(value)[:40])
def test_what_is_quoted_is_what_is_said(library: Library, owed: str, place: str, words: str) -> None:
    text = " ".join(said(library.speak("en"), place).replace("*", "").split())
    for quotation in re.findall(r"“([^”]+)”", words):
        assert quotation in text, f"{owed}: “{quotation}” is not at {place}"


def test_the_checklist_is_there() -> None:
    assert len(ROWS) > 35


def steps(library: Library) -> list[tuple[str, Step]]:
    """Every step of every card."""
    flows = library.speak("en").flows
    return [(name, step) for name in sorted(CARDS) for step in flows[name].steps.values() if step.say]


def test_every_help_button_leads_to_the_same_place(library: Library) -> None:
    for flow in library.speak("en").flows.values():
        ways = {choice.to for choice in flow.always if choice.label == "More help"}
        assert ways == {"command:sos"}, flow.id
        for step in flow.steps.values():
            for choice in step.choices:
                if choice.label == "More help":
                    assert choice.to == "command:sos", f"{flow.id}.{step.id}"


def test_what_no_card_ever_says(library: Library) -> None:
    for name, step in steps(library):
        for text in (*step.say, *(choice.label for choice in step.choices)):
            for pattern in (*NEVER, *(NEVER_ABOUT_FEAR if name == "safety-abuse" else ())):
                assert not re.search(pattern, text, re.IGNORECASE), f"{name}.{step.id}: {pattern}"
            assert len(text.split()) <= MOST_WORDS, f"{name}.{step.id} is a wall"


def test_every_card_offers_help_a_way_to_hide_and_a_way_out(library: Library) -> None:
    flows = library.speak("en").flows
    for name in CARDS:
        assert flows[name].silent
        assert {choice.to for choice in flows[name].always} == {"command:sos", "command:clean"}
        assert (name, "*") in CONTENT_NAMES.unasked_steps  # their first lines are held to the lock screen's rule
        assert not any(step.tool or step.media or step.frames for step in flows[name].steps.values())


def test_every_act_card_can_be_dismissed_only_with_a_second_look(library: Library) -> None:
    flows = library.speak("en").flows
    for name in sorted(CARDS - {"safety-who", "safety-young"}):
        act = {choice.id: choice.to for choice in flows[name].steps["act"].choices}
        assert act["safe"] == "second"
        ways = {choice.to for choice in flows[name].steps["second"].choices}
        assert "put-away" in ways
        assert len(ways) >= 2

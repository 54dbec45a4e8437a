"""Danger that is said outright is never missed, whoever is spoken of and however it is begun."""

from __future__ import annotations

import pytest

from bot.core.safety import Detector

OTHERS = ("he", "she", "my husband", "my wife", "my boyfriend", "my girlfriend", "my ex", "my partner")
DONE_TO_ME = (
    "{} said he will kill me if I leave",
    "{} is going to kill me tonight, I know it",
    "{} threatened to kill me",
    "{} tried to strangle me",
    "{} punched me in the face",
    "{} kicked me in the stomach",
    "{} pushed me down the stairs",
    "{} forced me to have sex",
    "{} slapped me again",
    "{} choked me last night",
    "{} broke my arm",
    "{} locked me in the house",
)
AT_RISK = (
    "{} says he will kill himself if I leave",
    "{} took all the pills",
    "{} wants to die",
    "{} tried to hang himself",
    "{} is on the roof and says goodbye",
    "{} is threatening suicide",
)
BEGUN = ("I want to {}", "I'm going to {}", "I will {} tonight", "i am gonna {}", "I've decided to {}")
ENDINGS = (
    "kill myself",
    "end my life",
    "hang myself",
    "take all my pills",
    "jump in front of a train",
    "slit my wrists",
    "drown myself",
    "shoot myself",
)
TO_OTHERS = (
    "I hit my girlfriend",
    "I choked him last night",
    "I'm going to kill her",
    "I want to stab him",
    "I raped her",
    "I punched my wife in the face",
)
WOUNDS = ("I cut my arms last night", "I burned myself with a cigarette", "I've been cutting again", "I cut myself")


@pytest.mark.parametrize("said", [*DONE_TO_ME, *AT_RISK])
def test_what_somebody_does_or_threatens(detector: Detector, said: str) -> None:
    assert [who for who in OTHERS if detector.assess(said.format(who)).tier != "act"] == []


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_the_person_means_to_do(detector: Detector, ending: str) -> None:
    missed = [begun for begun in BEGUN if detector.assess(begun.format(ending)).tier != "act"]
    assert missed == []
    assert detector.assess(f"I'm thinking about it, I might {ending}").tier != "none"


@pytest.mark.parametrize("said", [*TO_OTHERS, *WOUNDS])
def test_what_the_person_has_done(detector: Detector, said: str) -> None:
    assert detector.assess(said).tier == "act"

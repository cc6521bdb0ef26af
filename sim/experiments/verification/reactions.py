"""Reactions to infusions: how many there are, and on which days."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.experiments.verification import chance, settings
from sim.experiments.verification.logs import rows
from sim.experiments.verification.subject import Subject
from sim.experiments.verification.verdict import Case, Verdict, exact, together
from sim.simulation.records import REACTION, Log


def reactions(subject: Subject) -> Verdict:
    """Reactions follow first and later doses with their probabilities, on the day of the dose."""
    every = [
        (slot, name, reaction)
        for slot, (name, therapy) in enumerate(subject.scenario.therapies.items())
        for reaction in getattr(therapy, "reactions", {}).values()
    ]
    verdicts = []
    for arm in subject.arms(subject.some, settings.NO_DEATHS).values():
        for number, (slot, name, reaction) in enumerate(every):
            if name in arm.scenario.arms[arm.name]:
                reacted = arm.of(REACTION + number)
                verdicts += _of_reaction(name, reaction, arm.doses_given(slot), reacted)
    return together(verdicts)


def _of_reaction(name: str, reaction: Any, doses: Log, reacted: Log) -> list[Verdict]:
    first = np.append(True, doses.patient[1:] != doses.patient[:-1])[: len(doses.patient)]
    days_of_reaction = {row[:2] for row in rows(reacted)}
    followed = np.array([row[:2] in days_of_reaction for row in rows(doses)], bool)
    compared = []
    for what, of, expected in (("first", first, reaction.first), ("later", ~first, reaction.later)):
        if of.any():
            what = f"reactions to {what} doses of {name}"
            compared.append(chance.share(what, followed[of], expected))
    if len(reacted.value):
        compared.append(chance.share(f"ends of {name}", reacted.value, reaction.ends_course))
    days_of_doses = {row[:2] for row in rows(doses)}
    cases = (Case(f"reaction on a day with a dose, {row[:2]}", row[:2] in days_of_doses)
             for row in rows(reacted))  # fmt: skip
    return [chance.within(compared), exact("reactions", cases)]

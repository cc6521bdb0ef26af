"""What a reader of a comparison must know before believing its differences."""

from __future__ import annotations

from collections.abc import Sequence

from sim.outcomes.summary import in_months
from sim.scenario import Study
from sim.scenario.protocol import accrual


def remarks(studies: Sequence[Study]) -> list[str]:
    """What a reader of the differences must know: other people, other lengths, other readings."""
    first, *others = (study.scenario for study in studies)
    lasting = [
        f"{other.name} ({in_months(round(other.horizon)):g} months)"
        for other in others
        if other.horizon != first.horizon
    ]
    told = whose(studies)
    if lasting:
        told.append(
            f"Not as long as {first.name} ({in_months(round(first.horizon)):g} months): "
            f"{', '.join(lasting)}. Differences stand at the last visit in common; outcomes of the "
            "whole follow-up have none."
        )
    return [*told, reading(studies)]


def whose(studies: Sequence[Study]) -> list[str]:
    """Which scenarios do not have the patients of the first, and what about them differs."""
    first, *others = (study.scenario for study in studies)
    told = []
    for other in others:
        parts = type(first.cohort).model_fields
        differ = [p for p in parts if getattr(first.cohort, p) != getattr(other.cohort, p)]
        differ += ["reference_bmd"] * (first.reference_bmd != other.reference_bmd)
        if differ:
            told.append(
                f"The patients of {other.name} are not those of {first.name} (other: "
                f"{', '.join(differ)}): only their random numbers are paired."
            )
    return told


def reading(studies: Sequence[Study]) -> str:
    """How the annual increase is read, and by which scenarios where they differ."""
    readings: dict[str, list[str]] = {}
    for study in studies:
        readings.setdefault(accrual(study.scenario), []).append(study.scenario.name)
    if len(readings) == 1:
        return f"Annual increase read as: {next(iter(readings))}."
    spoken = "; ".join(f"{read_as} ({', '.join(names)})" for read_as, names in readings.items())
    return f"The annual increase is read differently: {spoken}."

"""Remarks below a comparison: other patients, other lengths, other readings."""

from __future__ import annotations

from collections.abc import Sequence

from sim.outcomes.summary import in_months
from sim.scenario import Study
from sim.scenario.protocol import accrual


def remarks(studies: Sequence[Study]) -> list[str]:
    """Say how studies differ from the first one in patients, length and reading, a line each."""
    first, *others = (study.scenario for study in studies)
    lengths = [
        f"{other.name} ({in_months(round(other.horizon)):g} months)"
        for other in others
        if other.horizon != first.horizon
    ]
    lines = whose(studies)
    if lengths:
        lines.append(
            f"Other follow-up than {first.name} ({in_months(round(first.horizon)):g} months): "
            f"{', '.join(lengths)}. Differences are taken at the last common visit; outcomes of "
            "the whole follow-up have no difference."
        )
    return [*lines, reading(studies)]


def whose(studies: Sequence[Study]) -> list[str]:
    """Name the scenarios whose patients differ from those of the first, and the parts that do."""
    first, *others = (study.scenario for study in studies)
    lines = []
    for other in others:
        parts = type(first.cohort).model_fields
        differ = [p for p in parts if getattr(first.cohort, p) != getattr(other.cohort, p)]
        differ += ["reference_bmd"] * (first.reference_bmd != other.reference_bmd)
        if differ:
            lines.append(
                f"The patients of {other.name} differ from those of {first.name} (in "
                f"{', '.join(differ)}): only their random numbers are paired."
            )
    return lines


def reading(studies: Sequence[Study]) -> str:
    """Say how the annual increase is read, by scenario where the readings differ."""
    readings: dict[str, list[str]] = {}
    for study in studies:
        readings.setdefault(accrual(study.scenario), []).append(study.scenario.name)
    if len(readings) == 1:
        return f"Annual increase read as: {next(iter(readings))}."
    each = "; ".join(f"{read_as} ({', '.join(names)})" for read_as, names in readings.items())
    return f"The annual increase is read differently: {each}."

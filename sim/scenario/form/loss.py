"""Loss to follow-up: patients of whom nothing more is known from a day on."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import Field

from sim.scenario.form import quantities
from sim.scenario.form.quantities import Form, StandsFor, Text, only_one
from sim.scenario.form.quantity import refuse
from sim.vocabulary import DAYS_PER_YEAR


def _check(loss: LossOfArm | Loss) -> None:
    """Refuse a rate beside a probability, and a probability without its time."""
    given = only_one(loss, ("rate", "probability"), "a loss to follow-up")
    if (given == "probability") != (loss.by is not None):
        raise refuse(
            "a probability needs its time, {probability: 10 %, by: 12 months}; a rate none"
        )


def _hazard(loss: LossOfArm | Loss) -> float:
    """Hazard of loss, per day."""
    if loss.rate is not None:
        return loss.rate / DAYS_PER_YEAR
    assert loss.probability is not None
    assert loss.by is not None
    return -math.log1p(-loss.probability) / loss.by


class LossOfArm(Form):
    """Loss to follow-up in one arm, as a rate, or as the probability by a time."""

    rate: quantities.Hazard | None = None
    """Rate of loss to follow-up, the same at all times, e.g. 0.05 per year."""
    probability: quantities.Risk | None = None
    """Probability to be lost by the time `by`, without deaths, instead of a rate, e.g. 10 %."""
    by: quantities.FromADay | None = None
    """The time by which that probability holds, e.g. 12 months."""

    def check(self) -> None:
        """Refuse a rate beside a probability, and a probability without its time."""
        _check(self)

    @property
    def hazard(self) -> float:
        """Hazard of loss, per day."""
        return _hazard(self)


class Loss(Form):
    """Loss to follow-up: the end of follow-up comes earlier, at a constant hazard.

    The time until the loss is independent of all else, so that it censors and tells nothing.
    """

    rate: quantities.Hazard | None = None
    """Rate of loss to follow-up, the same at all times, e.g. 0.05 per year."""
    probability: quantities.Risk | None = None
    """Probability to be lost by the time `by`, without deaths, instead of a rate, e.g. 10 %."""
    by: quantities.FromADay | None = None
    """The time by which that probability holds, e.g. 12 months."""
    arms: dict[Text, LossOfArm] = Field({})
    """Arms with another loss than the rest, e.g. {untreated: {rate: 0.1 per year}}."""

    def check(self) -> None:
        """Refuse a rate beside a probability, and a probability without its time."""
        _check(self)

    def hazard(self, arm: str) -> float:
        """Hazard of loss in an arm, per day."""
        return self.arms[arm].hazard if arm in self.arms else _hazard(self)


LossForm = Annotated[Loss, StandsFor("rate", str)]

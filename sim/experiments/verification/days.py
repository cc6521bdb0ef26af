"""The quantities of costs and quality of life of one patient, counted day by day from the log.

Nothing here comes from the program's own arithmetic of intervals: a day is in a state or not, and
is discounted by compound interest from its middle.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from sim.experiments.verification import logs
from sim.experiments.verification.inputs import YEAR
from sim.scenario.form.economics import Economics, ShortLoss
from sim.scenario.form.therapy import Course, Infusions
from sim.simulation import records
from sim.simulation.records import Floats, Integers, Log
from sim.vocabulary import BONES, MARKERS, SEXES, SITES

Both = tuple[float, float]
Counted = Iterator[tuple[str, Both]]
"""Keys of quantities with what was counted, undiscounted and discounted."""

FIRST_YEAR = 365
OF_BONES = range(records.MEASURE, records.MEASURE + len(BONES))
OF_MARKERS = range(OF_BONES.stop, OF_BONES.stop + len(MARKERS))


class Days:
    """The days of one patient in one arm.

    Parameters
    ----------
    arm
        The arm.
    patient
        Position of the patient.
    economics
        Rates of discount, utilities and losses.
    """

    def __init__(self, arm: logs.Arm, patient: int, economics: Economics) -> None:
        self.arm, self.economics = arm, economics
        self.log = logs.selected(arm.log, arm.log.patient == patient)
        self.facts = arm.inputs.patients[patient]
        self.days = np.arange(self.log.day.max(initial=0))

    def counted(self) -> Counted:
        """Every quantity of the patient that is not 0; a key may come more than once."""
        yield "life-years", self._spent(np.ones(len(self.days)))
        for slot, name, therapy in self.arm.therapies:
            yield from self._of_therapy(slot, name, therapy)
        yield "dxa", self._paid(np.unique(self._of(*OF_BONES).day))
        yield "markers", self._paid(np.unique(self._of(*OF_MARKERS).day))
        yield from self._of_reactions()
        yield from self._of_fractures()

    def _of_therapy(self, slot: int, name: str, therapy: Course | Infusions) -> Counted:
        if isinstance(therapy, Course):
            steps = self._of(records.PLAN + slot, records.INTOLERANCE + slot)
            begins = steps.day[steps.value > 0][:1]
            is_on = _last_known(steps.day, steps.value, self.days) > 0
            doses = is_on * therapy.times_per_week * YEAR / 7
            yield f"doses: {name}", self._spent(doses, self.economics.discount.costs)
            for day in self._changes(name, "per_dose"):
                late = doses * (self.days >= day)
                key = f"doses from day {day}: {name}"
                yield key, self._spent(late, self.economics.discount.costs)
        else:
            visits = self._of(records.INFUSION + slot)
            given = visits.day[visits.value > 0]
            missed = visits.day[visits.value == 0]
            yield f"given: {name}", self._paid(given)
            yield f"missed: {name}", self._paid(missed)
            for day in self._changes(name, "per_infusion"):
                yield f"given from day {day}: {name}", self._paid(given[given >= day])
            for day in self._changes(name, "per_missed_infusion"):
                yield f"missed from day {day}: {name}", self._paid(missed[missed >= day])
            begins, ends = given[:1], given[-1:]
            is_on = (self.days >= begins.sum()) & (self.days < ends.sum())
        yield f"loss: {name}", self._spent(is_on)
        of_therapy = self.economics.quality.therapies.get(name)
        if of_therapy is not None and of_therapy.at_start is not None:
            yield f"start loss: {name}", self._short(begins, of_therapy.at_start)

    def _of_reactions(self) -> Counted:
        therapies = self.arm.scenario.therapies.values()
        names = [name for of in therapies if isinstance(of, Infusions) for name in of.reactions]
        for slot, name in enumerate(names):
            days = self._of(records.REACTION + slot).day
            yield f"reaction: {name}", self._paid(days)
            if name in self.economics.quality.reactions:
                loss = self.economics.quality.reactions[name]
                yield f"reaction loss: {name}", self._short(days, loss)

    def _of_fractures(self) -> Counted:
        states = []
        for slot, site in enumerate(SITES):
            days, state = self._of(records.FRACTURE + slot).day, np.full(len(self.days), "later")
            had_one = site == "vertebral" and self.facts["vertebral_fractures"] > 0
            latest = _last_known(days, days.astype(float), self.days, before=-1)
            state[self.days - latest < FIRST_YEAR] = "first"
            state[latest < 0] = "later" if had_one else "none"
            states.append(state)
            since = self.days - (days[0] if len(days) else np.inf)
            is_after = (since >= FIRST_YEAR) | had_one
            yield f"fracture: {site}", self._paid(days)
            costs = self.economics.discount.costs
            yield f"years after: {site}", self._spent(is_after, costs)
        utility = self._without_fracture()
        combined = np.array(["/".join(of) for of in zip(*states, strict=True)])
        for name in np.unique(combined):
            yield f"well-years: {name}", self._spent(utility * (combined == name))

    def _changes(self, therapy: str, per: str) -> list[int]:
        """The days from which a later price of a therapy holds."""
        prices = self.economics.costs.therapies.get(therapy)
        later = [] if prices is None else prices.later
        return [round(one.begin) for one in later if getattr(one, per) is not None]

    def _without_fracture(self) -> Floats:
        """The utility of each day, at the age at its begin."""
        table = self.economics.quality.without_fracture(SEXES[self.facts["sex"]])
        begins, age = np.array([*table], float), self.facts["age"] + self.days / YEAR
        known = np.searchsorted(begins, age, side="right")
        utility = np.array([*table.values()])[np.maximum(known - 1, 0)]
        return np.asarray(utility, dtype=float)

    def _of(self, *kinds: int) -> Log:
        return logs.selected(self.log, np.isin(self.log.kind, kinds))

    def _paid(self, days: Integers) -> Both:
        """A payment on each of some days."""
        return len(days), float(self._worth(self.economics.discount.costs, days).sum())

    def _spent(self, share: npt.NDArray[np.generic], percent: float | None = None) -> Both:
        """Years of a share of each day, discounted as health unless another rate is given."""
        rate = self.economics.discount.health if percent is None else percent
        parts = share.astype(float) / YEAR
        return float(parts.sum()), float((parts * self._worth(rate, self.days + 0.5)).sum())

    def _short(self, begins: Integers, loss: ShortLoss) -> Both:
        """Years of losses that begin on some days; the last day may be one in part."""
        share = np.zeros(len(self.days))
        for begin in begins:
            share += np.clip(begin + loss.days - self.days, 0, 1) * (self.days >= begin)
        return self._spent(share)

    def _worth(self, percent: float, days: npt.NDArray[np.generic]) -> Floats:
        """Discount factors of days."""
        years = np.asarray(days, dtype=float) / YEAR
        late = np.maximum(years - 30, 0)
        then = self.economics.discount.after_30_years
        after = percent if then is None else then
        return np.asarray((1 + percent / 100) ** (late - years) * (1 + after / 100) ** -late)


def _last_known(days: Integers, values: Floats, at: Integers, before: float = 0.0) -> Floats:
    """On each day the value that was last set by its begin."""
    known = np.searchsorted(days, at, side="right")
    return np.concatenate([[before], values])[known]

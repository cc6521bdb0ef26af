"""Clinics: what a scenario with a clinic needs beside it, and what cannot stand there."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.checks.clinic_costs import check_clinic_costs, check_overtime
from sim.scenario.checks.clinic_days import check_days, remarks_on_days
from sim.scenario.checks.regimens import Therapies
from sim.scenario.form.clinic import NO_LIMIT, UNLIMITED, Clinic
from sim.scenario.form.study import BY_INFUSION, Scenario
from sim.scenario.form.therapy import Infusions
from sim.scenario.mistakes import Mistake, nearest
from sim.scenario.text.provenance import Plain

BESIDE_CLINICS = (
    "does not stand beside `clinics`, whose number times patients_each is the number of patients "
    "(with --patients, set clinics.number instead)"
)


def check_clinic(plain: Plain, therapies: Therapies) -> Iterator[Mistake]:
    """Mistakes of clinics that can be seen in a file whose other parts may not be valid."""
    has_clinic, has_clinics = (bool(plain.mapping(key)) for key in ("clinic", "clinics"))
    if has_clinic and not has_clinics:
        message = "`clinics` is missing beside it, like {number: 50, patients_each: 200}"
        yield plain.mistake(("clinic",), message, at_key=True)
    if has_clinics and not has_clinic:
        yield plain.mistake(("clinic",), "is missing: `clinics` says how many there are of it")
    if has_clinics and "patients" in plain.mapping("cohort"):
        yield plain.mistake(("cohort", "patients"), BESIDE_CLINICS)
    yield from check_clinic_costs(plain)
    served = plain.mapping("clinic").get("serves")
    for at, name in enumerate(served if isinstance(served, list) else []):
        yield from _unserved(plain, at, str(name), therapies)


def check_limits_of_clinic(scenario: Scenario, plain: Plain) -> Iterator[Mistake]:
    """Mistakes of a clinic in a scenario whose forms are valid."""
    clinic, clinics = scenario.clinic, scenario.clinics
    if clinic is None or clinics is None:
        return
    if clinic.already_enrolled > clinics.patients_each:
        message = f"more than the {clinics.patients_each} patients of a clinic"
        yield plain.mistake(("clinic", "already_enrolled"), message)
    yield from check_days(scenario, clinic, plain)
    yield from check_overtime(scenario, plain)
    served_in_arms = {name for arm in scenario.arms.values() for name in arm}
    are_known = {*clinic.serves} <= {*scenario.therapies}
    if are_known and not served_in_arms & {*clinic.serves}:
        yield plain.mistake(("clinic", "serves"), "no arm has a therapy that the clinic serves")


def remarks_on_clinic(scenario: Scenario) -> Iterator[str]:
    """Sentences about a clinic that is allowed and worth a look."""
    clinic, clinics = scenario.clinic, scenario.clinics
    if clinic is None or clinics is None:
        return
    yield from remarks_on_days(scenario, clinic)
    if clinic.places is None:
        return
    if isinstance(clinic.places, str):
        yield f"clinic.places: {UNLIMITED}, so nobody waits except for an open day"
        return
    for arm, names in scenario.arms.items():
        served = [scenario.therapies[name] for name in names if name in clinic.serves]
        doses = sum(len(t.schedule.days(t.start.day, scenario.horizon))
                    for t in served if isinstance(t, Infusions))  # fmt: skip
        asked = clinics.patients_each * doses / scenario.horizon
        left = clinic.places - (clinic.other_patients.mean if clinic.other_patients else 0.0)
        urgent = clinic.urgent
        left -= 0.0 if urgent is None else max(urgent.kept_free, urgent.per_open_day)
        has = max(0.0, left - _broken(clinic, left)) * len(clinic.weekdays) / 7
        if asked > has and clinic.at_most_late == NO_LIMIT:
            yield (
                f"clinic.places: arm {arm} plans up to {asked:.3g} doses a day and the clinic has "
                f"{has:.3g} places a day over the week, without a limit to the wait"
            )


def _broken(clinic: Clinic, places: float) -> float:
    """Places of some that breakdowns take on average."""
    of = clinic.breakdowns
    if of is None:
        return 0.0
    return of.share * (places if isinstance(of.takes, str) else min(of.takes, places))


def _unserved(plain: Plain, at: int, name: str, therapies: Therapies) -> Iterator[Mistake]:
    """A mistake where a served therapy is none of the file, or is a course."""
    if name not in therapies:
        message = f"'{name}' is not a therapy; {nearest(name, therapies)}"
        yield plain.mistake(("clinic", "serves", at), message)
    elif not isinstance(therapies[name], Infusions) and therapies[name] != BY_INFUSION:
        message = f"'{name}' is a course, which patients take at home; allowed: infusion, injection"
        yield plain.mistake(("clinic", "serves", at), message)

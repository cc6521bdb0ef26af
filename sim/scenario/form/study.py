"""A whole scenario, and the rules between its parts."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Field, Tag, ValidationError, model_validator

from sim.scenario.form import outcome
from sim.scenario.form.clinic import Clinic, Clinics
from sim.scenario.form.cohort import Cohort, ReferenceBmd
from sim.scenario.form.economics import Economics
from sim.scenario.form.loss import LossForm
from sim.scenario.form.names import FolderName, possible_names, subgroup_names
from sim.scenario.form.quantities import Form, FromADay, Text, Whole, only_if
from sim.scenario.form.quantity import refuse
from sim.scenario.form.regimen import NO_THERAPY, Regimen, regimen_of
from sim.scenario.form.subgroup import Subgroup
from sim.scenario.form.therapy import Course, Infusions
from sim.scenario.form.visits import Visits
from sim.vocabulary import MOST_OWN_ACCRUALS, MOST_REACTIONS, MOST_THERAPIES

FORMAT = 1

PATIENTS = "patients"

# Names of the two forms of a therapy in paths of mistakes; the spaces keep them apart from keys.
BY_INFUSION, AS_A_COURSE = "by infusion", "as a course"
WITHOUT_A_DOSE = "a therapy has `infusion`, `injection` or `course`, with its dose"


def _kind(value: Any) -> str | None:
    given = {"infusion", "injection", "course"} & set(value) if isinstance(value, dict) else set()
    if len(given) != 1:
        return None
    return AS_A_COURSE if "course" in given else BY_INFUSION


Therapy = Annotated[
    Annotated[Infusions, Tag(BY_INFUSION)] | Annotated[Course, Tag(AS_A_COURSE)],
    Discriminator(_kind, custom_error_type="rule", custom_error_message=WITHOUT_A_DOSE),
]


def _few(therapies: dict[str, Any]) -> dict[str, Any]:
    """Therapies with possible names, not too many. Raises PydanticCustomError for others."""
    for name in therapies:
        if not re.fullmatch(r"[A-Za-z][\w-]*", name) or name == NO_THERAPY:
            allowed = "letters, digits, - and _, not `none`"
            raise refuse(f"'{name}' cannot name a therapy; allowed: {allowed}")
    possible_names("a therapy")(therapies)
    if len(therapies) > MOST_THERAPIES:
        raise refuse(f"{len(therapies)} therapies; allowed: up to {MOST_THERAPIES}")
    reactions = sum(len(t.reactions) for t in therapies.values() if isinstance(t, Infusions))
    if reactions > MOST_REACTIONS:
        raise refuse(f"{reactions} reactions; allowed: up to {MOST_REACTIONS} over all therapies")
    return therapies


def _named(arms: dict[str, list[str]]) -> dict[str, list[str]]:
    """One arm or more. Raises PydanticCustomError for none."""
    if not arms:
        raise refuse("a scenario has at least one arm")
    return possible_names("an arm")(arms)


def _rests_without_therapy(effects: dict[str, outcome.Effect]) -> bool:
    row = effects.get(NO_THERAPY)
    return row is None or not any((row.ctx, row.balp, row.tryptase))


def _few_own_accruals(effects: dict[str, outcome.Effect]) -> dict[str, outcome.Effect]:
    """Effects of which few have an accrual of their own. Raises PydanticCustomError for others."""
    own = [name for name, effect in effects.items() if effect.accrual is not None]
    if NO_THERAPY in own:
        raise refuse("the row `none` has the `accrual` of the scenario and no other")
    if len(own) > MOST_OWN_ACCRUALS:
        allowed = f"up to {MOST_OWN_ACCRUALS}"
        raise refuse(f"{len(own)} rows with an `accrual` of their own; allowed: {allowed}")
    return effects


Seed = Annotated[Whole, only_if(lambda seed: seed >= 0, "a seed is 0 or more")]


class Scenario(Form):
    """A study to simulate: patients, therapies and their effects, visits."""

    mastosim: Annotated[Whole, only_if(
        lambda version: version == FORMAT, "format {value} is not known here; allowed: 1"
    )]  # fmt: skip
    """Version of this format: 1, e.g. 1."""
    name: FolderName
    """Short name, also of the folder of results: small letters, digits, - and _, e.g. my-study."""
    title: Text
    """Title of the study in one line."""
    question: Text
    """The question that the study answers, in one line."""
    answers: Text | None = None
    """Publication that the results are compared with: a shipped one or a file of your own,
    e.g. laroche2011."""
    horizon: FromADay
    """How long patients are followed, e.g. 60 months."""
    seed: Seed
    """Whole number that starts the random numbers; the same seed gives the same results,
    e.g. 1."""
    cohort: Cohort
    """The virtual patients at enrolment, before any treatment."""
    reference_bmd: ReferenceBmd
    """Young-adult bone density, the reference of T-scores."""
    therapies: Annotated[dict[str, Therapy], AfterValidator(_few)] = Field({})
    """Up to four therapies, each under a name of your choice."""
    arms: Annotated[dict[Text, list[Text]], AfterValidator(_named)]
    """The arms, each with its therapies, e.g. {treated: [drug], untreated: []}."""
    comparator: Text | None = None
    """The arm that the others are compared with; if left out, the last arm. An arm that is added to
    a base does not become it, e.g. untreated."""
    effects: Annotated[dict[str, outcome.Effect], only_if(
        _rests_without_therapy, "markers do not change without therapy; write 0 % in the row `none`"
    ), AfterValidator(_few_own_accruals)]  # fmt: skip
    """The effect of each regimen; an arm needs a row for every regimen that it can reach, and
    `none` is no therapy."""
    accrual: outcome.AccrualForm
    """How a published mean annual increase is interpreted, e.g. linear."""
    beyond_evidence: outcome.BeyondEvidence
    """Bone density and fracture ratios after the longest follow-up with data."""
    markers: outcome.Markers = outcome.Markers()
    """How markers follow treatment, for the markers of the cohort."""
    fractures: outcome.Fractures
    """The rate of fractures, and its modifiers."""
    mortality: outcome.Mortality
    """Death from causes other than fracture."""
    loss: LossForm | None = None
    """Loss to follow-up; if left out, no patient is lost, e.g. 0.05 per year."""
    visits: Visits
    """When patients are measured after entry."""
    measurement: outcome.Measurement
    """Coefficient of variation of one measured value within a person."""
    economics: Economics | None = None
    """Costs and quality of life; if left out, no outcome has a worth."""
    clinics: Clinics | None = None
    """How many clinics there are and how many patients each has, in place of `cohort.patients`,
    e.g. {number: 50, patients_each: 200}."""
    clinic: Clinic | None = None
    """The clinic in which patients wait for a place; if left out, every dose is given on its
    day."""
    subgroups: Annotated[dict[str, Subgroup], AfterValidator(subgroup_names)] = Field({})
    """Groups of patients with outcomes of their own, each under a name, e.g. {women:
    {sex: female}}."""

    @model_validator(mode="before")
    @classmethod
    def _patients_of_clinics(cls, tree: Any) -> Any:
        """With `clinics`, the number of patients follows from them."""
        clinics, cohort = (tree.get(key) for key in ("clinics", "cohort"))
        if not isinstance(clinics, dict) or not isinstance(cohort, dict) or PATIENTS in cohort:
            return tree
        try:
            patients = Clinics.model_validate(clinics).patients
        except ValidationError:
            patients = 1  # the mistakes of `clinics` are reported there
        return {**tree, "cohort": {**cohort, PATIENTS: str(patients)}}

    @property
    def together(self) -> int:
        """Patients who follow each other: those of a clinic, else 1."""
        return 1 if self.clinics is None else self.clinics.patients_each

    @property
    def regimens(self) -> dict[Regimen, outcome.Effect]:
        """The rows of `effects` by the set of therapies that act."""
        return {regimen_of(name): effect for name, effect in self.effects.items()}

    @property
    def compared_with(self) -> str:
        """The arm that the others are compared with: `comparator`, or the last one."""
        return self.comparator or list(self.arms)[-1]

"""A whole scenario, and the rules between its parts."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Field, Tag, field_validator

from sim.scenario.form.cohort import Cohort, ReferenceBmd
from sim.scenario.form.outcome import (
    AccrualForm,
    BeyondEvidence,
    Effect,
    Fractures,
    Markers,
    Measurement,
    Mortality,
)
from sim.scenario.form.quantities import Days, Form, Text, Whole, refuse
from sim.scenario.form.regimen import NO_THERAPY, Regimen, regimen_of
from sim.scenario.form.subgroup import Subgroup
from sim.scenario.form.therapy import Course, Infusions
from sim.scenario.form.visits import Visits
from sim.vocabulary import EVERYONE

FORMAT = 1
MOST_THERAPIES = 4
MOST_REACTIONS = 8

# Names of the two forms of a therapy in paths of mistakes; the spaces keep them apart from keys.
BY_INFUSION, AS_A_COURSE = "by infusion", "as a course"


def _kind(value: Any) -> str | None:
    given = {"infusion", "injection", "course"} & set(value) if isinstance(value, dict) else set()
    if len(given) != 1:
        return None
    return AS_A_COURSE if "course" in given else BY_INFUSION


Therapy = Annotated[
    Annotated[Infusions, Tag(BY_INFUSION)] | Annotated[Course, Tag(AS_A_COURSE)],
    Discriminator(
        _kind,
        custom_error_type="rule",
        custom_error_message="a therapy has `infusion`, `injection` or `course`, with its dose",
    ),
]


def _not_negative(seed: int) -> int:
    if seed < 0:
        raise refuse("a seed is 0 or more")
    return seed


Seed = Annotated[Whole, AfterValidator(_not_negative)]


class Scenario(Form):
    """A study to simulate: patients, therapies and their effects, visits."""

    mastosim: Whole
    """Version of this format: 1, e.g. 1."""
    name: Text
    """Short name, also of the folder of results: small letters, digits, - and _, e.g. my-study."""
    title: Text
    """Title of the study in one line."""
    question: Text
    """The question that the study answers, in one line."""
    answers: Text | None = None
    """Publication that the results are compared with: a shipped one or a file of your own,
    e.g. laroche2011."""
    horizon: Days
    """How long patients are followed, 1 day to 100 years, e.g. 60 months."""
    seed: Seed
    """Whole number that starts the random numbers; the same seed gives the same results,
    e.g. 1."""
    cohort: Cohort
    """The virtual patients at enrolment, before any treatment."""
    reference_bmd: ReferenceBmd
    """Young-adult bone density, the reference of T-scores."""
    therapies: dict[str, Therapy] = Field({})
    """Up to four therapies, each under a name of your choice."""
    arms: dict[str, list[Text]]
    """The arms, each with its therapies, e.g. {treated: [drug], untreated: []}."""
    comparator: Text | None = None
    """The arm that the others are compared with; if left out, the last arm, e.g. untreated."""
    effects: dict[str, Effect]
    """The effect of each regimen; an arm needs a row for every regimen that it can reach, and
    `none` is no therapy."""
    accrual: AccrualForm
    """How a published mean annual increase is interpreted, e.g. linear."""
    beyond_evidence: BeyondEvidence
    """The change of bone density after the longest follow-up with data."""
    markers: Markers = Markers()
    """How markers follow treatment, for the markers of the cohort."""
    fractures: Fractures
    """The rate of fractures, and its modifiers."""
    mortality: Mortality
    """Death from causes other than fracture."""
    visits: Visits
    """When patients are measured after entry."""
    measurement: Measurement
    """Coefficient of variation of one measured value within a person."""
    subgroups: dict[str, Subgroup] = Field({})
    """Groups of patients with outcomes of their own, each under a name, e.g. {women:
    {sex: female}}."""

    @field_validator("mastosim", mode="after")
    @classmethod
    def _format_is_known(cls, version: int) -> int:
        if version != FORMAT:
            raise refuse("format {version} is not known here; allowed: 1", version=version)
        return version

    @field_validator("name", mode="after")
    @classmethod
    def _name_names_a_folder(cls, name: str) -> str:
        if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]{0,60}", name):
            raise refuse(
                "'{name}' cannot name a folder of results; allowed: small letters, digits, - and _",
                name=name,
            )
        return name

    @field_validator("horizon", mode="after")
    @classmethod
    def _there_is_time(cls, horizon: float) -> float:
        if not 1 <= horizon <= 36525:
            raise refuse("the horizon is between 1 day and 100 years")
        return horizon

    @field_validator("effects", mode="after")
    @classmethod
    def _markers_rest_without_therapy(cls, effects: dict[str, Effect]) -> dict[str, Effect]:
        row = effects.get(NO_THERAPY)
        if row is not None and any((row.ctx, row.balp, row.tryptase)):
            raise refuse("markers do not change without therapy; write 0 % in the row `none`")
        return effects

    @field_validator("therapies", mode="after")
    @classmethod
    def _therapies_are_few(cls, therapies: dict[str, Any]) -> dict[str, Any]:
        for name in therapies:
            if not re.fullmatch(r"[A-Za-z][\w-]*", name) or name == NO_THERAPY:
                raise refuse(
                    "'{name}' cannot name a therapy; allowed: letters, digits, - and _, not `none`",
                    name=name,
                )
        if len(therapies) > MOST_THERAPIES:
            raise refuse("{n} therapies; allowed: up to 4", n=len(therapies))
        reactions = sum(len(t.reactions) for t in therapies.values() if isinstance(t, Infusions))
        if reactions > MOST_REACTIONS:
            raise refuse("{n} reactions; allowed: up to 8 over all therapies", n=reactions)
        return therapies

    @field_validator("arms", mode="after")
    @classmethod
    def _there_is_an_arm(cls, arms: dict[str, list[str]]) -> dict[str, list[str]]:
        if not arms:
            raise refuse("a scenario has at least one arm")
        for arm in arms:
            if not arm.strip():
                raise refuse("'{arm}' cannot name an arm; the name is empty", arm=arm)
        return arms

    @field_validator("subgroups", mode="after")
    @classmethod
    def _all_is_everyone(cls, subgroups: dict[str, Subgroup]) -> dict[str, Subgroup]:
        if EVERYONE in subgroups:
            raise refuse("'all' cannot name a subgroup; it means all patients")
        return subgroups

    @property
    def regimens(self) -> dict[Regimen, Effect]:
        """The rows of `effects` by the set of therapies that act."""
        return {regimen_of(name): effect for name, effect in self.effects.items()}

    @property
    def compared_with(self) -> str:
        """The arm that the others are compared with: `comparator`, or the last one."""
        return self.comparator or list(self.arms)[-1]

"""What is compared: a place in the results of a run, and what should stand there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

NO_MARKERS = "cohort={ctx: , balp: , tryptase: }"
NO_ERROR = "measurement={spine: 0 %, hip: 0 %}"
NO_DEATHS = "mortality.standardised_mortality_ratio=0"
NO_FRACTURES = "fractures.base_rate=0 per year"
NO_THERAPIES = (
    "therapies={pamidronate: , interferon: }",
    "effects={pamidronate: , interferon: , interferon + pamidronate: }",
    "arms={combination: , pamidronate: , untreated: []}",
)


class Law(NamedTuple):
    """How a value differs between patients; a kurtosis of 3 is that of a normal distribution."""

    mean: float
    sd: float
    kurtosis: float


class Outcome(NamedTuple):
    """A row of the summary, at a visit or at the end of follow-up."""

    arm: str
    name: str
    months: float
    subgroup: str = "all"


class Fact(NamedTuple):
    """A statistic as a publication asks for it: of an arm, or of those who kept a course."""

    arm: str
    statistic: str
    of: str | None = None
    months: float | None = None
    kept: str | None = None


class Share(NamedTuple):
    """The share of the patients who belong to a subgroup, in percent."""

    subgroup: str


Place = Outcome | Fact | Share


class Case(NamedTuple):
    """One comparison of a mean, or of mean and SD where the law is known."""

    mechanism: str
    place: Place
    expected: float | Law


class Run(NamedTuple):
    """A scenario, as settings over the published study, and what is compared in it."""

    settings: list[str]
    cases: list[Case]


def listed(mechanism: str, expected: Mapping[Place, float | Law]) -> list[Case]:
    """Several comparisons of one mechanism."""
    return [Case(mechanism, place, value) for place, value in expected.items()]

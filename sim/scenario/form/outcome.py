"""What happens to patients: effects, course of bone, markers, fractures, death, visits."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from sim.scenario.form.cohort import MeanSd
from sim.scenario.form.quantities import (
    Change,
    Days,
    Factor,
    Form,
    Hazard,
    NonNegative,
    Share,
    Text,
    Variation,
    YearlyPercent,
    refuse,
)
from sim.scenario.form.spread import of_normal
from sim.scenario.units import read


class SiteRatios(Form):
    """Direct ratios on the fracture rates, beyond what bone density carries."""

    vertebral: Factor = 1.0
    hip: Factor = 1.0
    other: Factor = 1.0


class Effect(Form):
    """One regimen: yearly change of bone density, and change of each marker from entry."""

    spine: Annotated[MeanSd[YearlyPercent], BeforeValidator(of_normal)]
    hip: Annotated[MeanSd[YearlyPercent], BeforeValidator(of_normal)]
    ctx: Change | None = None
    balp: Change | None = None
    tryptase: Change | None = None
    fracture_ratio: SiteRatios = SiteRatios()


class Plateau(Form):
    """Linear for some months since the first therapy began, then at another rate."""

    months: Days
    then: YearlyPercent = 0.0


class Saturating(Form):
    """Relaxes with a time constant; the mean increase over the window is the reported one."""

    time_constant: Days
    window: Days

    @model_validator(mode="after")
    def _above_zero(self) -> Saturating:
        if self.time_constant <= 0 or self.window <= 0:
            raise refuse("`time_constant` and `window` are above 0")
        return self


class Accrual(Form):
    """The reading of a `mean annual increase`."""

    reading: Literal["linear", "compound", "plateau", "saturating"] | None = None
    plateau: Plateau | None = None
    saturating: Saturating | None = None

    @model_validator(mode="after")
    def _one_reading(self) -> Accrual:
        named = {"plateau": self.plateau, "saturating": self.saturating}
        if sum(value is not None for value in (self.reading, *named.values())) != 1:
            raise refuse("accrual is linear, compound, {plateau: ...} or {saturating: ...}")
        if self.reading in named:
            raise refuse("{name} needs its times, like {name}: {example}", name=self.reading,
                         example="{months: 24 months}" if self.reading == "plateau"
                         else "{time_constant: 12 months, window: 12 months}")  # fmt: skip
        return self

    @property
    def name(self) -> str:
        """linear, compound, plateau or saturating."""
        return self.reading or ("plateau" if self.plateau else "saturating")


def _reading(value: Any) -> Any:
    return {"reading": value} if isinstance(value, str) else value


AccrualForm = Annotated[Accrual, BeforeValidator(_reading)]


class BeyondEvidence(Form):
    """Past the longest follow-up that any number rests on: how bone density goes on."""

    after: Days
    rate: YearlyPercent


class Marker(Form):
    """How a marker follows a therapy, and how patients differ in it."""

    onset_half_life: Days
    half_effect: NonNegative
    spread: NonNegative

    @model_validator(mode="after")
    def _above_zero(self) -> Marker:
        if self.onset_half_life <= 0 or self.half_effect <= 0:
            raise refuse("`onset_half_life` and `half_effect` are above 0")
        return self


class Markers(Form):
    """The markers that the cohort has."""

    ctx: Marker | None = None
    balp: Marker | None = None
    tryptase: Marker | None = None


class Imminent(Form):
    """A higher rate at the same site for a while after a fracture."""

    factor: Factor
    duration: Days = Field(alias="for")


class Site(Form):
    """One fracture site: share of the base rate, gradient per SD of T-score, what follows."""

    share: Share
    gradient: Factor
    imminent: Imminent | None = None
    case_fatality: Share


class Sites(Form):
    """Vertebral fractures follow the spine T-score, hip and other fractures the hip T-score."""

    vertebral: Site
    hip: Site
    other: Site

    @model_validator(mode="after")
    def _shares_sum_to_one(self) -> Sites:
        total = self.vertebral.share + self.hip.share + self.other.share
        if abs(total - 1) > 1e-6:
            raise refuse(
                "the shares of the sites add up to {total} %, not 100 %", total=f"{100 * total:g}"
            )
        return self


class Fractures(Form):
    """The rate of fractures and what changes it."""

    base_rate: Hazard
    review_every: Days
    per_further_vertebral_fracture: Factor
    sites: Sites

    @model_validator(mode="after")
    def _is_possible(self) -> Fractures:
        if self.review_every != int(self.review_every) or self.review_every < 1:
            raise refuse("review_every is a whole number of days")
        return self


class Mortality(Form):
    """Death from other causes: a national life table times a standardised mortality ratio."""

    life_table: Literal["france2019"]
    standardised_mortality_ratio: NonNegative


class Visits(Form):
    """When bone and markers are measured after entry: times, or `every 12 months`, or both."""

    dxa: list[Text]
    markers: list[Text] = Field([])

    @field_validator("dxa", "markers", mode="before")
    @classmethod
    def _one_or_more(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("dxa", "markers", mode="after")
    @classmethod
    def _are_times(cls, times: list[str]) -> list[str]:
        for text in times:
            if _time(text)[1] < 1:
                raise refuse("'{text}': visits are at least a day after entry or apart", text=text)
        return times

    @staticmethod
    def days(times: list[str], horizon: float) -> list[int]:
        """The visit days up to the horizon, entry (day 0) always among them."""
        days = {0}
        for text in times:
            repeats, interval = _time(text)
            last = int(horizon / interval) + 1 if repeats else 1
            days.update(round(k * interval) for k in range(1, last + 1))
        return sorted(day for day in days if day <= round(horizon))


def _time(text: str) -> tuple[bool, float]:
    repeats = text.startswith("every ")
    return repeats, read(text.removeprefix("every ").strip(), "time, held in days")


class Measurement(Form):
    """Coefficient of variation of one measured value within a person."""

    spine: Variation
    hip: Variation
    ctx: Variation | None = None
    balp: Variation | None = None
    tryptase: Variation | None = None

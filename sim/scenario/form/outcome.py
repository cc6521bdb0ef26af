"""Effects of regimens, course of bone density, markers, fractures, death, measurement."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from sim.scenario.form import quantities
from sim.scenario.form.cohort import MeanSd
from sim.scenario.form.life_table import LifeTableForm
from sim.scenario.form.quantities import Form, StandsFor, Text, only_one
from sim.scenario.form.quantity import refuse
from sim.scenario.form.regimen import canonical_name
from sim.scenario.form.spread import of_normal


class SiteRatios(Form):
    """Direct ratios of the fracture rates, in addition to the effect through bone density."""

    vertebral: quantities.Factor = 1.0
    """Ratio for vertebral fractures, e.g. 0.7."""
    hip: quantities.Factor = 1.0
    """Ratio for hip fractures, e.g. 0.8."""
    other: quantities.Factor = 1.0
    """Ratio for all other fractures, e.g. 0.9."""


class Plateau(Form):
    """Linear for some months since the first therapy began, then at another rate."""

    months: quantities.Days
    """Duration of the increase after the first therapy began, e.g. 24 months."""
    then: quantities.YearlyPercent = 0.0
    """Yearly change after that, in percent of the entry value, e.g. 0 %/year."""


class Saturating(Form):
    """Saturates with a time constant; the mean increase over the window is the reported one."""

    time_constant: quantities.FromADay
    """Time after which 63 % of the whole gain is reached, e.g. 12 months."""
    window: quantities.FromADay
    """Time over which the mean increase is the reported one, e.g. 12 months."""


class Accrual(Form):
    """The interpretation of a published mean annual increase."""

    reading: Literal["linear", "compound", "plateau", "saturating"] | None = None
    """`linear`: a constant share of the entry value per year; `compound`: of the current
    value, e.g. linear."""
    plateau: Plateau | None = None
    """The increase ends after a time, e.g. {months: 24 months}."""
    saturating: Saturating | None = None
    """The increase levels off, e.g. {time_constant: 12 months, window: 12 months}."""

    def check(self) -> None:
        """Refuse more than one reading, and a reading without its times."""
        named = {"plateau": self.plateau, "saturating": self.saturating}
        if sum(value is not None for value in (self.reading, *named.values())) != 1:
            raise refuse("accrual is linear, compound, {plateau: ...} or {saturating: ...}")
        if self.reading in named:
            months = "{time_constant: 12 months, window: 12 months}"
            example = "{months: 24 months}" if self.reading == "plateau" else months
            raise refuse(f"{self.reading} needs its times, like {self.reading}: {example}")

    @property
    def name(self) -> str:
        """linear, compound, plateau or saturating."""
        return self.reading or ("plateau" if self.plateau else "saturating")


AccrualForm = Annotated[Accrual, StandsFor("reading", str)]


class Effect(Form):
    """One regimen: yearly change of bone density, and change of each marker from entry."""

    spine: Annotated[
        MeanSd[quantities.YearlyPercent, quantities.YearlySd], BeforeValidator(of_normal)
    ]
    """Yearly change of spine bone density, in percent of the entry value, e.g. {mean: 2.4
    %/year, sd: 0.5 %/year}."""
    hip: Annotated[
        MeanSd[quantities.YearlyPercent, quantities.YearlySd], BeforeValidator(of_normal)
    ]
    """Yearly change of hip bone density, in percent of the entry value, e.g. {mean: 1.9
    %/year, sd: 0.9 %/year}."""
    ctx: quantities.Change | None = None
    """Full change of CTX from entry, needed if the cohort has CTX, e.g. -66 %."""
    balp: quantities.Change | None = None
    """Full change of BALP from entry, needed if the cohort has BALP, e.g. -25 %."""
    tryptase: quantities.Change | None = None
    """Full change of tryptase from entry, needed if the cohort has tryptase, e.g. -34 %."""
    fracture_ratio: SiteRatios = SiteRatios()
    """Effect on the fracture rates beyond bone density; if left out, there is none."""
    mortality_ratio: quantities.Factor = 1.0
    """Ratio of deaths from other causes than fracture while the regimen acts, e.g. 0.9."""
    accrual: AccrualForm | None = None
    """How the annual increase of this row is interpreted; if left out, as `accrual` of the
    scenario, e.g. compound."""


class BeyondEvidence(Form):
    """Bone density and fracture ratios after the longest follow-up with data."""

    after: quantities.Days
    """Longest follow-up with data, e.g. 60 months."""
    rate: quantities.YearlyPercent
    """Yearly change of bone density after that, in percent of the entry value, e.g. 0 %/year."""
    ratios_wane_over: quantities.FromADay | None = None
    """Time after that over which the fracture ratios of therapies return to 1; if left out, they
    hold, e.g. 24 months."""


class Marker(Form):
    """The response of a marker to therapy, and its variation between patients."""

    onset_half_life: quantities.HalfLife
    """Time in which half of a change of action reaches the marker, e.g. 3 days."""
    half_effect: quantities.Action
    """Action of a therapy, relative to action 1, that has half of the effect, e.g. 0.15."""
    spread: quantities.LogSd
    """SD between patients of the logarithm of the change, e.g. 0.3."""


class Markers(Form):
    """The markers that the cohort has."""

    ctx: Marker | None = None
    """How CTX follows treatment, needed if the cohort has CTX."""
    balp: Marker | None = None
    """How BALP follows treatment, needed if the cohort has BALP."""
    tryptase: Marker | None = None
    """How tryptase follows treatment, needed if the cohort has tryptase."""


class Imminent(Form):
    """A higher rate at the same site for a while after a fracture."""

    factor: quantities.Factor
    """Ratio to the usual rate at that site, e.g. 2.9."""
    duration: quantities.Days = Field(alias="for")
    """How long the rate stays higher after a fracture, e.g. 365 days."""


class Site(Form):
    """One fracture site: share of the base rate, gradient per SD of T-score, what follows."""

    share: quantities.Share
    """Share of all fractures that happen at this site, e.g. 62.5 %."""
    gradient: quantities.Factor
    """Ratio of fracture rates per SD of T-score, e.g. 2.3."""
    per_decade_of_age: quantities.Factor = 1.0
    """Ratio of fracture rates per ten years of age, at equal T-score, e.g. 1.4."""
    imminent: Imminent | None = None
    """A higher rate for a while after a fracture at this site; if left out, there is none."""
    case_fatality: quantities.Share
    """Share of these fractures that are fatal, e.g. 1 %."""
    clinical: quantities.Share | None = None
    """Share of vertebral fractures that come to clinical attention; if left out, nothing is said
    of it, e.g. 33 %."""


class Sites(Form):
    """Vertebral fractures follow the spine T-score, hip and other fractures the hip T-score."""

    vertebral: Site
    """Vertebral fractures, which follow the spine T-score."""
    hip: Site
    """Hip fractures, which follow the hip T-score."""
    other: Site
    """All other fractures, which follow the hip T-score."""

    def check(self) -> None:
        """Refuse shares that do not add up to 100 %, and a clinical share of other sites."""
        for site in ("hip", "other"):
            if getattr(self, site).clinical is not None:
                rule = "belongs to vertebral; every hip and other fracture is a clinical one"
                raise refuse(f"`clinical` {rule}", place=(site, "clinical"))
        total = self.vertebral.share + self.hip.share + self.other.share
        if abs(total - 1) > 1e-6:
            raise refuse(f"the shares of the sites add up to {100 * total:g} %, not 100 %")


class BaseRate(Form):
    """The mean rate of fractures at enrolment, typed, or solved from a printed share of patients.

    A `rate` is that of the cohort at enrolment, before any treatment. A share was printed for
    patients on a regimen, whose bone changed in the meantime. The solved rate gives this cohort the
    printed share, if all patients take the regimen `on` from enrolment exactly as planned.
    """

    rate: quantities.Hazard | None = None
    """Mean rate of fractures at enrolment over all sites, e.g. 4 per 100 person-years."""
    free_of_fracture: quantities.Risk | None = None
    """Share of patients without a new fracture by the time `by`, instead of `rate`, e.g.
    81.9 %."""
    with_fracture: quantities.Risk | None = None
    """Share of patients with a new fracture by the time `by`, instead of `rate`, e.g. 10.9 %."""
    by: quantities.FromADay | None = None
    """The time by which that share holds, e.g. 60 months."""
    on: Annotated[Text, AfterValidator(canonical_name)] | None = None
    """The regimen that the patients of the share had, a row of `effects`; `none` for untreated
    patients, e.g. pamidronate."""
    site: Literal["vertebral", "hip", "other"] | None = None
    """The only site whose fractures the share counts; if left out, all count, e.g. vertebral."""

    def check(self) -> None:
        """Refuse a rate beside a share, and a share without its time and regimen."""
        given = only_one(self, ("rate", "free_of_fracture", "with_fracture"), "a base rate")
        for name in ("by", "on"):
            if given != "rate" and getattr(self, name) is None:
                raise refuse(f"{given} needs `{name}`: {{by: 60 months, on: pamidronate}}")
            if given == "rate" and getattr(self, name) is not None:
                raise refuse(f"`{name}` belongs to free_of_fracture or with_fracture")
        if given == "rate" and self.site is not None:
            raise refuse("`site` belongs to free_of_fracture or with_fracture")

    @property
    def share_free(self) -> float | None:
        """Share of patients without a new fracture, None for a rate that is typed."""
        return 1 - self.with_fracture if self.with_fracture is not None else self.free_of_fracture


class Fractures(Form):
    """The rate of fractures and its modifiers."""

    base_rate: Annotated[BaseRate, StandsFor("rate", str)]
    """Mean rate of fractures at enrolment over all sites, or a share of patients that gives it,
    e.g. 4 per 100 person-years."""
    frailty_variance: quantities.FrailtyVariance = 0.0
    """Variance of a gamma-distributed factor with mean 1 on each patient's rates (frailty);
    if left out, there is none, e.g. 3.5."""
    review_every: quantities.Days
    """Interval at which the rates are updated, in whole days, e.g. 30 days."""
    per_further_vertebral_fracture: quantities.Factor
    """Ratio of rates per additional vertebral fracture before enrolment, e.g. 1."""
    sites: Sites
    """The fracture sites; their shares add up to 100 %."""

    def check(self) -> None:
        """Refuse an interval that is no whole number of days."""
        if self.review_every != int(self.review_every) or self.review_every < 1:
            raise refuse("review_every is a whole number of days")

    @property
    def has_clinical(self) -> bool:
        """True where the share of clinical vertebral fractures is given."""
        return self.sites.vertebral.clinical is not None


class Mortality(Form):
    """Death from other causes: a life table times a standardised mortality ratio."""

    life_table: LifeTableForm
    """Life table of deaths from other causes: a shipped one, or a file, e.g. france2019."""
    standardised_mortality_ratio: quantities.Mortality
    """Mortality as a multiple of that table, e.g. 1."""


class Measurement(Form):
    """Coefficient of variation of a measured value within a person."""

    spine: quantities.Variation
    """Error of one spine densitometry, e.g. 1.1 %."""
    hip: quantities.Variation
    """Error of one hip densitometry, e.g. 1.3 %."""
    ctx: quantities.Variation | None = None
    """Variation of one CTX, needed if the cohort has CTX, e.g. 15 %."""
    balp: quantities.Variation | None = None
    """Variation of one BALP, needed if the cohort has BALP, e.g. 7 %."""
    tryptase: quantities.Variation | None = None
    """Variation of one tryptase, needed if the cohort has tryptase, e.g. 12 %."""

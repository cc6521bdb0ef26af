"""What a figure says about itself: whose courses it shows, and what its intervals mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sim.display.figures.form import form
from sim.display.figures.style import ArmStyle, arm_style
from sim.vocabulary import BONES, DAYS_PER_MONTH

if TYPE_CHECKING:
    from sim.scenario import Study
    from sim.scenario.text.settings import IsSetting

LONGEST = 100
"""Characters of a changed value that a caption has room for."""

OVER_CLINICS = "Monte Carlo intervals are over clinics: patients of one clinic wait for each other."

ON_READING = "Fracture differences depend on how the annual increase is interpreted."


@dataclass(frozen=True)
class Caption:
    """What a reader must know to read the figures of one result.

    `reference` is the young-adult mean and SD of "spine" and "hip" in g/cm2, mixed over the sexes
    as in the cohort. `reading` says how the published annual increase is read ("linear"),
    `assumptions` how much of the scenario is assumed, `labels` what each published fact is called.
    `evidence_months` is where the longest evidence ends, None where the follow-up stays within it.
    `comparator` is the arm that others are compared with. `every_arm` are those of the scenario,
    where the figure has room for some `arms` only.
    `clinics` is the number of clinics in each arm, 0 where patients do not meet.
    """

    title: str
    arms: tuple[str, ...]
    patients: int
    seed: int
    horizon_months: float
    reference: Mapping[str, tuple[float, float]] = field(hash=False)
    reading: str
    assumptions: str
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    evidence_months: float | None = None
    comparator: str | None = None
    every_arm: tuple[str, ...] = ()
    clinics: int = 0

    @property
    def looks(self) -> dict[str, ArmStyle]:
        """How each arm looks: by its place in the scenario, whichever arms the figure has."""
        looks = arm_style(self.every_arm or self.arms)
        return {arm: look for arm, look in looks.items() if arm in self.arms}

    def of_few(self, count: int) -> Caption:
        """The caption of a few arms: those of the form in force, the comparator, then others."""
        order = [*form().arms, *filter(None, [self.comparator]), *self.arms]
        kept = [arm for arm in dict.fromkeys(order) if arm in self.arms][:count]
        few = tuple(arm for arm in self.arms if arm in kept)
        return replace(self, arms=few, every_arm=self.arms)

    def _absent(self) -> str:
        """A sentence that names the arms without room; empty where there are none."""
        absent = [arm for arm in self.every_arm if arm not in self.arms]
        return f"No room, in the CSV file only: {', '.join(absent)}." * bool(absent)

    @property
    def unit(self) -> int:
        """Patients of a clinic, who wait for each other; 1 where patients do not meet."""
        return self.patients // self.clinics if self.clinics else 1

    def paragraphs(self, *sentences: str, about_bone: bool = True) -> list[str]:
        """The caption of one figure, with what the figure itself says.

        Figures without bone density leave out how its increase is read.
        """
        same = ", the same in every arm" if len(self.every_arm or self.arms) > 1 else ""
        within = f" in {self.clinics} clinics" if self.clinics else ""
        people = f"{self.patients} virtual patients{within}{same}"
        whose = f"{people}; seed {self.seed}; {self.horizon_months:g} months."
        has_intervals = any("Monte Carlo interval" in sentence for sentence in sentences)
        unit = OVER_CLINICS if self.clinics and has_intervals else ""
        reading = f"Annual increase of bone density: {self.reading}." if about_bone else ""
        return [spoken(whose, self._absent(), *sentences, unit, reading, f"{self.assumptions}.")]


def spoken(*sentences: str) -> str:
    """Sentences one after the other; an empty one is left out."""
    return " ".join(sentence for sentence in sentences if sentence)


def changes(settings: Iterable[IsSetting]) -> str:
    """The values that were set over the file of a scenario, long ones by their path alone."""
    told = [_change(setting) for setting in settings]
    return f"Changed from the scenario's file: {'; '.join(told)}." if told else ""


def _change(setting: IsSetting) -> str:
    from sim.scenario.text.settings import set_to

    text = set_to(setting.path, setting.new)
    if setting.new is None:
        return f"{setting.path} removed"
    return text if len(text) <= LONGEST else f"{setting.path} (see ABOUT.txt)"


def caption_of(study: Study) -> Caption:
    """What a figure says of the study that it shows."""
    from sim import evidence
    from sim.scenario.protocol import accrual, count_of_assumptions

    scenario = study.scenario
    end, known = scenario.horizon, scenario.beyond_evidence.after
    return Caption(
        title=scenario.title,
        arms=tuple(scenario.arms),
        comparator=scenario.comparator,
        patients=scenario.cohort.patients,
        seed=scenario.seed,
        horizon_months=end / DAYS_PER_MONTH,
        clinics=0 if scenario.clinics is None else scenario.clinics.number,
        evidence_months=known / DAYS_PER_MONTH if end > known else None,
        reference=_reference(study),
        reading=accrual(scenario),
        assumptions=count_of_assumptions(study.numbers, study.premises),
        labels=evidence.labels(study.publication(scenario.answers)) if scenario.answers else {},
    )


def _reference(study: Study) -> dict[str, tuple[float, float]]:
    """The young-adult mean and SD of each bone, mixed over the sexes as in the cohort."""
    women, reference = study.scenario.cohort.female, {}
    for bone in BONES:
        sexes = getattr(study.scenario.reference_bmd, bone)
        mean = women * sexes.female.mean + (1 - women) * sexes.male.mean
        sd = women * sexes.female.sd + (1 - women) * sexes.male.sd
        reference[bone] = (float(mean), float(sd))
    return reference

"""Every statistic of a published fact: in one group of patients, and as a contrast of two groups.

The table in docs/facts.md is made from here.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from sim.vocabulary import BONES, CLINICAL, MARKERS, SITES

ENTRY = ("age", "weight", "vertebral_fractures", "spine_t", "hip_t", *MARKERS)

FRACTURES = (*SITES, *CLINICAL)
"""What `of` may name where a statistic is about fractures."""

NOTHING, ANY = (), ("*",)
"""What `of` may name: nothing, or any therapy or reaction."""

Kind = Literal["number", "mean", "share", "rate", "count", "curve"]
"""What a statistic is; a number cannot be compared, a curve is known of whole arms only."""

When = Literal["end", "day", "period", "visit", "visits"]
"""What it may be taken at: the whole follow-up; up to a day; within a period; a visit; from one
visit to another."""


class Statistic(NamedTuple):
    """A statistic of one group: its kind, what `of` names, its times, and its meaning."""

    kind: Kind
    of: tuple[str, ...]
    when: When
    meaning: str

    @property
    def needs_of(self) -> bool:
        """Whether `of` must be given; without it fractures are those of all sites."""
        return self.of not in (NOTHING, FRACTURES)


STATISTICS: dict[str, Statistic] = {
    "patients": Statistic("number", NOTHING, "end", "number of patients in the group"),
    "follow_up": Statistic("mean", NOTHING, "end", "mean follow-up, months"),
    "entry": Statistic("mean", ENTRY, "end", "mean at entry"),
    "mean_percent_change": Statistic(
        "mean", (*BONES, *MARKERS), "visits",
        "mean of each patient's change from entry, %, of bone density or of a marker",
    ),
    "total_increase": Statistic(
        "mean", BONES, "visits", "`mean_percent_change` of bone density, by its older name"
    ),
    "percent_change": Statistic(
        "mean", MARKERS, "visits", "`mean_percent_change` of a marker, by its older name"
    ),
    "annual_increase": Statistic(
        "mean", BONES, "visit",
        "mean change from entry of bone density, % of the entry value a year",
    ),
    "t_change": Statistic("mean", BONES, "visits", "mean change of the T-score from entry"),
    "t_final": Statistic("mean", BONES, "visit", "mean T-score"),
    "share_stopped": Statistic(
        "share", ANY, "end", "patients who stopped the therapy because of intolerance, %"
    ),
    "share_with_reaction": Statistic(
        "share", ANY, "day",
        "patients with the reaction at least once, %; after whichever therapy, or after one: "
        "`of: zoledronate fever`",
    ),
    "share_with_fracture": Statistic(
        "share", FRACTURES, "period",
        "patients with at least one fracture, %: the crude share of all patients, of whom those "
        "who die have no further fracture; in a period, of those still alive at its beginning",
    ),
    "kaplan_meier_share": Statistic(
        "curve", FRACTURES, "day",
        "patients with at least one fracture by Kaplan and Meier, %: as if those who die went on "
        "with the hazard of the others",
    ),
    "share_died": Statistic("share", NOTHING, "day", "patients who died, %"),
    "fracture_rate": Statistic(
        "rate", FRACTURES, "period", "fractures per 100 person-years, every fracture counted"
    ),
    "fractures": Statistic(
        "count", FRACTURES, "period", "number of fractures in `per_patients` patients"
    ),
}  # fmt: skip


class Contrast(NamedTuple):
    """A statistic of two groups: which statistics it compares, the usual one, and its meaning."""

    kinds: tuple[Kind, ...]
    usual: str | None
    meaning: str
    is_ratio: bool = True

    @property
    def compares(self) -> tuple[str, ...]:
        """The statistics that `in` may name."""
        return tuple(name for name, one in STATISTICS.items() if one.kind in self.kinds)


CONTRASTS: dict[str, Contrast] = {
    "difference": Contrast(
        ("mean", "share", "rate", "count", "curve"), None,
        "the first group less the second; of shares in percentage points", is_ratio=False,
    ),
    "absolute_risk_reduction": Contrast(
        ("share", "curve"), "share_with_fracture",
        "share of the second group less that of the first, percentage points", is_ratio=False,
    ),
    "risk_ratio": Contrast(
        ("share",), "share_with_fracture", "share of the first group over that of the second"
    ),
    "relative_risk_reduction": Contrast(
        ("share",), "share_with_fracture", "100 x (1 - risk ratio), %"
    ),
    "rate_ratio": Contrast(
        ("rate",), "fracture_rate", "rate of the first group over that of the second"
    ),
    "hazard_ratio": Contrast(
        ("curve",), "kaplan_meier_share",
        "hazard of the first fracture in the first group over that in the second, by Cox's model "
        "with deaths censored",
    ),
}  # fmt: skip

SUBGROUP = "subgroup"
"""Key of a group that takes a subgroup of the scenario, like `{arm: placebo, subgroup: women}`."""

AGAINST = " against "
"""Stands between the two groups of a contrast: `zoledronate against placebo`."""


def groups_of(group: str) -> list[str]:
    """Return the groups that `group` of a fact names: one, or the two of a contrast."""
    return [name.strip() for name in group.split(AGAINST)]


def measured_in(statistic: str, within: str | None) -> str:
    """Return the statistic that is computed in each group: itself, or what a contrast compares."""
    contrast = CONTRASTS.get(statistic)
    return statistic if contrast is None else str(within or contrast.usual)

"""The arrows of a model diagram: numbers of a scenario that lead from one quantity to another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from sim.display.numbers import typeset
from sim.scenario import Study
from sim.scenario.form.study import Scenario
from sim.vocabulary import SITES

THERAPIES, ACTION, BONE, MARKERS, FRACTURES, DEATH = BOXES = (
    "Therapies", "Action", "Bone density", "Markers", "Fractures", "Death",
)  # fmt: skip
UNTREATED, RISK, BACKGROUND = "Without therapy", "Base rate", "Other causes"
"""What acts from outside the boxes."""

SITE = "|".join(SITES)


class Way(NamedTuple):
    """How numbers at some paths act: from what, on what, in which words.

    `subject` and `what` are filled with the groups of the path. An arrow whose number is `neutral`
    has no effect and is left out.
    """

    path: str
    origin: str
    target: str
    subject: str
    what: str
    neutral: float | None = None


WAYS = (
    Way(r"therapies\.(.+?)\.exposure\.half_life", THERAPIES, ACTION, "{0}", "half-life"),
    Way(r"therapies\.(.+?)\.given", THERAPIES, ACTION, "{0}", "doses given"),
    Way(r"therapies\.(.+?)\.delay\.probability", THERAPIES, ACTION, "{0}", "late doses"),
    Way(r"therapies\.(.+?)\.(?:course|infusion|injection)", THERAPIES, ACTION, "{0}", "dose"),
    Way(r"therapies\.(.+?)\.times_per_week", THERAPIES, ACTION, "{0}", "times per week"),
    Way(r"therapies\.(.+?)\.intolerance\S*\.(probability|rate|until|median)", THERAPIES, ACTION,
        "{0}", "intolerance {1}"),
    Way(r"effects\.none\.(spine|hip)\.mean", UNTREATED, BONE, "change", "{0}", 0.0),
    Way(r"effects\.(?!none\.)(.+)\.(spine|hip)\.mean", ACTION, BONE, "{0}", "{1}"),
    Way(r"therapies\.(.+?)\.after_stopping\.(spine|hip)", THERAPIES, BONE, "after {0}", "{1}", 0.0),
    Way(rf"fractures\.sites\.({SITE})\.gradient", BONE, FRACTURES, "per SD of T-score", "{0}", 1.0),
    Way(r"fractures\.base_rate(?:\.(\w+))?", RISK, FRACTURES, "base rate", "{0}"),
    Way(rf"fractures\.sites\.({SITE})\.share", RISK, FRACTURES, "share of the base rate", "{0}",
        0.0),
    Way(rf"fractures\.sites\.({SITE})\.per_decade_of_age", RISK, FRACTURES, "per decade of age",
        "{0}", 1.0),
    Way(r"fractures\.frailty_variance", RISK, FRACTURES, "frailty", "variance", 0.0),
    Way(r"fractures\.per_further_vertebral_fracture", RISK, FRACTURES,
        "per further vertebral fracture at entry", "", 1.0),
    Way(rf"fractures\.sites\.({SITE})\.imminent\.(factor|for)", FRACTURES, FRACTURES,
        "after a {0} fracture", "{1}", 1.0),
    Way(rf"effects\.(.+)\.fracture_ratio\.({SITE})", ACTION, FRACTURES, "{0}", "{1}", 1.0),
    Way(rf"therapies\.(.+?)\.after_stopping\.fracture_ratio\.({SITE})", THERAPIES, FRACTURES,
        "after {0}", "{1}", 1.0),
    Way(rf"fractures\.sites\.({SITE})\.case_fatality", FRACTURES, DEATH, "case fatality", "{0}",
        0.0),
    Way(r"mortality\.standardised_mortality_ratio", BACKGROUND, DEATH, "mortality ratio", "", 0.0),
    Way(r"effects\.(.+)\.mortality_ratio", ACTION, DEATH, "{0}", "", 1.0),
    Way(r"effects\.(?!none\.)(.+)\.(ctx|balp|tryptase)", ACTION, MARKERS, "{0}", "{1}", 0.0),
    Way(r"markers\.(ctx|balp|tryptase)\.onset_half_life", ACTION, MARKERS, "half-life of the onset",
        "{0}"),
)  # fmt: skip

WORDS = {"ctx": "CTX", "balp": "BALP", "free_of_fracture": "free of fracture",
         "with_fracture": "with a fracture", "rate": "", "intolerance probability": "intolerance",
         "intolerance rate": "intolerance", "intolerance until": "until"}  # fmt: skip
COLUMNS = ["origin", "target", "subject", "what", "value", "is_assumption", "sources", "path"]


def arrows(study: Study) -> pd.DataFrame:
    """One row per number that makes an arrow: from what, on what, its words and its support."""
    rows = [row for way in WAYS for row in _of_way(way, study)]
    return pd.DataFrame([*_of_rules(study), *rows], columns=COLUMNS)


def _of_rules(study: Study) -> Iterator[tuple[object, ...]]:
    """What a therapy waits for, and what ends it at a visit."""
    for name, therapy in study.scenario.therapies.items():
        if not _is_reached(WAYS[0], [name], study.scenario):
            continue
        path, start = f"therapies.{name}", therapy.start
        if start.is_on_fracture:
            site = start.site or "any"
            yield _rule(study, FRACTURES, name, "begins after", f"{site} fracture", f"{path}.start")
        if therapy.stop is not None:
            when = therapy.stop.when.replace("-", "−")
            yield _rule(study, BONE, name, "ends with", when, f"{path}.stop")


def _rule(
    study: Study, origin: str, name: str, what: str, value: str, path: str
) -> tuple[object, ...]:
    """A row for a rule; it has the support of a number below its path."""
    numbers = [number for number in study.numbers if number.path.startswith(path)]
    is_assumption = any(number.is_assumption for number in numbers)
    sources = dict.fromkeys(source for number in numbers for source in number.sources)
    return origin, THERAPIES, name, what, value, is_assumption, ", ".join(sources), path


def _of_way(way: Way, study: Study) -> Iterator[tuple[object, ...]]:
    for number in study.numbers:
        match = re.fullmatch(way.path, number.path)
        if match is None or not _acts(way, number.text, study.scenario):
            continue
        groups = [group or "" for group in match.groups()]
        if not (_is_reached(way, groups, study.scenario) and _can_fracture(way, groups, study)):
            continue
        what = way.what.format(*groups)
        yield (
            way.origin, way.target, way.subject.format(*groups), WORDS.get(what, what),
            _in_print(number.text), number.is_assumption, ", ".join(number.sources), number.path,
        )  # fmt: skip


def _acts(way: Way, text: str, scenario: Scenario) -> bool:
    """False for a number without effect, and for markers that no patient has."""
    if way.target == MARKERS and not scenario.cohort.markers:
        return False
    value = re.match(r"-?[\d.]+", text)
    return way.neutral is None or value is None or float(value[0]) != way.neutral


def _is_reached(way: Way, groups: list[str], scenario: Scenario) -> bool:
    """Whether an arm has the therapy, or the regimen, that a number is about."""
    if not way.path.startswith((r"therapies\.", r"effects\.(", r"effects\.(?")):
        return True
    needed = set() if groups[0] == "none" else set(groups[0].split(" + "))
    return any(needed <= set(therapies) for therapies in scenario.arms.values())


def _can_fracture(way: Way, groups: list[str], study: Study) -> bool:
    """False for an arrow to or from fractures that cannot occur, or factors that are 1."""
    if FRACTURES not in (way.origin, way.target):
        return True
    fractures = study.scenario.fractures
    sites = [getattr(fractures.sites, group) for group in groups if group in SITES]
    if way.origin == way.target and any(site.imminent.factor == 1 for site in sites):
        return False
    return fractures.base_rate.rate != 0 and all(site.share > 0 for site in sites)


def _in_print(text: str) -> str:
    return typeset(text) if text.startswith("-") else text

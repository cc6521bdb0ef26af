"""Answers from a kept sweep, and on the distributions of the uncertain numbers."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

from sim.display.numbers import number, span, with_interval
from sim.reports.forms.answers.data import stated
from sim.reports.forms.given import Given, named
from sim.results import Kept
from sim.vocabulary import SAMPLED, Arms

COLUMNS = (
    "base",
    "base_low",
    "base_high",
    "draws",
    "mean",
    "mean_low",
    "mean_high",
    "q2.5",
    "q97.5",
)

Row = Mapping[Hashable, Any]


def varied(given: Given) -> str | None:
    """The parameters of a sweep with their distributions; None without a sweep."""
    kept, parameters = _parameters(given)
    if kept is None:
        return None
    listed = [f"{row['name']} ({row['distribution']})" for row in parameters]
    return f"{len(listed)} parameters, {named(kept)}: {'; '.join(listed)}."


def bounds(given: Given) -> str | None:
    """Each parameter alone stands at both ends of its interval; None without a sweep."""
    kept, parameters = _parameters(given)
    if kept is None:
        return None
    ends = [f"{row['name']} {span(row['low'], row['high'])}" for row in parameters if _ends(row)]
    return (
        "Each parameter stands alone at both ends of the 95 % interval of its distribution, or of "
        f"the range in the sweep's file: {'; '.join(ends)}."
    )


def surrounded(given: Given) -> str | None:
    """Whether the ends of each parameter lie on both sides of its value; None without a sweep."""
    kept, parameters = _parameters(given)
    if kept is None:
        return None
    numeric = [row for row in parameters if _ends(row)]
    outside = [row["name"] for row in numeric if not row["low"] <= row["base"] <= row["high"]]
    beside = f"; not so: {', '.join(outside)}" if outside else ""
    return f"Of {len(numeric) - len(outside)} of {len(numeric)} parameters{beside}."


def mean_of_sweep(given: Given) -> str | None:
    """Base case and mean over the draws of its outcomes; None without a probabilistic sweep."""
    lines = [
        f"{head}: base case {with_interval(row['base'], row['base_low'], row['base_high'])}, mean "
        f"over {row['draws']:g} draws "
        f"{with_interval(row['mean'], row['mean_low'], row['mean_high'])}"
        for head, row in _last_differences(given)
    ]
    return "\n".join(lines) or None


def effect_of_uncertainty(given: Given) -> str | None:
    """The middle 95 % of the draws of its outcomes; None without a probabilistic sweep."""
    lines = [
        f"{head}: base case {number(row['base'])}; the middle 95 % of {row['draws']:g} draws of "
        f"the uncertain inputs is {span(row['q2.5'], row['q97.5'])}"
        for head, row in _last_differences(given)
    ]
    return "\n".join(lines) or None


def failed_points(given: Given) -> str | None:
    """How many points of a sweep could not be simulated; None without a sweep."""
    kept = next(given.of_kind("sweep"), None)
    if kept is None:
        return None
    failed = len(kept.detail("failed"))
    return (
        f"{failed} points of {named(kept)} could not be simulated. The format refuses values that "
        "a parameter cannot have, at every point."
    )


def of_one_whole(given: Given) -> str | None:
    """The shares that a sweep draws together; None without any."""
    return _drawn(given, "Dirichlet")


def drawn_together(given: Given) -> str | None:
    """The parameters that a sweep draws with others; None without any."""
    return _drawn(given, "with others")


def standard_errors(given: Given) -> str:
    """What the format takes as uncertainty of a number."""
    listed = "; ".join(stated(given)) or "none"
    return (
        "The uncertainty of a number is its standard error, its counts or its 95 % interval; the "
        f"format has no other way. The spread between patients is apart from it. Stated: {listed}."
    )


def skewed(given: Given) -> str:
    """The numbers with a log-normal or gamma distribution."""
    return _of_families(given, "lognormal", "gamma")


def proportions(given: Given) -> str:
    """The numbers with a beta distribution."""
    return _of_families(given, "beta")


def normals(given: Given) -> str:
    """The numbers with a normal distribution."""
    return _of_families(given, "normal")


def _drawn(given: Given, words: str) -> str | None:
    """The parameters of a sweep whose distribution says so; None without any."""
    kept, parameters = _parameters(given)
    listed = [f"{row['name']} ({row['distribution']})" for row in parameters]
    said = [text for text in listed if words in text]
    return f"{'; '.join(said)} ({named(kept)})." if kept and said else None


def _of_families(given: Given, *families: str) -> str:
    listed = [text for text in stated(given) if text.rpartition(": ")[2] in families]
    names = " or ".join(families)
    return f"{'; '.join(listed)}." if listed else f"not applicable: no number has {names} as law"


def _parameters(given: Given) -> tuple[Kept | None, list[Row]]:
    kept = next(given.of_kind("sweep"), None)
    if kept is None:
        return None, []
    columns = ["scenario", "name", "base", "low", "high", "distribution"]
    table = kept.table("parameters", columns)
    return kept, [*table[table["scenario"] == given.scenario.name].to_dict("records")]


def _ends(row: Row) -> bool:
    """Whether a parameter is a number with two ends, and not one of several words."""
    return all(
        isinstance(row[end], int | float) and row[end] == row[end] for end in ("low", "high")
    )


def _last_differences(given: Given) -> Iterator[tuple[str, Row]]:
    """The differences of the outcomes that a sweep of draws is about, each with its headline."""
    for kept in given.of_kind("sweep"):
        about = kept.detail("sweep")
        if about["design"] not in SAMPLED:
            continue
        table = kept.table("summary", ["scenario", "against_arm", "outcome", "time", *COLUMNS])
        own = table[(table["scenario"] == given.scenario.name) & (table["against_arm"] != "")]
        for outcome in about["outcomes"]:
            rows = own[own["outcome"] == outcome]
            for row in rows[rows["time"] == rows["time"].max()].to_dict("records"):
                arms = Arms(row["arm"], row["against_arm"]).label()
                yield f"{_head(row)}: {arms} ({named(kept)})", row


def _head(row: Row) -> str:
    return f"{row['outcome'].capitalize()} at month {row['time']:g}, {row['unit']}"

"""`docs/ten-patients.md`: its tables, made by emulating the published series under what-ifs."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import sim
from sim.display.numbers import with_interval
from sim.experiments import emulation
from sim.experiments.emulation import power
from sim.experiments.emulation.scores import coverage
from sim.outcomes.roles import PREDICTION
from sim.scenario import load
from sim.vocabulary import PATIENTS_AND_PARAMETERS, PATIENTS_ONLY
from tests.remake_results import EMULATED

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "ten-patients.md"
BASE = ROOT / "scenarios" / "laroche2011.yaml"
TRIALS = 5000
UNCERTAIN_TRIALS = 1000
INTERVALS = (PATIENTS_ONLY, PATIENTS_AND_PARAMETERS)
WORKERS = 1

STOPPING = ("1 month", "3 months", "6 months", "12 months", "24 months", "60 months")
RATES = (1, 2, 4, 7.478, 12, 20)
"""Base rates per 100 person-years; the fourth is the scenario's."""

ADDED = (0, 2, 5, 10.2)
"""What interferon adds to 2.4 % a year, in points; the last is what was published."""

SIZES = (5, 10, 20, 50, 100)


def tables() -> dict[str, str]:
    """The tables of the page by name."""
    return {
        "stopping": _table(STOPPING_HEADS, map(stopping, STOPPING)),
        "fractures": _table(FRACTURE_HEADS, map(fractures, RATES)),
        "difference": _table(DIFFERENCE_HEADS, map(difference, ADDED)),
        "power": _table(POWER_HEADS, powers()),
        "series": _table(SERIES_HEADS, series()),
    }


STOPPING_HEADS = (
    "stopping within",
    "trials with two stoppers, %",
    "mean of the two, %/year",
    "95 % of trials",
    "2.4 or less, %",
    "SD 0.1 or less, %",
    "both, %",
)


def stopping(until: str) -> tuple[str, ...]:
    """The two who stopped, if one in five stops within so long."""
    step = f"[{{probability: 20 %, until: {until}}}]"
    trials = _trials([f"therapies.interferon.intolerance={step}"])
    rows = trials["pamidronate_alone_spine"]
    two = rows[rows["members"] == 2].dropna()
    low_mean, low_sd = two["value"].round(1) <= 2.4, two["spread"].round(1) <= 0.1
    low, high = np.quantile(two["value"], (0.025, 0.975))
    shares = (_percent(which.mean()) for which in (low_mean, low_sd, low_mean & low_sd))
    whole = (_percent(len(two) / len(rows)), f"{two['value'].mean():.2f}")
    return (until, *whole, f"{low:.1f} to {high:.1f}", *shares)


FRACTURE_HEADS = (
    "base rate, per 100 person-years",
    "none in ten patients, % of trials",
    "mean number",
    "95 % of trials",
)


def fractures(rate: float) -> tuple[str, ...]:
    """Fractures of ten patients in five years at a base rate."""
    trials = _trials([f"fractures.base_rate={rate} per 100 person-years"])
    number = trials["fractures_on_treatment"]["value"]
    low, high = np.quantile(number, (0.025, 0.975), method="inverted_cdf")
    none = _percent((number == 0).mean())
    return (f"{rate:g}", none, f"{number.mean():.2f}", f"{low:.0f} to {high:.0f}")


DIFFERENCE_HEADS = (
    "interferon adds, points a year",
    "mean difference of the groups",
    "95 % of trials",
    "10 or more, % of trials",
    "no comparison, % of trials",
)


def difference(added: float) -> tuple[str, ...]:
    """Those who kept interferon less those who stopped, as the paper compares them."""
    settings = [
        f"effects.interferon + pamidronate.spine.mean={2.4 + added:g} %/year",
        f"effects.interferon.spine.mean={added - 0.5:g} %/year",
    ]
    trials = _trials(settings)
    kept, stopped = (trials[f"{g}_spine"]["value"] for g in ("combination", "pamidronate_alone"))
    apart = kept - stopped
    known = apart.dropna()
    low, high = np.quantile(known, (0.025, 0.975))
    shares = _percent((known >= 10).mean()), _percent(apart.isna().mean())
    return (f"{added:g}", f"{known.mean():.1f}", f"{low:.1f} to {high:.1f}", *shares)


POWER_HEADS = (
    "interferon adds, points a year",
    "outcome",
    "patients an arm",
    "difference found",
    "95 % of trials",
    "width of the interval",
    "power, %",
    "size of the test, %",
)


def powers() -> Iterator[tuple[str, ...]]:
    """Trials with random allocation, by their size."""
    for added, outcome in ((0, "spine annual increase"), (2, "spine annual increase"),
                           (5, "spine annual increase"), (10.2, "spine annual increase"),
                           (10.2, "any fracture")):  # fmt: skip
        settings = [
            f"effects.interferon + pamidronate.spine.mean={2.4 + added:g} %/year",
            f"effects.interferon.spine.mean={added - 0.5:g} %/year",
        ]
        plan = power.prepare(BASE, outcome, SIZES, 1000, settings=settings)
        for row in power.run(plan, workers=WORKERS).to_dict("records"):
            yield (
                f"{added:g}", outcome, str(row["patients_per_arm"]),
                f"{row['mean_difference']:.1f}", f"{row['low']:.1f} to {row['high']:.1f}",
                f"{row['interval_width']:.1f}",
                *(_with_interval(row, of) for of in ("power", "size")),
            )  # fmt: skip


def _with_interval(row: Mapping[Any, Any], of: str) -> str:
    """A share of trials and its interval."""
    return with_interval(row[of], row[f"{of}_low"], row[f"{of}_high"])


SERIES_HEADS = (
    "series", "patients", "predicted", "published", *(f"95 %, {kind}" for kind in INTERVALS)
)  # fmt: skip


def series() -> Iterator[tuple[str, ...]]:
    """Each number of a series that its scenario predicts, with both intervals."""
    for name in EMULATED:
        path = ROOT / "scenarios" / f"{name}.yaml"
        size = emulation.prepare(path, 1).design.size
        alone = pd.read_csv(ROOT / "results" / name / "emulation.csv")
        both = sim.emulate(path, trials=UNCERTAIN_TRIALS, workers=WORKERS, uncertain=True).scores
        predicted = alone["counts_as"] == PREDICTION
        for one, other in zip(
            *(s[predicted].to_dict("records") for s in (alone, both)), strict=True
        ):
            of_sd = ", SD" if one["statistic"] == "SD" else ""
            spans = map(_span, (one, other))
            yield f"`{name}`", str(size), one["label"] + of_sd, f"{one['published']:g}", *spans
        covered = ("{} of {} covered".format(*coverage(scores)) for scores in (alone, both))
        yield f"`{name}`", str(size), "all predictions" if any(predicted) else "none", "", *covered


def _span(row: Mapping[Any, Any]) -> str:
    """An interval of the trials, and whether the published number lies outside."""
    outside = "" if row["covered"] else ", not covered"
    return f"{row['low']:.2g} to {row['high']:.2g}{outside}"


def _trials(settings: list[str]) -> dict[str, pd.DataFrame]:
    """The trials of the series under settings, by fact."""
    found = sim.emulate(load(BASE, settings), trials=TRIALS, workers=WORKERS).trials
    return {
        str(fact): rows.reset_index(drop=True) for fact, rows in found.groupby("fact", sort=False)
    }


def _percent(share: float) -> str:
    return f"{100 * share:.0f}" if share >= 0.1 or share == 0 else f"{100 * share:.1f}"


def _table(heads: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def remade(page: str) -> str:
    """The page with its tables made anew."""
    for name, table in tables().items():
        begin, _, rest = page.partition(f"<!-- {name} -->\n")
        _, _, after = rest.partition("<!-- end -->")
        page = f"{begin}<!-- {name} -->\n{table}<!-- end -->{after}"
    return page


if __name__ == "__main__":
    PAGE.write_text(remade(PAGE.read_text(encoding="utf-8")), encoding="utf-8")

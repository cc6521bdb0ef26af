"""Parameter uncertainty of the outcomes of a run, taken from a probabilistic sweep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from sim.display.figures import OF_KIND
from sim.errors import RequestError
from sim.results import Kept, seals
from sim.scenario import Study
from sim.vocabulary import SAMPLED, Arms

if TYPE_CHECKING:
    import pandas as pd

RUN: Literal["run"] = "run"
KEYS = (*Arms._fields, "outcome", "time")
"""Columns by which the outcomes of a sweep and of a run are found in each other."""

ENDS = {"uncertain_low": ("q2.5", "mean_low"), "uncertain_high": ("q97.5", "mean_high")}
"""The ends of the interval, and the quantile of the draws and limit of their mean behind each."""


def uncertainty_for(kept: Kept, sweep: Kept, figures: Sequence[str] = ()) -> pd.DataFrame:
    """Find the interval of each outcome over the draws of a sweep of the same scenario.

    Parameters
    ----------
    kept
        A kept run.
    sweep
        A kept probabilistic sweep. The numbers of patients and the seeds of both may differ.
    figures
        The figures that are asked for; all where there are none.

    Returns
    -------
    DataFrame
        One row for each outcome: arm, against_arm, outcome, time (months), uncertain_low and
        uncertain_high (middle 95 % of the draws, without the noise of the sweep's patients),
        uncertain_from (the sweep in words).

    Raises
    ------
    RequestError
        For a sweep of another scenario or design, a result of another kind, or figures none of
        which shows the parameter uncertainty.
    Damaged
        For a file of the sweep that was changed.
    """
    name = _name_in(sweep, kept)
    _refuse_other_figures(figures)
    seals.refuse_damaged(sweep)
    columns = ("mean", "mean_low", "mean_high", "sd", "sd_parameters")
    rows = sweep.table("summary", ("scenario", *KEYS, *columns))
    rows = rows[rows["scenario"] == name]
    return without_patients(rows)[[*KEYS, *ENDS]].assign(uncertain_from=_in_words(sweep))


def _in_words(sweep: Kept) -> str:
    """Which sweep it is, and how large."""
    about = sweep.detail("sweep")
    whose = f"{about['draws']} draws of {about['patients']} patients"
    return f"{about['name']} ({sweep.manifest.digest[:8]}), {whose}"


def without_patients(summary: pd.DataFrame) -> pd.DataFrame:
    """Add the middle 95 % of the draws without the noise of their patients.

    The quantiles of the draws hold both kinds of noise. Each is drawn towards the mean as far as
    the standard deviation without the noise (`sd_parameters`) is below that of the draws (`sd`).
    All draws have the same patients, whose noise stays in the mean: where it is large, as for rare
    events, the limits of the mean widen the interval.
    """
    share = (summary["sd_parameters"] / summary["sd"]).fillna(0.0).clip(upper=1.0)
    mean = summary["mean"]
    ends = {}
    for name, (quantile, limit) in ENDS.items():
        away = np.hypot(share * (summary[quantile] - mean), summary[limit] - mean)
        ends[name] = mean + np.where(share > 0, away, 0.0) * (1 if limit == "mean_high" else -1)
    return summary.assign(**ends)


def _name_in(sweep: Kept, kept: Kept) -> str:
    """The name of the run's scenario in a sweep; RequestError where the sweep cannot be used."""
    design = _design_of(sweep)
    if design not in SAMPLED:
        raise RequestError(
            f"'{sweep.folder}' is {design}, not a probabilistic sweep ({', '.join(SAMPLED)}), so "
            f"it has no parameter uncertainty for '{kept.folder}'"
        )
    if kept.manifest.kind != RUN:
        raise RequestError(
            f"'{kept.folder}' is no run: only figures of a run show the parameter uncertainty of "
            f"'{sweep.folder}'"
        )
    own = kept.study
    digests = {study.scenario.name: _alike(study, own).digest for study in sweep.studies.values()}
    for name, digest in digests.items():
        if digest == own.digest:
            return name
    held = ", ".join(f"{name} ({digest[:8]})" for name, digest in digests.items())
    raise RequestError(
        f"'{sweep.folder}' varies another scenario, {held}, than that of '{kept.folder}', "
        f"{own.scenario.name} ({own.digest[:8]})"
    )


def _refuse_other_figures(figures: Sequence[str]) -> None:
    """Raise RequestError where no figure that is asked for shows the parameter uncertainty."""
    able = OF_KIND[RUN].uncertain
    if figures and not {*figures} & {*able}:
        raise RequestError(
            f"figure '{figures[0]}' has no place for parameter uncertainty; {', '.join(able)} has"
        )


def _design_of(sweep: Kept) -> str:
    """The design of a sweep, or what a result is instead."""
    if sweep.manifest.kind != "sweep":
        return f"of the kind {sweep.manifest.kind}"
    return f"{sweep.detail('sweep')['design']}"


def _alike(study: Study, other: Study) -> Study:
    """A study with the number of patients and the seed of another."""
    return study.with_(patients=other.scenario.cohort.patients, seed=other.scenario.seed)

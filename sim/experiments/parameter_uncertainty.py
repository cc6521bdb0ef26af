"""Parameter uncertainty of the outcomes of a result, taken from probabilistic sweeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.display.figures import OF_KIND
from sim.errors import RequestError
from sim.results import Kept, seals
from sim.scenario import Study
from sim.vocabulary import SAMPLED, Arms

if TYPE_CHECKING:
    import pandas as pd

KEYS = (*Arms._fields, "outcome", "time")
"""Columns by which the outcomes of a sweep and of a result are found in each other."""

MEASURED = ("mean", "mean_low", "mean_high", "sd", "sd_parameters")

ENDS = {"uncertain_low": ("q2.5", "mean_low"), "uncertain_high": ("q97.5", "mean_high")}
"""The ends of the interval, and the quantile of the draws and limit of their mean behind each."""


def uncertainty_for(
    kept: Kept, sweeps: Sequence[Kept], figures: Sequence[str] = ()
) -> pd.DataFrame:
    """Find the interval of each outcome over the draws of sweeps of the same scenarios.

    Parameters
    ----------
    kept
        A kept run or comparison, or kept readings.
    sweeps
        Kept probabilistic sweeps, one at most for each scenario of the result, or for each
        reading. The numbers of patients and the seeds may differ from those of the result.
    figures
        The figures that are asked for; all where there are none.

    Returns
    -------
    DataFrame
        One row for each scenario that has a sweep and each outcome: study (name of the scenario,
        or of the reading), arm, against_arm, outcome, time (months), uncertain_low and
        uncertain_high (middle 95 % of the draws, without the noise of the sweep's patients),
        uncertain_from (the sweep in words).

    Raises
    ------
    RequestError
        For a sweep of another scenario, design or model, a second sweep of a scenario, a result of
        another kind, or figures none of which shows the parameter uncertainty.
    Damaged
        For a file of the sweep that was changed.
    """
    import pandas as pd

    named: dict[str, Kept] = {}
    tables = []
    for sweep in sweeps:
        names = _names_in(sweep, kept)
        for study in names:
            _refuse_second(study, sweep, named)
        named |= dict.fromkeys(names, sweep)
        _refuse_other_figures(kept.manifest.kind, figures)
        seals.refuse_damaged(sweep)
        sweep.refuse_beside(kept)
        tables.append(_intervals(sweep, names))
    return pd.concat(tables, ignore_index=True)


def _intervals(sweep: Kept, names: Mapping[str, str]) -> pd.DataFrame:
    """The interval of each outcome; `names` has the scenario of the sweep for each study."""
    import pandas as pd

    rows = without_patients(sweep.table("summary", ("scenario", *KEYS, *MEASURED)))
    parts = [
        rows.loc[rows["scenario"] == name, [*KEYS, *ENDS]].assign(study=study)
        for study, name in names.items()
    ]
    return pd.concat(parts, ignore_index=True).assign(uncertain_from=_in_words(sweep))


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


def _names_in(sweep: Kept, kept: Kept) -> dict[str, str]:
    """The scenario of a sweep for each study of a result that it varies.

    Raises RequestError where the sweep cannot be used.
    """
    design = _design_of(sweep)
    if design not in SAMPLED:
        raise RequestError(
            f"'{sweep.folder}' is {design}, not a probabilistic sweep ({', '.join(SAMPLED)}), so "
            f"it has no parameter uncertainty for '{kept.folder}'"
        )
    kind, able = kept.manifest.kind, [name for name in OF_KIND if OF_KIND[name].uncertain]
    if kind not in able:
        raise RequestError(
            f"'{kept.folder}' is of the kind {kind}: only figures of the kinds {', '.join(able)} "
            f"show the parameter uncertainty of '{sweep.folder}'"
        )
    own = {name: study.digest for name, study in kept.studies.items()}
    varied = [_alike(study, kept.study) for study in sweep.studies.values()]
    digests = {study.scenario.name: study.digest for study in varied}
    names = {
        study: name
        for study, digest in own.items()
        for name, of_sweep in digests.items()
        if of_sweep == digest
    }
    if not names:
        raise RequestError(
            f"'{sweep.folder}' varies another scenario, {_with_digests(digests)}, than "
            f"'{kept.folder}' has, {_with_digests(own)}"
        )
    return names


def _with_digests(digests: Mapping[str, str]) -> str:
    return ", ".join(f"{name} ({digest[:8]})" for name, digest in digests.items())


def _refuse_second(study: str, sweep: Kept, named: Mapping[str, Kept]) -> None:
    """Raise RequestError for a second sweep of a scenario."""
    if study in named:
        raise RequestError(
            f"'{named[study].folder}' and '{sweep.folder}' both vary {study}; give one of them"
        )


def _refuse_other_figures(kind: str, figures: Sequence[str]) -> None:
    """Raise RequestError where no figure that is asked for shows the parameter uncertainty."""
    able = OF_KIND[kind].uncertain
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

"""Effects of the regimens as coefficients of products of actions, one per subset of therapies."""

from __future__ import annotations

import numpy as np

from sim.scenario.form.outcome import Effect
from sim.scenario.form.study import Scenario
from sim.simulation.lowering.enrolment import Baseline
from sim.simulation.records import SUBSETS, Floats
from sim.vocabulary import BONES, DAYS_PER_YEAR, SITES

WORST_YEARLY_PERCENT = -99.0
"""A compound rate is never below this: a patient cannot lose more bone than there is."""


def rows_by_subset(scenario: Scenario) -> list[Effect | None]:
    """Find the row of `effects` for every subset of therapies.

    A subset without a row is one that no arm can reach; it never acts.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.

    Returns
    -------
    list of Effect or None, length 2 to the power of the number of therapies
        Row of each subset. Bit i of the index is set if therapy i is in the subset.
    """
    names, rows = list(scenario.therapies), scenario.regimens
    return [
        rows.get(frozenset(name for i, name in enumerate(names) if subset >> i & 1))
        for subset in range(2 ** len(names))
    ]


def by_subset(rows: list[Floats]) -> Floats:
    """Convert rows of regimens to coefficients of the products of actions (Moebius transform).

    coefficient(S) = sum over U in S of (-1)^|S - U| row(U). The sum over S of coefficient(S) times
    the product of the actions in S is multilinear, and equals the row of a regimen at its corner.

    Parameters
    ----------
    rows : list of array
        Row of each subset of therapies, all of one shape.

    Returns
    -------
    array, shape (..., SUBSETS)
        Coefficients; 0 for subsets beyond the rows.

    References
    ----------
    docs/model.md, section "Action".

    Examples
    --------
    Two therapies that gain 1 and 2 alone, and 5 together:

    >>> by_subset([np.array(x) for x in (0.0, 1.0, 2.0, 5.0)])[:4].tolist()
    [0.0, 1.0, 2.0, 2.0]
    """
    coefficients = [np.array(row, dtype=float) for row in rows]
    for bit in range(len(rows).bit_length() - 1):
        for subset in range(len(rows)):
            if subset >> bit & 1:
                coefficients[subset] = coefficients[subset] - coefficients[subset ^ (1 << bit)]
    empty = [np.zeros_like(coefficients[0])] * (SUBSETS - len(rows))
    return np.stack(coefficients + empty, axis=-1)


def bone_effects(scenario: Scenario, baseline: Baseline) -> Floats:
    """Compute each patient's coefficients of the change of bone density.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.
    baseline : Baseline
        Patients at enrolment, with their responses.

    Returns
    -------
    array, shape (patients, bones, SUBSETS)
        Share of the entry value per day. Under the compound reading, of the logarithm.

    References
    ----------
    docs/model.md, section "Bone".
    """
    return np.stack([_bone_effect(scenario, baseline, bone) for bone in BONES], axis=1)


def _bone_effect(scenario: Scenario, baseline: Baseline, bone: str) -> Floats:
    response = baseline.responses[bone]
    rows = []
    for row in rows_by_subset(scenario):
        yearly = np.zeros_like(response)
        if row is not None and row.accrual is None:
            effect = getattr(row, bone)
            yearly = effect.mean + effect.sd * response
        if scenario.accrual.name == "compound":
            yearly = 100 * np.log1p(np.maximum(yearly, WORST_YEARLY_PERCENT) / 100)
        rows.append(yearly / 100 / DAYS_PER_YEAR)
    return by_subset(rows)


def marker_effect(scenario: Scenario, baseline: Baseline, marker: str) -> Floats:
    """Compute each patient's coefficients of the effect on one marker.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.
    baseline : Baseline
        Patients at enrolment, with their responses.
    marker : str
        Name of a marker of the cohort.

    Returns
    -------
    array, shape (patients, SUBSETS)
        Logarithm of the ratio to the entry value.

    References
    ----------
    docs/model.md, section "Markers".
    """
    response = baseline.responses[marker]
    spread = getattr(scenario.markers, marker).spread
    rows = []
    for row in rows_by_subset(scenario):
        change = getattr(row, marker) if row is not None else 0.0
        moved = spread * response - spread**2 / 2 if change != 0 else np.zeros_like(response)
        rows.append(np.log1p(change) + moved)
    return by_subset(rows)


def ratio_effects(scenario: Scenario) -> Floats:
    """Compute the coefficients of the direct effects on fracture rates and on mortality.

    Parameters
    ----------
    scenario : Scenario
        Values of a study.

    Returns
    -------
    array, shape (sites + 1, SUBSETS)
        Logarithm of the rate ratio of each site, and of mortality in the row `MORTALITY`.

    References
    ----------
    docs/model.md, sections "Fractures" and "Death".
    """
    rows = rows_by_subset(scenario)
    ratios = [
        *([getattr(r.fracture_ratio, site) if r else 1.0 for r in rows] for site in SITES),
        [r.mortality_ratio if r else 1.0 for r in rows],
    ]
    return np.stack([by_subset([np.log(ratio) for ratio in of_site]) for of_site in ratios])

"""Parameters of simulated trials, drawn from the uncertainty of numbers as a sweep does it."""

from __future__ import annotations

from sim.experiments.sweeps.form import SweepForm
from sim.experiments.sweeps.read import checked
from sim.experiments.sweeps.varied import Varied
from sim.scenario import Study
from sim.scenario.checks.forms import validated
from sim.scenario.text.provenance import Plain


def drawn(study: Study, trials: int) -> Varied:
    """Draw the uncertain numbers of a scenario once for each trial.

    The draws are those of a probabilistic sweep of the scenario without correlations: every number
    with an `uncertainty` varies, independently of the others. More trials do not change the draws
    of the first ones.

    Parameters
    ----------
    study : Study
        A study with uncertainty beside some of its numbers.
    trials : int
        Number of draws.

    Returns
    -------
    Varied
        Point number `i` of its points holds the parameters of trial `i`.

    Raises
    ------
    ScenarioError
        If a distribution does not fit its number, or gives values that the scenario refuses.
    """
    name = study.scenario.name
    plain = Plain(tree={
        "mastosim_sweep": "1", "name": "trials", "title": f"Trials of {name}",
        "question": "Which parameters has each trial?", "scenario": name,
        "design": {"probabilistic": {"draws": str(trials)}},
    })  # fmt: skip
    form, mistakes = validated(SweepForm, plain, plain.tree)
    assert form is not None
    (varied,) = checked(form, plain, [study], mistakes).varied
    return varied._replace(points=[point for point in varied.points if point.role == "draw"])

"""The distribution of each parameter: the sweep's, that of its group, or the scenario's."""

from __future__ import annotations

import math

from sim.experiments.sweeps import distributions
from sim.experiments.sweeps.distributions import Amount, Distribution, amount, in_unit
from sim.experiments.sweeps.form import ParameterForm, SweepForm
from sim.scenario import Study
from sim.scenario.form.quantities import refuse
from sim.scenario.form.uncertainty import Between, Uncertainty
from sim.scenario.text.paths import DocumentPath, dotted, parts_of, value_at


def marginal(
    path: str,
    place: DocumentPath,
    base: Amount,
    given: ParameterForm,
    form: SweepForm,
    study: Study,
) -> Distribution:
    """What the sweep says of it, else the group that it is in, else what the scenario says."""
    together = _bound(path, base, form, study)
    if together is not None and (given.low or given.uncertainty or given.within):
        raise refuse("'{path}' varies with others, so it has no distribution or ends of its own",
                     path=path)  # fmt: skip
    if given.low is not None and given.high is not None:
        evenly = distributions.between(Between(low=given.low, high=given.high), base)
        return evenly._replace(stated=(in_unit(given.low, base), in_unit(given.high, base)))
    if given.uncertainty is not None:
        return distributions.of(given.uncertainty, base)
    if together is not None:
        return together
    uncertain = uncertainty_of(study, place)
    if uncertain is None:
        raise refuse(
            "the scenario states no uncertainty of '{path}'; give it low and high, or "
            "uncertainty", path=path,
        )  # fmt: skip
    return distributions.of(uncertain, base)


def _bound(path: str, base: Amount, form: SweepForm, study: Study) -> Distribution | None:
    """The distribution of one parameter that varies with others by a covariance or in a group."""
    from scipy import stats

    if form.covariance and path in form.covariance.parameters:
        place = form.covariance.parameters.index(path)
        sd = math.sqrt(max(form.covariance.matrix[place][place], 0.0)) or math.nan
        return Distribution(stats.norm(base.number, sd), f"normal, SD {sd:g}, with others")
    for name, group in form.dirichlet.items():
        if path in group:
            counted = sum(group.values())
            bases = (value_at(study.document, parts_of(other)) for other in group)
            total = sum(amount(text).number for text in bases if text)
            beta = stats.beta(group[path], counted - group[path], scale=total)
            words = f"Dirichlet of {name}, {group[path]:g} of {counted:g}"
            return Distribution(beta, words)
    return None


def uncertainty_of(study: Study, place: DocumentPath) -> Uncertainty | None:
    """The uncertainty beside a number, or beside the mapping of which it is the mean."""
    found = study.uncertainty.get(dotted(place))
    return found or (study.uncertainty.get(dotted(place[:-1])) if place[-1] == "mean" else None)

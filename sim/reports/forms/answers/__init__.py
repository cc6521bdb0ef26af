"""The functions that answer items of forms, by their names.

Each takes the results given. It returns the answer in words, `not applicable: ...`, or None where
these results do not answer the item.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sim.reports.forms.answers import (
    components,
    data,
    economics,
    experiment,
    implementation,
    logic,
    model_type,
    objectives,
    sensitivity,
    validation,
)
from sim.reports.forms.answers.checks import other_checks
from sim.reports.forms.given import Given

Answer = Callable[[Given], str | None]

_FUNCTIONS: tuple[Answer, ...] = (
    objectives.purpose, objectives.outputs, objectives.aims, objectives.comparators,
    logic.overview, logic.base_logic, logic.scenario_logic, logic.algorithms, logic.model,
    components.entities, components.activities, components.resources, components.queues,
    components.entry_and_exit, components.measurement, components.subgroups,
    data.sources, data.pre_processing, data.inputs, data.assumptions, data.setting, data.model_fit,
    experiment.initialisation, experiment.run_length, experiment.estimation, experiment.analytics,
    experiment.uncertainty_methods,
    implementation.software, implementation.sampling, implementation.execution,
    implementation.system, implementation.access, implementation.repeatable,
    validation.against_published, validation.alternatives, validation.main_results, other_checks,
    sensitivity.varied, sensitivity.bounds, sensitivity.surrounded, sensitivity.mean_of_sweep,
    sensitivity.effect_of_uncertainty, sensitivity.failed_points, sensitivity.standard_errors,
    sensitivity.of_one_whole, sensitivity.drawn_together,
    sensitivity.skewed, sensitivity.proportions, sensitivity.normals,
    model_type.another_type, model_type.possible_probabilities, model_type.parametric_times,
    model_type.no_ratios, model_type.no_lifetime,
    economics.no_costs,
)  # fmt: skip

ANSWERS: Mapping[str, Answer] = {function.__name__: function for function in _FUNCTIONS}
"""Each function by the name that the files of the forms use."""

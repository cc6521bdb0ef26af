"""The parameters of a sweep against a scenario: where each stands, its value, its distribution."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic_core import PydanticCustomError

from sim.experiments.sweeps import addresses, distributions
from sim.experiments.sweeps.distributions import Distribution
from sim.experiments.sweeps.form import ParameterForm, SweepForm
from sim.scenario import Mistake, Study
from sim.scenario.form.amounts import Amount, amount, in_unit
from sim.scenario.form.quantity import refuse
from sim.scenario.mistakes import closest
from sim.scenario.text.paths import DocumentPath, dotted, parts_of, value_at
from sim.scenario.text.provenance import Plain

DECIDES_OUTCOMES = (
    "decides which outcomes there are, and when; name a scenario for each under `scenarios`"
)
NOT_VARIED = {
    **dict.fromkeys({"mastosim", *addresses.LABELS} - {"arms"},
                    "does not affect patients; leave it out"),
    "horizon": DECIDES_OUTCOMES,
    "visits": DECIDES_OUTCOMES,
    "seed": "is the same at every point; give the sweep a `seed`",
    "clinics": "is the same at every point; give the sweep `patients`, a number of whole clinics",
    "cohort.patients": "is the same at every point; give the sweep `patients`",
}  # fmt: skip
"""Parts of a scenario that a sweep cannot vary, each with the reason and what to do."""


class Parameter(NamedTuple):
    """A value of the scenario that the sweep moves.

    `places` are the paths that are given its value, `base` the scenario's own number with its unit,
    None for a choice in words; `distribution` is None, and `choices` are the values, in a grid.
    """

    path: str
    name: str
    places: tuple[DocumentPath, ...]
    base: Amount | None
    base_text: str
    distribution: Distribution | None
    choices: tuple[Any, ...]
    is_assumption: bool

    def written(self, value: Any) -> Any:
        """A value as the scenario file would have it."""
        if self.base is not None and isinstance(value, float):
            return str(Amount(value, self.base.unit))
        return value

    def shown(self, value: Any) -> Any:
        """A value in a table: a number in the unit of the base, or words."""
        if value is None:
            return self.base.number if self.base is not None else self.base_text
        if isinstance(value, float):
            return value
        try:
            return in_words(value) if self.base is None else in_unit(value, self.base)
        except PydanticCustomError:
            return in_words(value)


def in_words(value: Any) -> str:
    """A value of a scenario file in words: `plateau: months 24 months, then 0 %/year`."""
    if isinstance(value, dict):
        inside = {key: in_words(item) for key, item in value.items()}
        nested = any(isinstance(item, dict) for item in value.values())
        return ", ".join(f"{key}{':' if nested else ''} {text}" for key, text in inside.items())
    return ", ".join(map(in_words, value)) if isinstance(value, list) else str(value)


def resolve(
    form: SweepForm, plain: Plain, study: Study, mistakes: list[Mistake]
) -> list[Parameter]:
    """Every parameter of a sweep, in the order of the file; what is wrong goes to `mistakes`."""
    resolved: dict[str, Parameter] = {}
    for path, given in _given(form, study).items():
        try:
            parameter = _resolved(path, given, form, study)
            if parameter.path in resolved:
                raise refuse("'{path}' is named twice", path=parameter.path)
            taken = {place for other in resolved.values() for place in other.places}
            if both := taken & {*parameter.places}:
                raise refuse("'{path}' is given the value of two parameters",
                             path=dotted(min(both, key=str)))  # fmt: skip
            resolved[parameter.path] = parameter
        except PydanticCustomError as error:
            mistakes.append(plain.mistake(_place(form, path), error.message(), at_key=True))
    return [*resolved.values()]


def _given(form: SweepForm, study: Study) -> dict[str, ParameterForm]:
    """Parameters by path as the file names them; those of groups, and of the scenario, besides."""
    given = dict(form.parameters)
    together = [path for group in form.dirichlet.values() for path in group]
    together += form.covariance.parameters if form.covariance else []
    for path in together:
        given.setdefault(path, ParameterForm())
    if not given and form.design.name != "grid":
        given = {path: ParameterForm() for path in study.uncertainty}
    return given


def _resolved(path: str, given: ParameterForm, form: SweepForm, study: Study) -> Parameter:
    place = number_at(study.document, path)
    for given_the_value in (path, *given.also):
        _refuse_what_does_not_vary(given_the_value)
    if form.design.name == "grid":
        return _of_a_grid(path, place, given, study)
    if given.values is not None:
        raise refuse("`values` are for a grid; give it low and high, or uncertainty")
    if place is None:
        raise _no_number(path, study)
    base = amount(value_at(study.document, place))
    distribution = distributions.marginal(path, place, base, given, form, study)
    if given.within is not None:
        distribution = distributions.cut(distribution, *(in_unit(e, base) for e in given.within))
    return _parameter(place, base, given, distribution, study)


def _refuse_what_does_not_vary(path: str) -> None:
    head = str(next(iter(parts_of(path)), ""))
    if reason := NOT_VARIED.get(path, NOT_VARIED.get(head)):
        raise refuse(f"'{{path}}' {reason}", path=path)


def _of_a_grid(
    path: str, place: DocumentPath | None, given: ParameterForm, study: Study
) -> Parameter:
    """An axis, whose values may be any that the scenario could have there, or not yet have."""
    if given.values is None:
        raise refuse("an axis of a grid needs `values`")
    if given.within is not None:
        raise refuse("`within` limits a distribution; an axis of a grid has none")
    place = place or parts_of(path)
    if value_at(study.document, place[:-1]) is None:
        raise _no_number(path, study)
    try:
        base = amount(value_at(study.document, place))
    except PydanticCustomError:
        base = None
    axis = _parameter(place, base, given, None, study)
    known = [str(axis.shown(value)) for value in axis.choices]
    if twice := [v for v, k in zip(axis.choices, known, strict=True) if known.count(k) > 1]:
        raise refuse("'{value}' stands twice among the values", value=str(twice[-1]))
    return axis


def _parameter(
    place: DocumentPath, base: Amount | None, given: ParameterForm,
    distribution: Distribution | None, study: Study,
) -> Parameter:  # fmt: skip
    path, text = dotted(place), value_at(study.document, place)
    others = [number_at(study.document, also) or parts_of(also) for also in given.also]
    for also, other in zip(given.also, others, strict=True):
        if value_at(study.document, other[:-1]) is None:
            raise _no_number(also, study)
    assumed = {number.path for number in study.assumptions}
    return Parameter(
        path, given.name or path, (place, *others), base,
        "as the scenario has it" if text is None else str(text), distribution,
        tuple(given.values or ()), path in assumed or f"{path}[0]" in assumed,
    )  # fmt: skip


def number_at(document: Any, path: str) -> DocumentPath | None:
    """The path of a number: the path itself, or that of the `mean` below it."""
    parts = parts_of(path)
    at = value_at(document, parts)
    if isinstance(at, dict) and isinstance(at.get("mean"), str):
        return (*parts, "mean")
    return parts if isinstance(at, str) and re.match(r"[-+]?\.?\d", at) else None


def _no_number(path: str, study: Study) -> PydanticCustomError:
    if isinstance(value_at(study.document, parts_of(path)), str):
        return refuse("'{path}' is a word, not a number; only a grid takes words", path=path)
    near = closest(path, [dotted(leaf) for leaf in _leaves(study.document, ())])
    meant = f"; did you mean '{near}'?" if near else "; `mastosim check` lists its numbers"
    return refuse("the scenario has no number '{path}'{meant}", path=path, meant=meant)


def _leaves(node: Any, path: DocumentPath) -> Iterator[DocumentPath]:
    """The path of every value that is neither a mapping nor a list."""
    if isinstance(node, (dict, list)):
        for key, item in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _leaves(item, (*path, key))
    else:
        yield path


def _place(form: SweepForm, path: str) -> DocumentPath:
    """Where the file of a sweep names a parameter first."""
    if path in form.parameters:
        return ("parameters", path)
    for group, shares in form.dirichlet.items():
        if path in shares:
            return ("dirichlet", group, path)
    return ("covariance",) if form.covariance else ("parameters",)


def mark_of(plain: Plain, path: str) -> tuple[str, Any]:
    """Where a sweep names a parameter: the path in its file, and the mark."""
    number = dotted(parts_of(path.removesuffix(".mean")))
    for key in plain.tree.get("parameters") or {}:
        if number in (dotted(parts_of(key)), dotted(parts_of(key.removesuffix(".mean")))):
            return dotted(("parameters", key)), plain.mark_of(("parameters", key), at_key=True)
    return "parameters", plain.mark_of(("parameters",), at_key=True)

"""Answers on data: sources, what was computed from them, inputs, distributions, assumptions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from sim.display.citations import cited
from sim.reports.forms.answers.protocol import line
from sim.reports.forms.given import Given
from sim.scenario.protocol import accrual, conversions, count_of_assumptions, rests_on_memory
from sim.scenario.text.provenance import Number

LISTED = (
    "manifest.json of the result lists each number with its unit, source and note; `mastosim "
    "report` shows them in a table."
)


def sources(given: Given) -> str:
    """Each publication with its use and how much of it was seen."""
    papers = cited(given.study)
    listed = [f"{paper.reference} Used for: {paper.uses}. {_seen(paper)}" for paper in papers]
    return "\n".join([f"Data from {_count(papers, 'publication')}:", *listed])


def pre_processing(given: Given) -> str:
    """Numbers computed from printed figures, and the notes of numbers with a source."""
    computed = [text.strip() for text in conversions(given.scenario, given.study.document)]
    notes: dict[str, list[str]] = {}
    for number in given.study.numbers:
        if number.note and not number.is_assumption:
            notes.setdefault(number.note, []).append(number.path)
    noted = [f"{', '.join(paths)}: {note}" for note, paths in notes.items()]
    none = "mastosim reads no data of single patients, so it imputes and removes nothing."
    lines = [none]
    if computed:
        lines += ["Computed from printed figures:", *computed]
    if noted:
        lines += ["Notes on numbers with a source:", *noted]
    return "\n".join(lines)


def inputs(given: Given) -> str:
    """How many numbers there are of each part, with distributions, correlations and uncertainty."""
    study = given.study
    parts = Counter(number.path.partition(".")[0].partition("[")[0] for number in study.numbers)
    counts = ", ".join(f"{part} {count}" for part, count in parts.items())
    lines = [
        f"{_count(study.numbers, 'number')}: {counts}. {LISTED}",
        f"Distributions between patients: {_spread(study.document)}.",
        f"Correlations at entry: {_correlations(given)}.",
        f"Change over time: annual increase read as {accrual(given.scenario)}.",
        f"Deaths from other causes: {line(given, 'Deaths from other causes: ')}.",
        f"Uncertainty of {_count(study.uncertainty, 'parameter')} is stated"
        + "".join(f"; {text}" for text in stated(given)) + ".",
    ]  # fmt: skip
    return "\n".join(lines)


def assumptions(given: Given) -> str:
    """Each assumption with its note, those without a number, and sources cited from memory."""
    study = given.study
    lines = [
        f"{count_of_assumptions(study.numbers, study.premises)}.",
        *(_assumed(number) for number in study.assumptions),
        *(f"{premise.path}: {premise.text}" for premise in study.premises),
    ]
    recalled = [n.path for n in study.numbers if not n.is_assumption and rests_on_memory(n)]
    if recalled:
        lines.append(f"Sources cited from memory: {', '.join(recalled)}")
    return "\n".join(lines)


def stated(given: Given) -> Iterator[str]:
    """The uncertainty of each number for which it is stated: `therapies.x: beta`."""
    for path, uncertainty in given.study.uncertainty.items():
        yield f"{path}: {next(iter(uncertainty.model_dump(exclude_none=True)))}"


def setting(given: Given) -> str:
    """The population behind the deaths, as far as the scenario says where the patients live."""
    return f"Deaths from other causes: {line(given, 'Deaths from other causes: ')}."


def model_fit(_: Given) -> str:
    """The program fits no statistical model; notes say how a number was obtained."""
    return (
        "mastosim fits no statistical model to data of patients. Each input is a published number, "
        "a number computed from published ones as its note says, or an assumption."
    )


def _assumed(number: Number) -> str:
    return f"{number.path} = {number.text}{f' ({number.note})' if number.note else ''}"


def _seen(paper: Any) -> str:
    text = str(paper.completeness)
    return f"{text[:1].upper()}{text[1:]}."


def _correlations(given: Given) -> str:
    pairs = given.scenario.cohort.correlations.items()
    return ", ".join(f"{pair} {value:g}" for pair, value in pairs) or "none stated"


def _spread(document: dict[str, Any]) -> str:
    """The laws of the values at entry: `age normal; ...`."""
    laws = {
        key: next(iter(value)) for key, value in document["cohort"].items()
        if isinstance(value, dict) and key not in ("correlations", "recent_fracture")
    }  # fmt: skip
    return "; ".join(f"{key} {law.replace('_', ' ')}" for key, law in laws.items())


def _count(things: Iterable[Any], name: str) -> str:
    count = len([*things])
    return f"{count} {name}{'' if count == 1 else 's'}"

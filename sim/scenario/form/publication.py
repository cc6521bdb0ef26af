"""A publication: its citation, its groups of patients, and its facts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from sim.scenario.form import quantities
from sim.scenario.form.names import Name
from sim.scenario.form.quantities import Form, Text, only_if
from sim.scenario.form.quantity import refuse
from sim.scenario.mistakes import nearest
from sim.vocabulary import BONES, MARKERS, SITES

ENTRY = ("age", "weight", "vertebral_fractures", "spine_t", "hip_t", *MARKERS)

# statistic -> what `of` may name; ANY is a therapy or a reaction, NOTHING leaves `of` out
NOTHING, ANY = (), ("*",)
STATISTICS: dict[str, tuple[str, ...]] = {
    "patients": NOTHING,
    "follow_up": NOTHING,
    "entry": ENTRY,
    "annual_increase": BONES,
    "total_increase": BONES,
    "t_change": BONES,
    "t_final": BONES,
    "percent_change": MARKERS,
    "share_stopped": ANY,
    "share_with_reaction": ANY,
    "share_with_fracture": SITES,
    "share_died": NOTHING,
    "fracture_rate": SITES,
    "fractures": SITES,
}
OF_THE_WHOLE = ("patients", "follow_up", "entry", "share_stopped", "fracture_rate", "fractures")
"""Statistics of the whole follow-up; the others can be taken at, or up to, a day before the end."""

OF_ALL_SITES = ("share_with_fracture", "fracture_rate", "fractures")


class Citation(Form):
    """The citation of a publication, as far as it is known."""

    authors: list[Text] = Field([])
    title: Text | None = None
    journal: Text | None = None
    year: quantities.Whole | None = None
    volume: Text | None = None
    pages: Text | None = None
    doi: Text | None = None
    pmid: Text | None = None


class Simulated(Form):
    """The simulated counterpart of a fact: a statistic of a group of the virtual patients."""

    statistic: Text
    of: Text | None = None
    group: Text
    at: quantities.Days | None = None
    per_patients: quantities.NonNegative | None = None

    def check(self) -> None:
        """Refuse an unknown statistic, and keys that the statistic does not have."""
        name, allowed = self.statistic, STATISTICS.get(self.statistic)
        if allowed is None:
            raise refuse(f"'{name}' is not a statistic; {nearest(name, STATISTICS)}")
        if self.of is None and allowed != NOTHING and name not in OF_ALL_SITES:
            names = "the name" if allowed == ANY else ", ".join(allowed)
            raise refuse(f"{name} needs `of`: {names}")
        if self.of is not None and allowed != ANY and self.of not in allowed:
            raise refuse(f"{name} has no `of: {self.of}`; {nearest(self.of, allowed)}")
        if self.at is not None and name in OF_THE_WHOLE:
            raise refuse(f"{name} covers the whole follow-up; remove `at`")
        if (name == "fractures") != (self.per_patients is not None):
            raise refuse("`fractures` needs `per_patients`, and no other statistic has it")


def _yes_or_no(value: Any) -> bool:
    """An answer as a file or a manifest has it. Raises PydanticCustomError for another word."""
    answer = str(value).lower()  # YAML reads a bare yes as true
    if answer not in ("yes", "true", "no", "false"):
        raise refuse("'{value}' is not allowed here; allowed: yes, no", value=str(value))
    return answer in ("yes", "true")


class Fact(Form):
    """One number that a publication prints.

    `input` marks a fact that went into the scenario in another form than its own number, `same_as`
    one that says in other words what another fact says. Neither counts as predicted.
    """

    fact: Name
    label: Name
    value: quantities.Number
    unit: Text
    spread: quantities.Number | None = None
    interval: list[quantities.Number] = Field([])
    spread_is: Literal["sd", "se", "ci95", "range"] | None = None
    n: quantities.Number | None = None
    where: Text = ""
    status: Literal["seen", "recalled", "derived"] = "seen"
    note: Text = ""
    input: Annotated[bool, BeforeValidator(_yes_or_no)] | None = None
    same_as: Name | None = None
    simulated: Simulated | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_spread_or_two_ends(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("spread"), list):
            rest = {key: item for key, item in value.items() if key != "spread"}
            return {**rest, "interval": value["spread"]}
        return value

    def check(self) -> None:
        """Refuse a spread without its kind, and an interval in the wrong order."""
        given = self.spread is not None or bool(self.interval)
        if given and self.spread_is is None:
            raise refuse("a spread needs `spread_is`: sd, se, ci95 or range")
        if self.interval and (len(self.interval) != 2 or not self.interval[0] <= self.interval[1]):
            raise refuse("an interval has two ends, the lower first")

    @property
    def plain(self) -> dict[str, Any]:
        """The fact as a mapping of plain values."""
        values = self.model_dump(exclude_none=True, exclude={"interval"})
        return values | ({"spread": self.interval} if self.interval else {})


class DesignVisits(Form):
    """When a series was measured, as `visits` of a scenario."""

    dxa: list[Text] | None = None
    markers: list[Text] | None = None


class TrialDesign(Form):
    """The design of a series, by which it is repeated with virtual patients."""

    patients: Annotated[dict[str, quantities.Whole], only_if(
        lambda patients: patients and min(patients.values()) >= 1,
        "a design enrols 1 patient or more in each arm that it names",
    )]  # fmt: skip
    follow_up: quantities.Days | None = None
    visits: DesignVisits | None = None


def _with_arms(groups: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Groups that name their arm. Raises PydanticCustomError for others."""
    for name, group in groups.items():
        kept = {value for key, value in group.items() if key != "arm"}
        if "arm" not in group or not kept <= {"kept", "stopped"}:
            rule = "needs an arm, and for each course `kept` or `stopped`"
            raise refuse(f"group '{name}' {rule}, like {{arm: combination, interferon: kept}}")
    return groups


class Publication(Form):
    """A file of published facts."""

    citation: Citation
    seen: Text = ""
    note: Text = ""
    follow_up: quantities.Days | None = None
    design: TrialDesign | None = None
    groups: Annotated[dict[str, dict[str, Text]], AfterValidator(_with_arms)] = Field({})
    facts: list[Fact]

    def check(self) -> None:
        """Refuse a fact that is given twice, or whose group is not given."""
        names = [fact.fact for fact in self.facts]
        for fact in self.facts:
            if names.count(fact.fact) > 1:
                raise refuse(f"fact '{fact.fact}' is given twice")
            if fact.simulated is not None and fact.simulated.group not in self.groups:
                group = fact.simulated.group
                likely = nearest(group, self.groups)
                raise refuse(f"fact '{fact.fact}': '{group}' is not a group; {likely}")
        self._check_repetitions()

    def _check_repetitions(self) -> None:
        """Refuse a fact that repeats none of the others that stand on their own."""
        own = [fact.fact for fact in self.facts if fact.simulated and not fact.same_as]
        for fact in self.facts:
            if fact.same_as is not None and fact.same_as not in own:
                likely = nearest(fact.same_as, own)
                rule = "is no simulated fact that stands on its own"
                raise refuse(f"fact '{fact.fact}': same_as '{fact.same_as}' {rule}; {likely}")

    @property
    def plain(self) -> dict[str, Any]:
        """The publication as a mapping of plain values, with times in days."""
        values = self.model_dump(exclude_none=True, exclude={"facts"})
        return {**values, "facts": [fact.plain for fact in self.facts]}


IN_DAYS = ("follow_up", "at")
"""Keys of the plain values that are times in days."""


def from_plain(plain: dict[str, Any]) -> Publication:
    """A publication from its plain values, which a manifest holds. Raises ValidationError."""
    return Publication.model_validate(_as_typed(plain))


def _as_typed(tree: Any, key: str = "") -> Any:
    """Plain values as a file has them: numbers as text, times with their unit."""
    if isinstance(tree, dict):
        return {name: _as_typed(value, name) for name, value in tree.items()}
    if isinstance(tree, list):
        return [_as_typed(value) for value in tree]
    if not isinstance(tree, int | float) or isinstance(tree, bool):
        return tree
    text = f"{tree:.0f}" if float(tree).is_integer() else repr(tree)
    return f"{text} days" if key in IN_DAYS else text

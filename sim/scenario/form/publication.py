"""A publication: its citation, its groups of patients, and its facts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from sim.scenario.form import quantities
from sim.scenario.form.names import Name
from sim.scenario.form.quantities import Form, Text, only_if
from sim.scenario.form.quantity import refuse
from sim.scenario.form.simulated import Simulated
from sim.scenario.form.statistics import AGAINST, CONTRASTS, STATISTICS, SUBGROUP
from sim.scenario.mistakes import nearest


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
        if self.simulated is not None and self.simulated.statistic in CONTRASTS:
            self._check_contrast(self.simulated.statistic)

    def _check_contrast(self, name: str) -> None:
        if self.spread_is in ("sd", "range"):
            raise refuse(
                f"{name} compares two groups, so its spread is not one between patients "
                f"(`spread_is: {self.spread_is}`): write ci95 or se"
            )

    @property
    def plain(self) -> dict[str, Any]:
        """The fact as a mapping of plain values."""
        values = self.model_dump(by_alias=True, exclude_none=True, exclude={"interval"})
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
        kept = {value for key, value in group.items() if key not in ("arm", SUBGROUP)}
        if "arm" not in group or not kept <= {"kept", "stopped"}:
            rule = "needs an arm, and for each course `kept` or `stopped`"
            raise refuse(f"group '{name}' {rule}, like {{arm: combination, interferon: kept}}")
        if AGAINST in name:
            raise refuse(f"group '{name}' names two groups; `against` stands in a fact's `group`")
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
        for at, fact in enumerate(self.facts):
            if names.count(fact.fact) > 1:
                raise refuse(f"fact '{fact.fact}' is given twice", place=("facts", at, "fact"))
            if fact.simulated is not None:
                place = ("facts", at, "simulated", "group")
                self._check_groups(fact.fact, fact.simulated, place)
        self._check_repetitions()

    def _check_groups(self, fact: str, simulated: Simulated, place: tuple[str | int, ...]) -> None:
        """Each group is given, and one with a curve is a whole arm."""
        for group in simulated.groups:
            if group not in self.groups:
                likely = nearest(group, self.groups)
                raise refuse(f"fact '{fact}': '{group}' is not a group; {likely}", place=place)
            if STATISTICS[simulated.measured].kind == "curve" and len(self.groups[group]) > 1:
                rule = f"{simulated.statistic} is known of whole arms"
                message = f"fact '{fact}': {rule}, and group '{group}' is a part of one"
                raise refuse(message, place=place)

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


IN_DAYS = ("follow_up", "at", "from")
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

"""Strategies for small valid scenarios: `path=value` settings over scenarios/laroche2011.yaml.

`scenarios()` covers most of the format, therapies one after another, injections, subgroups and
cohorts without some markers among it; what a property needs to hold still is set after it, as a
later setting replaces an earlier one. `harsher()` gives the same tolerance twice, once worse.
"""

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

BASE = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"

Texts = st.SearchStrategy[str]
Values = st.SearchStrategy[Any]


def flow(value: Any) -> str:
    """A value as YAML flow text."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return str(value)


def settings_of(values: dict[str, Any]) -> list[str]:
    """The texts that `--set` would take, from values by path."""
    return [f"{path}={flow(value)}" for path, value in values.items()]


def quantity(low: int, high: int, unit: str = "", scale: int = 1) -> Texts:
    """A number from `low` / `scale` to `high` / `scale` with its unit."""
    return st.integers(low, high).map(lambda n: f"{n / scale:g} {unit}".strip())


def mapping(needed: dict[str, Any], optional: dict[str, Any] | None = None) -> Values:
    """A mapping of the form; what is optional is left out half of the time."""
    return st.fixed_dictionaries(needed, optional=optional or {})


def mean_sd(mean: Texts, sd: Texts) -> Values:
    """A mean and a standard deviation."""
    return mapping({"mean": mean, "sd": sd})


share = st.sampled_from(["0 %", "100 %", "50 %"]) | quantity(1, 99, "%")
rare = st.just("0 %") | quantity(1, 15, "%")
spread = quantity(0, 20, scale=10)
time = quantity(1, 30, "months") | quantity(1, 900, "days") | quantity(1, 90, "weeks")

# Therapies

yearly = quantity(-40, 140, "%/year", 10)
ratio = quantity(2, 20, scale=10)
ratios = mapping({}, {"vertebral": ratio, "hip": ratio, "other": ratio})
after_stopping = mapping(
    {"for": time},
    {"spine": yearly, "hip": yearly, "fracture_ratio": ratios, "wait": quantity(0, 300, "days")},
)
ratio_acts = st.sampled_from(["as printed", "with the action"])
schedule = st.lists(
    mapping({"every": quantity(4, 26, "weeks"), "for": quantity(26, 60, "weeks")}), max_size=2
).flatmap(
    lambda phases: mapping(
        {"every": quantity(1, 8, "months") | quantity(25, 200, "days")},
        {"for": quantity(8, 90, "months")},
    ).map(lambda last: [*phases, last])
)
infusion_dose = quantity(7, 15, "mg/kg", 10) | quantity(40, 90, "mg")
reaction = mapping({"first": share, "later": share}, {"ends_course": rare | share})
exposure = mapping(
    {"half_life": quantity(25, 300, "days")},
    {"action_1": mapping({}, {"infusion": infusion_dose, "over": quantity(2, 80, "months")})},
)
ladder = st.sampled_from(
    [["stop"], ["halve", "stop"], ["halve"], ["halve", "halve", "stop"], ["halve", "halve"]]
)


@st.composite
def harsher(draw: st.DrawFn) -> tuple[Any, Any]:
    """A mild time to intolerance and a worse one: of each family, by parameters or probability."""
    family = draw(
        st.sampled_from(
            ["steps", "exponential", "weibull", "gompertz", "lognormal_time", "loglogistic"]
        )
    )
    low, high = sorted(draw(st.lists(st.integers(1, 97), min_size=2, max_size=2)))
    if family == "steps":
        ends = draw(st.lists(st.integers(1, 60), min_size=1, max_size=3, unique=True))
        by_rate = [draw(st.booleans()) for _ in ends]
        return tuple(  # type: ignore[return-value]
            [
                {"until": f"{end} months"}
                | ({"rate": f"{level / 50:g} per year"} if rate else {"probability": f"{level} %"})
                for end, rate in zip(sorted(ends), by_rate, strict=True)
            ]
            for level in (low, high)
        )
    shape = {
        "exponential": {},
        "weibull": {"shape": draw(quantity(3, 30, scale=10))},
        "gompertz": {"growth": draw(quantity(0, 20, "per year", 10))},
        "lognormal_time": {"sigma": draw(quantity(2, 30, scale=10))},
        "loglogistic": {"shape": draw(quantity(3, 30, scale=10))},
    }[family]
    if draw(st.booleans()):
        by = draw(quantity(1, 60, "months"))
        mild, worse = ({"probability": f"{level} %", "by": by} for level in (low, high))
    elif family in ("exponential", "gompertz"):
        mild, worse = ({"rate": f"{level / 50:g} per year"} for level in (low, high))
    else:
        level = "scale" if family == "weibull" else "median"
        mild, worse = ({level: f"{months} months"} for months in (high, low))
    return {family: shape | mild}, {family: shape | worse}


INFUSIONS = {
    "infusion": infusion_dose,
    "schedule": schedule,
    "exposure": exposure,
    "start": time,
    "given": share,
    "delay": mapping({"probability": share, "mean": quantity(1, 60, "days")}),
    "ends_course": rare | share,
    "reactions": mapping({}, {"acute_phase": reaction, "fever": reaction}),
    "fracture_ratio_acts": ratio_acts,
    "after_stopping": after_stopping,
}
COURSE = {
    "course": quantity(5, 60, "MU", 10),
    "times_per_week": quantity(1, 7),
    "intolerance": harsher().map(lambda pair: pair[0]),
    "hazard_by_dose": quantity(0, 20, scale=10),
    "frailty_sd": spread,
    "on_intolerance": ladder,
    "start": time,
    "for": quantity(1, 80, "months") | quantity(1, 900, "days"),
    "fracture_ratio_acts": ratio_acts,
    "after_stopping": after_stopping,
}

# What makes sure that a therapy ends soon, so that another can wait for it.
ENDS = {
    "pamidronate": (
        "therapies.pamidronate.schedule",
        st.lists(
            mapping({"every": quantity(2, 9, "weeks"), "for": quantity(63, 250, "days")}),
            min_size=1,
            max_size=2,
        ),
    ),
    "interferon": ("therapies.interferon.for", quantity(20, 500, "days")),
}
wait = quantity(0, 150, "days") | quantity(1, 3, "months")

# Rules
t_limit = st.integers(-40, 0).map(lambda n: f"{n / 10:g}")
condition = st.tuples(
    st.sampled_from(["spine", "hip"]), st.just("T"), st.sampled_from(["above", "below"]), t_limit
).map(" ".join)
on_fracture = st.just("fracture") | mapping(
    {"on": st.just("fracture")},
    {"site": st.sampled_from(["vertebral", "hip", "other"]), "wait": wait},
)

# Effects and bone

bone = mean_sd(yearly, quantity(0, 60, "%/year", 10))
change = quantity(-90, 60, "%")
accrual = st.one_of(
    st.just("linear"),
    st.just("compound"),
    mapping({"plateau": mapping({"months": quantity(0, 60, "months")}, {"then": yearly})}),
    mapping({"saturating": mapping({"time_constant": time, "window": time})}),
)
effect = mapping(
    {"spine": bone, "hip": bone, "ctx": change, "balp": change, "tryptase": change},
    {"fracture_ratio": ratios, "accrual": accrual, "mortality_ratio": quantity(1, 300, scale=100)},
)
# No treatment leaves a marker where it was at entry, and is what the base rate of fractures is of.
natural_history = mapping({}, {"spine": bone, "hip": bone})

# Patients and what befalls them

COHORT = {
    "female": share,
    "age": mapping(
        {
            "normal": mean_sd(quantity(20, 90, "years"), quantity(0, 20, "years")),
            "within": st.sampled_from([["18 years", "95 years"], ["1 years", "110 years"]]),
        }
    ),
    "weight": mapping({"normal": mean_sd(quantity(50, 100, "kg"), quantity(0, 20, "kg"))})
    | mapping({"lognormal": mean_sd(quantity(50, 100, "kg"), quantity(1, 20, "kg"))}),
    "spine_t": mapping(
        {"normal": mean_sd(quantity(-40, -10, scale=10), spread)},
        {"within": st.just(["-4.5", "-1"])},
    ),
    "hip_t": mapping({"normal": mean_sd(quantity(-40, 0, scale=10), spread)}),
    "ctx": mapping({"lognormal": mean_sd(quantity(50, 900, "pg/mL"), quantity(0, 250, "ng/L"))}),
    "balp": mapping({"normal": mean_sd(quantity(10, 50, "IU"), quantity(0, 9, "IU"))}),
    "tryptase": mapping({"lognormal": mean_sd(quantity(5, 90, "ug/L"), quantity(0, 25, "ng/mL"))}),
    "vertebral_fractures": st.sampled_from(
        [
            {"negative_binomial": {"mean": "2", "sd": "2"}, "at_least": "0"},
            {"negative_binomial": {"mean": "4.4", "sd": "3.6"}, "at_least": "2"},
            {"poisson": {"mean": "1.7"}, "at_least": "1"},
            {"shares": {"0": "60 %", "1": "25 %", "3": "15 %"}, "at_least": ""},
            "none",
        ]
    ),
    "correlations": mapping(
        {},
        {
            "spine_t ~ hip_t": quantity(-6, 6, scale=10),
            "vertebral_fractures ~ spine_t": quantity(-6, 6, scale=10),
            "spine_response ~ hip_response": quantity(-9, 9, scale=10),
            "ctx_response ~ ctx": quantity(-9, 9, scale=10),
            "age ~ weight": quantity(-9, 9, scale=10),
        },
    ),
}
site = {
    "gradient": quantity(5, 28, scale=10),
    "per_decade_of_age": quantity(8, 20, scale=10),
    "imminent": mapping({"factor": quantity(3, 40, scale=10), "for": quantity(0, 700, "days")}),
    "case_fatality": rare | share,
}
shares = st.sampled_from([(62.5, 1, 36.5), (34, 33, 33), (0, 0, 100)])
sites = shares.flatmap(
    lambda of: mapping(
        {
            name: mapping({"share": st.just(f"{part} %")}, site)
            for name, part in zip(("vertebral", "hip", "other"), of, strict=True)
        }
    )
)
lost = mapping({"rate": quantity(0, 300, "per year", 100)}) | mapping(
    {"probability": quantity(1, 99, "%"), "by": time}
)
loss = lost | st.builds(lambda all_arms, arm: all_arms | {"arms": {"pamidronate": arm}}, lost, lost)
apart = quantity(1, 30, "months") | quantity(4, 900, "days") | quantity(1, 90, "weeks")
visits = st.lists(
    st.one_of(
        time,
        apart.map("every {}".format),  # up to 1024 visits in the longest follow-up
        quantity(1, 26, "weeks").map("every {}".format),
    ),
    max_size=3,
)

horizon = quantity(6, 40, "months") | quantity(180, 1400, "days") | quantity(41, 130, "months")
arm = st.sampled_from(
    [
        ["interferon", "pamidronate"],
        ["pamidronate", "interferon"],
        ["pamidronate"],
        ["interferon"],
        [],
    ]
)

limits = {
    "age": quantity(30, 70, "years"),
    "weight": quantity(50, 90, "kg"),
    "vertebral_fractures": quantity(1, 5),
    "spine_t": quantity(-40, -10, scale=10),
    "hip_t": quantity(-30, 0, scale=10),
}
subgroup = st.one_of(
    mapping({"sex": st.sampled_from(["female", "male"])}),
    *(
        mapping({name: mapping({end: limit})})
        for name, limit in limits.items()
        for end in ("at_least", "below")
    ),
)

OPTIONS: dict[str, Values] = {
    "seed": st.integers(0, 2**40),
    **{f"cohort.{name}": values for name, values in COHORT.items()},
    **{f"therapies.pamidronate.{name}": values for name, values in INFUSIONS.items()},
    "therapies.pamidronate.injection": infusion_dose,
    **{f"therapies.interferon.{name}": values for name, values in COURSE.items()},
    "arms": mapping({"combination": arm, "pamidronate": arm}),
    "effects.interferon + pamidronate": effect,
    "effects.pamidronate": effect,
    "effects.interferon": effect,
    "effects.none": natural_history,
    "accrual": accrual,
    "beyond_evidence.after": quantity(0, 130, "months") | quantity(1, 2000, "days"),
    "beyond_evidence.rate": quantity(-30, 30, "%/year", 10),
    "beyond_evidence.ratios_wane_over": time,
    "markers": mapping(
        {},
        {
            name: mapping(
                {},
                {
                    "onset_half_life": quantity(1, 120, "days"),
                    "half_effect": quantity(1, 90, scale=100),
                    "spread": quantity(0, 8, scale=10),
                },
            )
            for name in ("ctx", "balp", "tryptase")
        },
    ),
    "fractures.base_rate": quantity(0, 60, "per 100 person-years")
    | mapping(
        {
            "free_of_fracture": quantity(50, 99, "%"),
            "by": quantity(6, 60, "months"),
            "on": st.sampled_from(["none", "pamidronate", "interferon + pamidronate"]),
        },
        {"site": st.sampled_from(["vertebral", "other"])},
    ),
    "fractures.frailty_variance": quantity(0, 15, scale=10),
    "fractures.review_every": quantity(7, 120, "days"),
    "fractures.per_further_vertebral_fracture": quantity(80, 110, scale=100),
    "fractures.sites": sites,
    "mortality.standardised_mortality_ratio": quantity(0, 60, scale=10),
    "loss": loss,
    "visits.dxa": visits,
    "visits.markers": visits,
    "measurement": mapping(
        {}, {name: quantity(0, 20, "%") for name in ("spine", "hip", "ctx", "balp", "tryptase")}
    ),
    "subgroups": st.dictionaries(st.sampled_from(["young", "frail"]), subgroup),
}

second_infusion = mapping(
    {
        "schedule": st.lists(mapping({"every": quantity(3, 14, "months")}), min_size=1, max_size=1),
        "exposure": mapping(
            {
                "half_life": quantity(30, 300, "days"),
                "action_1": mapping(
                    {
                        "infusion": quantity(3, 5, "mg"),
                        "schedule": st.just([{"every": "3 months"}]),
                        "over": st.just("36 months"),
                    }
                ),
            }
        ),
    },
    {key: INFUSIONS[key] for key in ("start", "given", "delay", "ends_course", "reactions")},
)
way_in = st.sampled_from(["infusion", "injection"])
REGIMENS_WITH_SECOND = [
    "zoledronate",
    "interferon + zoledronate",
    "pamidronate + zoledronate",
    "interferon + pamidronate + zoledronate",
]


@st.composite
def scenarios(draw: st.DrawFn, patients: tuple[int, int] = (4, 7)) -> list[str]:
    """Settings of a valid scenario with the arms `combination` and `pamidronate` and few patients.

    Either arm holds none, one or both of its therapies, and sometimes a second infusion therapy;
    sometimes one of them waits for the end of another, and sometimes a marker is not measured.
    """
    values = draw(mapping({"cohort.patients": st.integers(*patients), "horizon": horizon}, OPTIONS))
    values.setdefault("arms", {})
    values["arms"] = {
        "combination": ["interferon", "pamidronate"], "pamidronate": ["pamidronate"],
    } | values["arms"]  # fmt: skip
    if draw(st.integers(0, 2)) == 0:
        first, then = draw(st.permutations(["interferon", "pamidronate"]))
        values[f"therapies.{then}.start"] = _when_ended(draw, first, values)
        values["arms"] = {arm: _with(first, then, of) for arm, of in values["arms"].items()}
    if draw(st.integers(0, 3)) == 0:
        _add_second(draw, values)
    if draw(st.integers(0, 3)) == 0:
        for marker in draw(st.sets(st.sampled_from(["ctx", "balp", "tryptase"]), min_size=1)):
            _leave_out(marker, values)
    if draw(st.integers(0, 3)) == 0:
        _add_recent_fracture(draw, values)
    if draw(st.integers(0, 2)) == 0:
        _add_rules(draw, values)
    _leave_out_unreachable_rate(values)
    return settings_of(values)


def _leave_out_unreachable_rate(values: dict[str, Any]) -> None:
    """A base rate of a site without fractures becomes one of all sites."""
    rate, sites = values.get("fractures.base_rate"), values.get("fractures.sites", {})
    if isinstance(rate, dict) and sites.get(rate.get("site"), {}).get("share") == "0 %":
        values["fractures.base_rate"] = {key: rate[key] for key in rate if key != "site"}


def _add_recent_fracture(draw: st.DrawFn, values: dict[str, Any]) -> None:
    """A recent fracture at entry, at a site whose imminent risk lasts longer."""
    at = draw(st.sampled_from(["vertebral", "hip", "other"]))
    values[f"fractures.sites.{at}.imminent"] = draw(
        mapping({"factor": quantity(3, 40, scale=10), "for": quantity(100, 700, "days")})
    )
    none_had = at == "vertebral" and values.get("cohort.vertebral_fractures") == "none"
    part = "0 %" if none_had else draw(quantity(0, 40, "%"))
    recent = mapping({"share": st.just(part), "site": st.just(at), "ago": quantity(0, 99, "days")})
    values["cohort.recent_fracture"] = draw(recent)


def _add_rules(draw: st.DrawFn, values: dict[str, Any]) -> None:
    """A therapy that ends at a visit, and one that waits for a fracture unless it follows."""
    name = draw(st.sampled_from(["pamidronate", "interferon"]))
    values[f"therapies.{name}.stop"] = draw(condition)
    name = draw(st.sampled_from(["pamidronate", "interferon"]))
    if "after" not in values.get(f"therapies.{name}.start", ()):
        values[f"therapies.{name}.start"] = draw(on_fracture)


def _when_ended(draw: st.DrawFn, first: str, values: dict[str, Any]) -> Any:
    """The start of a therapy after another, which is made to begin at enrolment and to end."""
    path, ends = ENDS[first]
    values[path] = draw(ends)
    if "after" not in values.get(f"therapies.{first}.start", ()):
        values.pop(f"therapies.{first}.start", None)
    often_late: bool = draw(st.booleans())
    if (
        often_late and first == "pamidronate"
    ):  # so that the last infusion comes after the plan's end
        values["therapies.pamidronate.delay"] = draw(
            mapping({"probability": st.just("70 %"), "mean": quantity(30, 120, "days")})
        )
    return draw(mapping({"after": st.just(first)}, {"wait": wait}))


def _with(first: str, then: str, therapies: list[str]) -> list[str]:
    """The therapies of an arm, in which whoever waits for another has that other."""
    return [*therapies, first] if then in therapies and first not in therapies else therapies


def _add_second(draw: st.DrawFn, values: dict[str, Any]) -> None:
    """A second infusion therapy in the combination arm, at times after another's end."""
    second = draw(second_infusion) | {draw(way_in): draw(quantity(1, 5, "mg"))}
    therapies = list(values["arms"]["combination"])
    follows: bool = draw(st.booleans())
    if follows and therapies:
        second["start"] = _when_ended(draw, draw(st.sampled_from(therapies)), values)
    values["therapies.zoledronate"] = second
    for regimen in REGIMENS_WITH_SECOND:
        values[f"effects.{regimen}"] = draw(effect)
    values["arms.combination"] = draw(st.permutations(["zoledronate", *therapies]))


def _leave_out(marker: str, values: dict[str, Any]) -> None:
    """A cohort without a marker, and without what is correlated with it."""
    values[f"cohort.{marker}"] = ""
    kept = values.get("cohort.correlations", {}).items()
    values["cohort.correlations"] = {pair: value for pair, value in kept if marker not in pair}

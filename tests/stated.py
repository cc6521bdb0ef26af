"""The numbers that sentences of the pages state, each with its place in a committed table.

A sentence has a brace for each number. A place is a table, a column, and the values of other
columns in its row; `column*100` is printed in per cent, `column*-1` with the other sign.
"""

from typing import NamedTuple

Place = tuple[str, str, dict[str, str]]


class Stated(NamedTuple):
    """A sentence of a page, and the places of its numbers from left to right."""

    page: str
    sentence: str
    places: list[Place]


FINDINGS, PAGE = "docs/sweep-findings.md", "docs/readings.md"
WORTH = "docs/economics.md"
TEN = "docs/ten-patients.md"
READINGS = "laroche2011/readings.csv"
ENDED = "sweeps/interferon-ended-early/line.csv"
STOPPING = "sweeps/stopping/heat_map.csv"
ATTENDANCE = "sweeps/attendance-and-interval/heat_map.csv"
SHARES = "sweeps/what-matters/variance_shares.csv"
GAIN = {"outcome": "spine annual increase", "against_arm": "pamidronate", "time": "60"}
FRACTURES = {**GAIN, "outcome": "all fractures"}
ENDS = {"bone": "spine", "arm": "combination", "months": "59.9918"}
MEAN = "effects.interferon + pamidronate.spine.mean"
STOPS = "therapies.interferon.intolerance[0].probability"
UNTIL = "therapies.interferon.intolerance[0].until"
GIVEN = "therapies.pamidronate.given"
EVERY = "therapies.pamidronate.schedule[1].every"
BASE_RATE = "fractures.base_rate.free_of_fracture"
FRAILTY = "fractures.frailty_variance"


def ends(column: str) -> Place:
    """Spine density of the combination in the last month of the base case."""
    return "laroche2011/bone_course.csv", column, ENDS


def reading(name: str, outcome: str, arm: str, column: str = "estimate", **other: str) -> Place:
    """An outcome under a reading; differences have `against_arm`, or another reading `against`."""
    where = {"reading": name, "outcome": outcome, "arm": arm, "time": "60"}
    return READINGS, column, {"against": "", "against_arm": "", **where, **other}


def stopping(outcome: dict[str, str], share: int, months: int) -> Place:
    """A difference where a share stops interferon until a month; fractures avoided above 0."""
    column = "estimate" if outcome is GAIN else "estimate*-1"
    return STOPPING, column, {**outcome, STOPS: str(share), UNTIL: str(months)}


def attendance(
    given: int, every: int, arm: str = "combination", against: str = "pamidronate"
) -> Place:
    """Gain of spine density where a share of infusions is given, each so many months."""
    where = {**GAIN, "arm": arm, "against_arm": against, GIVEN: str(given), EVERY: str(every)}
    return ATTENDANCE, "estimate", where


def shares(outcome: dict[str, str], parameter: str, order: str) -> list[Place]:
    """A share of the variance in per cent and its interval."""
    columns = (f"{order}*100", f"{order}_low*100", f"{order}_high*100")
    return [(SHARES, column, {**outcome, "parameter": parameter}) for column in columns]


def ended(outcome: dict[str, str], months: int) -> Place:
    """A difference where interferon is ended by plan."""
    return ENDED, "estimate", {**outcome, "therapies.interferon.for": f"{months} months"}


def drawn(reading: str) -> Place:
    """Mean gain over the draws under a reading."""
    where = {**GAIN, "scenario": f"laroche2011{reading}"}
    return "sweeps/readings-psa/summary.csv", "mean", where


def trials(name: str, fact: str, *columns: str) -> list[Place]:
    """Numbers of the simulated trials of a published study."""
    where = {"fact": fact, "statistic": "value"}
    return [(f"{name}/emulation.csv", column, where) for column in columns]


def change(name: str) -> Place:
    """Change of spine density of the combination in a scenario."""
    where = {"arm": "combination", "against_arm": "", "subgroup": "all", "outcome": "spine change"}
    return f"{name}/summary.csv", "estimate", {**where, "time": "60"}


def assumptions(outcome: dict[str, str], column: str) -> Place:
    """The base case of the sweep over assumptions."""
    return "sweeps/assumptions/summary.csv", column, outcome


def worth(name: str, arms: str, outcome: str, *columns: str) -> list[Place]:
    """Numbers of a difference between two arms, from what a scenario with costs is worth."""
    arm, against = arms.split(" - ")
    where = {"arm": arm, "against_arm": against, "outcome": outcome}
    return [(f"{name}/worth.csv", column, where) for column in columns]


def qalys_and_cost(name: str, arms: str) -> list[Place]:
    """QALYs and cost of a difference, each with its Monte Carlo error."""
    both = ("estimate", "mc_error")
    return [place for outcome in ("QALYs", "cost") for place in worth(name, arms, outcome, *both)]


def known(kind: str, name: str, column: str = "value") -> Place:
    """A value of knowing more, from the sweep over zoledronate."""
    return "sweeps/zoledronate-psa/information.csv", column, {"value_of": kind, "name": name}


def covered(column: str, patients: int, arm: str = "quarterly", outcome: str = "cost") -> Place:
    """How intervals of money cover: the cost of quarterly infusions, or another."""
    where = {"arm": arm, "outcome": outcome, "patients": str(patients)}
    return "economics_coverage.csv", column, where


ZOLEDRONATE = ("boonen2012-worth", "zoledronate - placebo")
STATED = [
    Stated(
        WORTH,
        "monthly infusions gain {} ± {} QALYs for {} ± {} EUR beside quarterly ones",
        qalys_and_cost("monthly-or-quarterly", "monthly - quarterly"),
    ),
    Stated(
        WORTH,
        "pamidronate gains {} ± {} QALYs for {} ± {} EUR beside zoledronate",
        qalys_and_cost("pamidronate-or-zoledronate", "pamidronate - zoledronate"),
    ),
    Stated(
        WORTH,
        "The combination costs {} EUR more and loses {} QALYs",
        [
            *worth("laroche2011-worth", "combination - pamidronate", "cost", "estimate"),
            *worth("laroche2011-worth", "combination - pamidronate", "QALYs", "estimate*-1"),
        ],
    ),
    Stated(
        WORTH,
        "Two infusions cost {} EUR more and gain {} QALYs",
        [*worth(*ZOLEDRONATE, "cost", "estimate"), *worth(*ZOLEDRONATE, "QALYs", "estimate")],
    ),
    Stated(
        WORTH,
        "the net benefit is {} EUR (95 % interval {} to {})",
        worth(*ZOLEDRONATE, "net benefit at 50000 EUR", "estimate", "low", "high"),
    ),
    Stated(
        FINDINGS,
        "best buy in {} % of draws. At 20,000 EUR it is in {} %, at 147,093 EUR in {} %.",
        [known(f"best at {worth}, %", "zoledronate") for worth in (50000, 20000, 147093)],
    ),
    Stated(
        FINDINGS,
        "worth {} ± {} EUR per patient (± is the standard error). Patients' noise is {} %",
        [known("EVPI", "all"), known("EVPI", "all", "standard_error"), known("noise, %", "all")],
    ),
    Stated(
        FINDINGS,
        "would make this value {} EUR. In expectation the value lies between {} and {} EUR",
        [known(kind, "all") for kind in ("EVPI with noise", "at least", "at most")],
    ),
    Stated(
        "docs/decisions.md",
        "Student's t held the QALYs of one arm in {} % of blocks of 100",
        [
            (
                "economics_coverage.csv",
                "narrower*100",
                {
                    "patients_by": "laroche2011-worth",
                    "arm": "combination",
                    "outcome": "QALYs",
                    "patients": "100",
                },
            )
        ],
    ),
    Stated(
        "docs/decisions.md",
        "held the cost of quarterly infusions in {} % of blocks of 100",
        [covered("narrower*100", 100)],
    ),
    Stated(
        "docs/decisions.md",
        "The cost of quarterly infusions is then held in {} % of blocks of 100",
        [covered("coverage*100", 100)],
    ),
    Stated(
        "docs/decisions.md",
        "The difference of the cost of fractures alone has up to {} times",
        [covered("width_to_t", 1000, "pamidronate - zoledronate", "cost of fractures")],
    ),
    Stated(
        WORTH,
        "is {} times as wide as that of Student's t, and covers the truth in {} % of runs instead "
        "of {} %. With 1,000 patients it is {} times as wide",
        [
            covered("width_to_t", 100),
            covered("coverage*100", 100),
            covered("narrower*100", 100),
            covered("width_to_t", 1000),
        ],
    ),
    Stated(
        "README.md",
        "brings {} of {} patients on the combination",
        [ends("above_t_0"), ends("patients")],
    ),
    Stated(
        PAGE,
        "at a spine T-score between {} and {} by the reading alone; its gain is {} to {} %",
        [
            reading("saturating", "spine T-score", "combination"),
            reading("compound", "spine T-score", "combination"),
            reading("saturating", "spine change", "combination"),
            reading("compound", "spine change", "combination"),
        ],
    ),
    Stated(
        PAGE,
        "The saturating reading instead of the linear one adds {} ± {} vertebral fractures per 100 "
        "person-years to the "
        "combination and {} ± {} to pamidronate alone",
        [
            reading("saturating", "vertebral fractures", arm, column, against="linear")
            for arm in ("combination", "pamidronate")
            for column in ("estimate", "mc_error")
        ],
    ),
    Stated(
        PAGE,
        "The differences lie between {} and {}. Against linear, plateau is {} ± {} "
        "and saturating {} ± {} away.",
        [
            reading("saturating", "vertebral fractures", "combination", against_arm="pamidronate"),
            reading("compound", "vertebral fractures", "combination", against_arm="pamidronate"),
            *(
                reading(
                    name,
                    "vertebral fractures",
                    "combination",
                    column,
                    against="linear",
                    against_arm="pamidronate",
                )
                for name in ("plateau", "saturating")
                for column in ("estimate", "mc_error")
            ),
        ],
    ),
    Stated(
        FINDINGS,
        "The fracture difference ({} ± {} per 100 person-years) moves more",
        [assumptions(FRACTURES, "base"), assumptions(FRACTURES, "base_error")],
    ),
    Stated(FINDINGS, "hardly depends on any: {} % per year", [assumptions(GAIN, "base")]),
    Stated(
        FINDINGS,
        "half of the variance of the gain in spine density comes from the mean of the "
        "combination ({} %, 95 % interval {} to {})",
        shares(GAIN, MEAN, "first"),
    ),
    Stated(FINDINGS, "from the share that stops ({} %, {} to {})", shares(GAIN, STOPS, "first")),
    Stated(
        FINDINGS,
        "{} % alone (95 % interval {} to {}) and {} % with all interactions ({} to {})",
        [*shares(FRACTURES, BASE_RATE, "first"), *shares(FRACTURES, BASE_RATE, "total")],
    ),
    Stated(
        FINDINGS,
        "The variance of the frailty is second: {} % ({} to {}) and {} % in all ({} to {})",
        [*shares(FRACTURES, FRAILTY, "first"), *shares(FRACTURES, FRAILTY, "total")],
    ),
    Stated(
        FINDINGS,
        "{} and {} % per year under the linear and the compound reading, {} and {} under",
        [drawn(name) for name in ("", "-compound", "-plateau", "-saturating")],
    ),
    Stated(
        FINDINGS,
        "hardly moves ({} to {} % per year over the whole grid)",
        [attendance(100, 1), attendance(40, 12)],
    ),
    Stated(
        FINDINGS,
        "Without stopping the gain is {} % per year; with 55 % stopping within a month it is {} %",
        [stopping(GAIN, 0, 1), stopping(GAIN, 55, 1)],
    ),
    Stated(
        FINDINGS,
        "the gain is {} or {} if they do within one month or three, {} within two "
        "years, {} spread over all five",
        [
            stopping(GAIN, 20, 1),
            stopping(GAIN, 20, 3),
            stopping(GAIN, 20, 24),
            stopping(GAIN, 20, 60),
        ],
    ),
    Stated(
        FINDINGS,
        "Fractures avoided fall from {} to {} per 100 person-years",
        [stopping(FRACTURES, 0, 1), stopping(FRACTURES, 55, 1)],
    ),
    Stated(
        FINDINGS,
        "of its fractures avoided ({} of {})",
        [ended(FRACTURES, 24), ended(FRACTURES, 60)],
    ),
    Stated(
        PAGE,
        "give {} to {} % under the linear reading",
        [change("interferon-two-years"), change("halve-before-stopping")],
    ),
    Stated(
        TEN,
        "0 where {} are expected, and it is covered",
        trials("laroche2011", "fractures_on_treatment", "mean"),
    ),
    Stated(
        TEN,
        "the mean increase of the eight lies between {} and {} % per year in 95 % of the trials, "
        "the share who stop between {} and {} %, the fracture rate between {} and {} per 100",
        [
            *trials("laroche2011", "combination_spine", "low", "high"),
            *trials("laroche2011", "interferon_stopped", "low", "high"),
            *trials("laroche2011", "fracture_rate", "low", "high"),
        ],
    ),
    Stated(
        TEN,
        "in 95 % of the trials ({} to {})",
        trials("rossini2014", "ctx_6_months", "low", "high"),
    ),
]

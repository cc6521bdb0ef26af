"""The battery passes on the program as it is, and finds faults that are planted in it.

A fault is a piece of source replaced while it is imported, in a process of its own; the model runs
uncompiled there. By default one fault in twenty-two meets the check that should see it, on as few
patients as that takes; under `validation` all meet the whole battery.
"""

import dataclasses
import importlib.machinery
import json
import pickle
import re
import subprocess
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from click.testing import CliRunner

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # this file is also run by itself, in a process of its own

import sim  # noqa: E402
from sim.cli.exit_codes import A_CHECK_DIFFERS  # noqa: E402
from sim.cli.verify import verify  # noqa: E402
from sim.errors import RequestError  # noqa: E402
from sim.experiments.verification import CHECKS, chance, checks, inputs, verdict  # noqa: E402
from sim.experiments.verification.subject import Subject, work_of  # noqa: E402
from sim.scenario import load  # noqa: E402
from tests.economics import PRICED  # noqa: E402

PAGE = ROOT / "docs" / "verification.md"
SCORE = re.compile(r"\d+ of \d+ faults")
BASE = ROOT / "scenarios" / "laroche2011.yaml"
SEQUENCE = ("therapies.interferon.start={after: pamidronate, wait: 3 months}",
            "therapies.pamidronate.schedule=[{every: 1 month, for: 12 months}]",
            "arms={combination: [interferon, pamidronate], pamidronate: [pamidronate]}",
            )  # fmt: skip


WITH_ECONOMICS = (f"economics={json.dumps(PRICED)}",)


WITH_CHANGES = (
    *WITH_ECONOMICS,
    "economics.costs.therapies.pamidronate.later=[{from: 30 days, per_infusion: 300 EUR, "
    "per_missed_infusion: 2 EUR}]",
    "economics.costs.therapies.interferon.later=[{from: 1 year, per_dose: 10 EUR}]",
    "economics.quality.by_age={how: multiply, baseline_at: 50 years, "
    "female: {18: 0.88, 50: 0.8, 52: 0.75, 54: 0.7, 60: 0.6}, male: {45: 0.9, 55: 0.85, 60: 0.7}}",
)
"""With prices that change, and utility that falls with age."""


class Fault(NamedTuple):
    """What is wrong, where, and which check should see it with how many patients."""

    name: str
    module: str
    right: str
    wrong: str
    check: str
    patients: int = 8
    settings: tuple[str, ...] = ()


QUADRATURE = "Bone density matches numerical integration"
MARKERS = "Markers match numerical integration"
HAZARD = "Fractures match the hazard from bone density"
POISSON = "Fractures are a Poisson process if bone density has no effect"
FATAL = "Deaths after fractures match their draws"
RUNGS = "Times to intolerance match their distribution"
ENTRY = "Entry values and doses match the file and the draws"
COHORT = "The cohort matches its distributions"
PLANNED = "Doses are given on their planned days"
ATTENDED = "Missed and late doses match their probabilities"
LIFE_TABLE = "Deaths match the life table"
MEASURED = "Measurement errors match the stated variation"
COUNTED = "Outcomes match a recount of the event log"
NUMBERS = "Every number of the file is used"
SAME_DRAWS = "All arms have the same patients and random numbers"
RANDOM = "Random numbers follow their distributions and are uncorrelated"
PAIRED = "Errors of differences account for pairing"
VISITS = "Every patient is measured at every visit"
SAME_START = "Arms are identical before treatment differs"
SHORTER = "Shorter follow-up reproduces the same events"
NO_EFFECT = "Treatment without effect reproduces natural history"
RATIO_OF_ONE = "A direct fracture ratio of 1 has no effect"
WITHOUT_BONE = "All arms have the same fractures if bone density has no effect"
WORKERS = "The number of workers has no effect"
UNITS = "Quantities are converted to the units of the model"
STATES = "Years in states add up to life-years"
SINGLE_LIVES = "Costs and quality of life match a count of single lives"
GROUPS = "Sums over groups are those over patients"

SEPARATE = (NUMBERS, WORKERS,
            "The block size has no effect")  # fmt: skip
"""Too slow for every fault uncompiled, or at work in processes without the fault."""

FAULTS = (
    # bone and markers
    Fault("exposure never decays", "sim.simulation.model.action",
          "*= action_left(therapy, days, params)", "*= 1.0", QUADRATURE, 3),
    Fault("a half-life taken for a mean life", "sim.simulation.lowering.infusions",
          "math.log(2.0) / half_life", "1.0 / half_life", QUADRATURE, 3),
    Fault("actions add up where rows should be met", "sim.simulation.lowering.effects",
          "coefficients[subset] - coefficients", "coefficients[subset] + coefficients",
          QUADRATURE, 3),
    Fault("individual response with the wrong sign", "sim.simulation.lowering.effects",
          "effect.mean + effect.sd", "effect.mean - effect.sd", QUADRATURE, 3),
    Fault("plateau ignored", "sim.simulation.model.planning",
          "if params.reading == records.PLATEAU and", "if False and", QUADRATURE, 3),
    Fault("saturating gain without its window", "sim.simulation.biology.bone",
          "return window / -math.expm1", "return time_constant / -math.expm1", QUADRATURE, 3),
    Fault("evidence never ends", "sim.simulation.model.bone",
          "if state.since >= params.evidence_day:", "if False:", QUADRATURE, 3),
    Fault("markers without onset", "sim.simulation.biology.markers",
          "return at_site * left + onset * action",
          "return action + 0 * onset * action", MARKERS, 3),
    Fault("marker effect read at its ceiling", "sim.simulation.model.measuring",
          "effect / params.full_effect[marker][therapy]", "effect", MARKERS, 3),
    # doses
    Fault("infusions one interval late", "sim.scenario.form.therapy",
          "start + k * self.every for k", "start + (k + 1) * self.every for k", PLANNED),
    Fault("infusion on the last day", "sim.simulation.model.planning",
          "day if day < params.horizon else records", "day if day <= params.horizon else records",
          ATTENDED, 60, ("horizon=1828 days",
                         "therapies.pamidronate.schedule=[{every: 83 days}]")),
    Fault("a therapy that waits does not", "sim.simulation.model.planning",
          "day + max(params.wait[other], 1)", "day + 1", PLANNED, 8, SEQUENCE),
    Fault("late infusions before their day", "sim.simulation.model.planning",
          "day += math.ceil(", "day -= math.ceil(", ATTENDED),
    Fault("missed infusions given, given ones missed", "sim.simulation.model.dosing",
          "if not happens(params.given", "if happens(params.given", ATTENDED, 30),
    Fault("attendance not read from the file", "sim.simulation.lowering.infusions",
          '["given"][slot] = therapy.given', '["given"][slot] = 1.0', ATTENDED, 30),
    Fault("reaction of the first infusion at every infusion", "sim.simulation.model.dosing",
          "if state.infused[therapy] == 0:", "if True:", "Reactions match their probabilities", 30),
    Fault("dose in mg for mg/kg", "sim.simulation.lowering.infusions",
          'dose.unit == "mg/kg"', 'dose.unit == "mg"', ENTRY),
    # tolerance
    Fault("ladder restarted", "sim.simulation.model.tolerance",
          "state.rung[therapy] = rung + 1", "state.rung[therapy] = rung", RUNGS, 30),
    Fault("frailty ignored", "sim.simulation.model.tolerance",
          "factor = dose * patient.frailty[therapy]", "factor = dose", RUNGS, 30),
    Fault("intolerance counted from entry", "sim.simulation.model.tolerance",
          "began = state.begun[therapy]", "began = 0", RUNGS, 30),
    Fault("intolerance as frequent at half a dose", "sim.simulation.model.tolerance",
          "state.action[therapy] ** params.dose_exponent[therapy]", "1.0", RUNGS, 30),
    # fractures
    Fault("gradient with the wrong sign", "sim.simulation.model.hazards",
          "state, patient, params) - gradient * now", "state, patient, params) + gradient * now",
          HAZARD, 12),
    Fault("gradient doubled", "sim.simulation.lowering.fractures",
          "[math.log(site.gradient) for", "[2 * math.log(site.gradient) for", HAZARD, 30),
    Fault("mean T-score for the one with the mean rate", "sim.simulation.lowering.fractures",
          "reference = mean - sd**2 * log_gradient / 2", "reference = mean", HAZARD, 40),
    Fault("earlier fractures protect", "sim.simulation.lowering.cohort",
          "math.log(factor) * baseline.vertebral_fractures",
          "-math.log(factor) * baseline.vertebral_fractures", HAZARD, 60),
    Fault("hazard not used up", "sim.simulation.model.hazards",
          "state.hazard_left[site] -= used", "state.hazard_left[site] -= 0 * used", POISSON),
    Fault("imminent risk never ends", "sim.simulation.lowering.fractures",
          "round(i.duration) if i else 0", "50 * round(i.duration) if i else 0", POISSON, 24),
    Fault("imminent risk a day too long", "sim.simulation.model.fracture",
          "= day + params.imminent_days[site]", "= day + params.imminent_days[site] + 1",
          POISSON, 60),
    Fault("share of sites not normalised", "sim.simulation.lowering.fractures",
          "fractures.base_rate.rate * site.share", "fractures.base_rate.rate", POISSON, 24),
    Fault("direct ratio ignored", "sim.simulation.lowering.fractures",
          "(ratios != 0)", "(ratios > 99)", "A direct fracture ratio of 1 has no effect", 8),
    Fault("the last fatal fracture counts, not the first death", "sim.simulation.model.fracture",
          "if dies < due[records.DEATH]:", "if True:", FATAL, 20),
    Fault("death cause ignored", "sim.simulation.model",
          "return float(state.death_cause)", "return 0.0", FATAL, 20),
    # death
    Fault("mortality ratio ignored", "sim.simulation.biology.mortality",
          "hazard = ratio * hazards", "hazard = hazards", LIFE_TABLE, 15),
    Fault("life table of the other sex", "sim.simulation.lowering.parameters",
          "life_table.by_age(sex) for sex in SEXES]",
          "life_table.by_age(sex) for sex in SEXES[::-1]]", LIFE_TABLE, 15),
    Fault("everyone is of the age of birth", "sim.simulation.biology.mortality",
          "ratio * hazards[min(year, len(hazards) - 1)]",
          "ratio * hazards[min(int(days / 365), 99)]",
          LIFE_TABLE, 15),
    # the cohort and its numbers
    Fault("T-score with the wrong sex's reference", "sim.simulation.lowering.cohort",
          "np.where(female, reference.female.mean, reference.male.mean)",
          "np.where(female, reference.male.mean, reference.female.mean)", ENTRY),
    Fault("truncation ignored", "sim.simulation.lowering.enrolment",
          "if variable.within and sd > 0:", "if False:", COHORT, 2000),
    Fault("correlation ignored", "sim.simulation.lowering.enrolment",
          "matrix[j, i] = value", "matrix[j, i] = 0 * value", COHORT, 200),
    Fault("SD of the logarithm taken from the SD alone", "sim.simulation.lowering.enrolment",
          "np.log1p((sd / mean) ** 2)", "np.log1p((sd / 100) ** 2)", COHORT, 200),
    Fault("a month of 30 days", "sim.scenario.form.units",
          '"months": DAYS_PER_MONTH', '"months": 30', UNITS),
    Fault("spread of a marker not read from the file", "sim.simulation.lowering.effects",
          "getattr(scenario.markers, marker).spread", "0.4", NUMBERS, 8),
    # measuring, random numbers, outcomes
    Fault("coefficient of variation taken for an SD of logarithms",
          "sim.simulation.lowering.parameters",
          "math.sqrt(math.log1p((getattr(cv, marker) or 0.0) ** 2))",
          "(getattr(cv, marker) or 0.0)", MEASURED),
    Fault("one noise for all visits", "sim.simulation.model.measuring",
          "NOISE, quantity, visit)", "NOISE, quantity, 0)", MEASURED),
    Fault("one column of noise for all visits", "sim.simulation.lowering.streams",
          "days[days != records.NEVER]", "0 * days[days != records.NEVER]",
          RANDOM, 200),
    Fault("draws of its own for each arm", "sim.simulation.simulate",
          "arm: Inputs(params, people, numbers)",
          "arm: Inputs(params, people, numbers[::-1] if params['in_arm'].sum() > 1 else numbers)",
          SAME_DRAWS),
    Fault("random numbers by place in the block", "sim.simulation.draws",
          "patient - chunk * CHUNK, end - chunk * CHUNK", "0, end - patient",
          "The block size has no effect", 8,
          ("horizon=2 months", "visits.dxa=[1 month]")),
    Fault("events of one day in reverse", "sim.simulation.model",
          "if due[kind] < earliest:", "if due[kind] <= earliest:",
          "Events are in order and each patient has one end"),
    Fault("one engine dates deaths a day late", "sim.simulation.lives",
          "log.day[rows] = day", "log.day[rows] = day + (kind == DEATH)",
          "Both engines write identical logs", 6,
          ("mortality.standardised_mortality_ratio=20",)),
    Fault("fractures per person, not per person-year", "sim.outcomes.definitions.of_arm",
          "records.end, number, records.years, 100,", "records.end, number, None, 100,", COUNTED, 8,
          ("fractures.base_rate=1 per year",)),
    Fault("who halved a course counted as off it", "sim.outcomes.arm",
          "np.where(dose[in_time] > 0, 0.0, 1.0)", "np.where(dose[in_time] >= 1, 0.0, 1.0)",
          COUNTED, 40),
    Fault("error of a difference as of two cohorts", "sim.outcomes.estimates",
          "2 * weights[i] * weights[j] * together", "0 * together", PAIRED, 20),
    # costs and quality of life
    Fault("clock times added instead of intervals", "sim.economics.ages",
          "change * (integral[end] - integral[begin])", "change * integral[end]",
          STATES, 8, WITH_ECONOMICS),
    Fault("an old price on the day of the change", "sim.economics.discounting",
          "np.arange(len(self.factor)) >= day", "np.arange(len(self.factor)) > day",
          SINGLE_LIVES, 4, WITH_CHANGES),
    Fault("birthdays a day late", "sim.economics.ages",
          "np.ceil((age - at_entry)", "1 + np.ceil((age - at_entry)",
          SINGLE_LIVES, 4, WITH_CHANGES),
    Fault("a mean over groups divided by the wrong total", "sim.economics.groups",
          "float(len(self.rest) * self.unit)", "float(self.size * self.unit)",
          GROUPS, 8, WITH_ECONOMICS),
    Fault("a yearly rate taken for a continuous one", "sim.economics.discounting",
          "math.log1p(rate.first / 100)", "rate.first / 100", SINGLE_LIVES, 4, WITH_ECONOMICS),
    Fault("costs discounted as health", "sim.economics.discounting",
          "Rate(economics.discount.costs,", "Rate(economics.discount.health,", SINGLE_LIVES, 4,
          WITH_ECONOMICS),
    # what holds for every scenario
    Fault("visits after entry a day late", "sim.simulation.model.measuring",
          "[quantity][visit + 1]", "[quantity][visit + 1] + 1", VISITS),
    Fault("no patient becomes intolerant", "sim.simulation.model.tolerance",
          "return high if high <= params.horizon else records.NEVER", "return records.NEVER",
          "Intolerance with probability 0 and 1"),
    Fault("infusions never end early", "sim.simulation.model.dosing",
          "if happens(params.ends_course", "if False and happens(params.ends_course",
          "Doses with probability 0 and 1"),
    Fault("deaths a day early", "sim.simulation.biology.mortality",
          "math.ceil(days + threshold / hazard)", "math.floor(days + threshold / hazard)",
          "Zero and extreme mortality"),
    Fault("deaths two years after a fracture", "sim.simulation.model.fracture",
          "int(delay * DAYS_AT_RISK_OF_DEATH)", "int(2 * delay * DAYS_AT_RISK_OF_DEATH)",
          "Fatal fractures with probability 0 and 1"),
    Fault("bone at entry depends on the arm", "sim.simulation.model",
          "max(patient.bmd[bone], LOWEST_BMD)",
          "max(patient.bmd[bone], LOWEST_BMD) * (1 + sum(params.in_arm))", SAME_START),
    Fault("noise by the days that are left", "sim.simulation.lowering.streams",
          "days[days != records.NEVER]", "params['horizon'] - days[days != records.NEVER]",
          SHORTER),
    Fault("only the first therapy of an arm is given", "sim.simulation.lowering.parameters",
          "= name in scenario.arms[arm]", "= name in scenario.arms[arm][:1]",
          "Equal arms have equal results"),
    Fault("natural history left out", "sim.simulation.lowering.effects",
          "if row is not None and row.accrual is None:",
          "if row is not None and row.accrual is None and rows:", NO_EFFECT),
    Fault("therapies act on fractures past bone", "sim.simulation.model.hazards",
          "params.log_base[site] + patient.log_risk",
          "params.log_base[site] + patient.log_risk + sum(state.action)", WITHOUT_BONE),
    Fault("effects on bone with the wrong sign", "sim.simulation.lowering.effects",
          "effect.mean + effect.sd", "-effect.mean + effect.sd",
          "A larger effect never lowers bone density"),
    Fault("random numbers by the name of the arm", "sim.simulation.simulate",
          "arm: Inputs(params, people, numbers)",
          "arm: Inputs(params, people, numbers[:: 1 if arm < 'd' else -1])",
          "Arm labels have no effect"),
    Fault("random numbers of the patient before", "sim.simulation.lives",
          "plain(patients[i]), draws[i]", "plain(patients[i]), draws[i - 1]",
          "Patients are independent"),
)  # fmt: skip


LATER = {"gradient doubled", "mean T-score for the one with the mean rate",
         "earlier fractures protect", "imminent risk a day too long"}  # fmt: skip
"""Found by counting many fractures, which takes the uncompiled model seconds."""

FEW = 8
"""Patients of the whole battery for each fault."""

QUICK = tuple(fault for fault in FAULTS if fault.name not in LATER)[::22]


class Planter(MetaPathFinder):
    """Imports the module of a fault with the fault in it."""

    def __init__(self, fault):
        self.fault = fault

    def find_spec(self, fullname, path=None, target=None):
        if fullname != self.fault.module:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        assert spec is not None
        assert spec.origin is not None
        spec.loader = Rewritten(fullname, spec.origin)
        spec.loader.fault = self.fault
        return spec


class Rewritten(importlib.machinery.SourceFileLoader):
    """The source of a module with one piece replaced."""

    fault: Fault

    def get_code(self, fullname):
        source = Path(self.path).read_text(encoding="utf-8")
        assert source.count(self.fault.right) == 1, f"{self.fault.name}: {self.fault.right}"
        return compile(source.replace(self.fault.right, self.fault.wrong), self.path, "exec")


def judged(fault, checks, patients):
    """The names of the checks that fail, or break off, with a fault planted; model uncompiled."""
    planter = Planter(fault)
    forget(fault)
    sys.meta_path.insert(0, planter)
    try:
        from sim.experiments.verification import CHECKS
        from sim.experiments.verification.subject import Subject
        from sim.scenario import load
        from sim.simulation import compiled_loop, lives

        compiled_loop.loop = lambda: lives.follow_plainly  # type: ignore[assignment]
        subject = Subject(part_of(load(BASE, fault.settings), fault), patients)
        return [check.name for check in CHECKS if check.name in checks and fails(check, subject)]
    finally:
        sys.meta_path.remove(planter)
        forget(fault)


def forget(fault):
    """Have the program imported anew: a fault is not to outlive its turn."""
    for name in [name for name in sys.modules if is_anew(name, fault.module)]:
        del sys.modules[name]


def is_anew(name, module):
    """Whether a module is imported again: all but the forms, which take long, unless at fault."""
    kept = name.startswith("sim.scenario") and not module.startswith("sim.scenario")
    return name.split(".")[0] == "sim" and not kept


def part_of(study, fault):
    """The study; of its numbers, which are moved one by one, only those near the fault."""
    if fault.check != NUMBERS:
        return study
    near = tuple(number for number in study.numbers if number.path.startswith("markers."))
    return dataclasses.replace(study, numbers=near)


def fails(check, subject):
    """Whether a check fails; a program that breaks off under it has not passed."""
    try:
        return check.run(subject).passed is False
    except Exception:
        return True


def in_a_process(part, parts, whole):
    """Start a process that judges every so-many-th fault, and as many controls without one."""
    command = [sys.executable, "-W", "error", __file__, str(part), str(parts), str(whole)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def judge_all(whole):
    """The checks that fail under each fault; `whole` asks for the battery, and for no fault too."""
    parts = 2 if whole else 1  # for the few, a second process is not worth its start
    processes = [in_a_process(part, parts, whole) for part in range(parts)]
    found: dict[str, list[str]] = {}
    for process in processes:
        out, _ = process.communicate()
        assert process.returncode == 0
        found |= json.loads(out)
    return found


def main(part, parts, whole):
    """Judge some of the faults; prints what fails with each of them."""
    every = [check.name for check in CHECKS if check.name not in SEPARATE]
    found = {}
    for fault in (FAULTS if whole else QUICK)[part::parts]:
        found[fault.name] = judged(fault, [fault.check], fault.patients)
        if whole:
            found[fault.name] += judged(fault, set(every) - {fault.check}, FEW)
            sound = fault._replace(module="none")
            found[f"without {fault.name}"] = judged(sound, [fault.check], fault.patients)
    print(json.dumps(found))


@pytest.fixture(scope="module")
def seen():
    return judge_all(whole=False)


@pytest.mark.parametrize("fault", QUICK, ids=lambda fault: fault.name)
def test_a_planted_fault_is_found(fault, seen):
    assert seen[fault.name], f"{fault.check} does not see it"


@pytest.mark.validation
def test_the_battery_finds_every_fault_and_nothing_else():
    found = judge_all(whole=True)
    for fault in FAULTS:
        assert found[fault.name], fault.name
        assert found[f"without {fault.name}"] == [], fault.check


def test_the_page_tells_of_every_fault_and_every_check():
    page = PAGE.read_text(encoding="utf-8")
    assert [f"{len(FAULTS)} of {len(FAULTS)} faults"] == SCORE.findall(page)
    assert [fault.name for fault in FAULTS if f"| {fault.name} |" not in page] == []
    assert [check.name for check in CHECKS if f"| {check.name} |" not in page] == []
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert {*(fault.check for fault in FAULTS), WORKERS} == {check.name for check in CHECKS}


def test_every_fault_has_its_place_in_the_source():
    """All faults are planted under `validation` only; code that moves is noticed here."""
    for fault in FAULTS:
        source = (ROOT / fault.module.replace(".", "/")).with_suffix(".py")
        source = source if source.is_file() else source.with_suffix("") / "__init__.py"
        assert source.read_text(encoding="utf-8").count(fault.right) == 1, fault.name


def only(monkeypatch, *names):
    """Leave these checks alone in the battery."""
    kept = tuple(check for check in CHECKS if check.name in names)
    monkeypatch.setattr(checks.run_checks, "__defaults__", (kept,))


def test_the_command_says_what_was_found(monkeypatch):
    only(monkeypatch, UNITS, PLANNED)
    done = CliRunner().invoke(verify, [str(BASE), "--patients", "60", "--seed", "7", "-q"])
    assert done.exit_code == 0
    assert done.output.endswith("laroche2011: 2 passed.\n")
    held = json.loads(CliRunner().invoke(verify, [str(BASE), "--json", "-q"]).output)
    assert held["passed"] is True
    assert [row["verdict"] for row in held["checks"]] == ["passed", "passed"]
    assert "0 wrong" in held["checks"][1]["evidence"]


def test_a_check_that_fails_is_exit_code_5(monkeypatch):
    monkeypatch.setitem(inputs.TIMES, "month", 30.0)
    only(monkeypatch, UNITS)
    done = CliRunner().invoke(verify, [str(BASE), "-q"])
    assert done.exit_code == A_CHECK_DIFFERS
    assert "horizon: 60 months is held as 1826.25" in done.output


def test_what_does_not_apply_is_said(monkeypatch):
    one_arm = ["arms={combination: null}", "answers="]
    only(monkeypatch, SAME_START, PAIRED, RUNGS)
    found = sim.verify(load(BASE, one_arm), patients=60)
    assert found.passed
    assert set(found.table["verdict"]) == {"not applicable"}
    assert list(found.table["evidence"]).count("one arm only") == 2


def test_limits_hold_for_what_is_right_and_not_for_what_is_not():
    numbers = np.random.default_rng(1).standard_normal(4000)
    right = [chance.mean("m", numbers, 0.0, 1.0), chance.spread("s", numbers)]
    assert chance.within(right).passed is True
    assert chance.within([chance.mean("m", numbers + 0.1, 0.0, 1.0)]).passed is False
    assert chance.within([chance.number("n", 60, 30.0)]).passed is False
    assert chance.within([chance.share("p", np.arange(100) < 30, 0.3)]).passed is True
    assert chance.within([]).passed is None


def test_a_verdict_names_what_is_wrong():
    assert verdict.exact("things", []).passed is None
    cases = [verdict.Case("a", True), verdict.Case("b", False),
             verdict.Case("c", np.array([True, False, True]), np.array([7, 8, 9]))]  # fmt: skip
    told = verdict.exact("things", cases, "a note")
    assert told == (False, "5 things, 2 wrong, a note", ("b", "c, patient 8"))
    assert verdict.exact("things", cases[:1]).passed is True
    gaps = np.array([0.0, 1e-3, np.nan])
    assert verdict.near("values", [("d", gaps[:1], np.arange(1))]).passed is True
    told = verdict.near("values", [("d", gaps, np.arange(3))])
    assert told.details == ("d, patient 1", "d, patient 2")


def test_work_begun_in_this_process_can_go_on_in_others():
    work = work_of(load(BASE))
    assert work.protocols
    assert "protocols" not in vars(pickle.loads(pickle.dumps(work)))


@pytest.mark.validation
def test_prices_that_change_and_utility_by_age_are_those_of_a_count_of_days():
    wanted = [check for check in CHECKS if check.name in (SINGLE_LIVES, STATES, GROUPS)]
    found = checks.run_checks(Subject(load(BASE, WITH_CHANGES), 8), wanted)
    assert [finding.word for finding in found] == ["passed"] * 3


def test_every_check_applies_to_the_base_scenario():
    """A check that looks for something under a wrong name would not apply, and see no fault."""
    quick = [check for check in CHECKS if check.name not in SEPARATE]
    found = checks.run_checks(Subject(load(BASE, WITH_ECONOMICS), 20), quick)
    assert [finding.check.name for finding in found if finding.word != "passed"] == []


@pytest.mark.validation
@pytest.mark.parametrize("path", sorted(BASE.parent.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_scenario_that_ships_passes(path):
    """Whole clinics are refused by name, as a check follows a few patients with both engines."""
    if load(path).scenario.clinic is not None:
        with pytest.raises(RequestError, match="wait for each other in clinics"):
            sim.verify(path)
        return
    found = sim.verify(path)
    assert [finding.check.name for finding in found.findings if finding.word == "failed"] == []


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "True")


def test_a_follow_up_without_a_fracture_is_not_a_fault():
    short = ["horizon=30 days", "visits.dxa=[1 weeks]", "visits.markers=[]", "answers="]
    wanted = [check for check in CHECKS if check.name == RATIO_OF_ONE]
    (found,) = checks.run_checks(Subject(load(BASE, [*short, "cohort.patients=1"]), 1), wanted)
    assert found.verdict.passed

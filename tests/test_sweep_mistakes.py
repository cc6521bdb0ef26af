"""Mistakes in a sweep's file and command, each with the words in which it is told."""

import re
from typing import Any

import pytest

from tests.tiny_sweeps import BASE, BOTH, GIVEN, RATE, SHARES, SPINE, STOPS, TINY, table, wrote

PSA = "design: {probabilistic: {draws: 4}}"
GRID = "design: grid"
HIP, OTHER = (f"fractures.sites.{site}.gradient" for site in ("hip", "other"))
PAIR = "[effects.pamidronate.spine, effects.pamidronate.hip]"


def ask(mastosim, folder, path, *words):
    """The command about a sweep; asserts that it did not fall over and that nothing was written."""
    done = mastosim(
        "sweep", path, "--out", folder / "out", "--engine", "simpy", "--workers", 1, *words
    )
    assert "Traceback" not in done.stderr
    assert "a bug" not in done.stderr
    return done


def refused(mastosim, folder, path, *words, code=3):
    """What is told on the error channel, without the folder and the lines that show where."""
    done = ask(mastosim, folder, path, *words)
    assert done.returncode == code, done.stdout + done.stderr
    assert done.stdout == ""
    assert not (folder / "out").exists()
    lines = done.stderr.replace(f"{folder}/", "").splitlines()
    return [line for line in lines if not line.startswith("    ")]


# what is wrong: the text from line 7 on, and the line of the report after the file's name
ONE_MISTAKE = {
    "an unknown path": (
        f"{PSA}\n{table({'fractures.base_rat': '{low: 1 per year, high: 2 per year}'})}",
        "9:3: parameters.fractures.base_rat: the scenario has no number 'fractures.base_rat'; "
        "did you mean 'fractures.base_rate'?"),
    "an unknown path besides": (
        f"{PSA}\n{table({SPINE: '{also: [effects.pamidronat.hip.mean]}'})}",
        f"9:3: parameters.{SPINE}: the scenario has no number 'effects.pamidronat.hip.mean'; "
        "did you mean 'effects.pamidronate.hip.mean'?"),
    "a word for a number": (
        f"{PSA}\n{table({'accrual': ''})}",
        "9:3: parameters.accrual: 'accrual' is a word, not a number; only a grid takes words"),
    "a number of which nothing is known": (
        f"{PSA}\n{table({'cohort.female': ''})}",
        "9:3: parameters.cohort.female: the scenario states no uncertainty of "
        "'cohort.female'; give it low and high, or uncertainty"),
    "the same number twice": (
        f"{PSA}\n{table({SPINE: '', SPINE.removesuffix('.mean'): ''})}",
        f"10:3: parameters.effects.pamidronate.spine: '{SPINE}' is named twice"),
    "what is the same everywhere": (
        f"{GRID}\n{table({'cohort.patients': '{values: [10, 20]}'})}",
        "9:3: parameters.cohort.patients: 'cohort.patients' is the same at every point; give the "
        "sweep `patients`"),
    "seeds for values": (
        f"{GRID}\n{table({'seed': '{values: [1, 2]}'})}",
        "9:3: parameters.seed: 'seed' is the same at every point; give the sweep a `seed`"),
    "more points than can be held": (
        "design: {probabilistic: {draws: 10000000000}}",
        "7:9: design: 10,000,000,019 points; allowed: up to 1,000,000"),
    "more levels than can be held": (
        f"design: {{one_at_a_time: {{levels: 2000001}}}}\n{table({RATE: ''})}",
        "7:9: design: 2,000,001 points; allowed: up to 1,000,000"),
    "a seed besides": (
        f"{GRID}\n{table({GIVEN: '{values: [40 %, 60 %], also: [seed]}'})}",
        f"9:3: parameters.{GIVEN}: 'seed' is the same at every point; give the sweep a `seed`"),
    "what nobody feels": (
        f"{GRID}\n{table({'comparator': '{values: [pamidronate, combination]}'})}",
        "9:3: parameters.comparator: 'comparator' does not affect patients; leave it out"),
    "when there is a visit": (
        f"{GRID}\n{table({'visits': '{values: [a, b]}'})}",
        "9:3: parameters.visits: 'visits' decides which outcomes there are, and when; name a "
        "scenario for each under `scenarios`"),
    "a number that is given two values": (
        f"{PSA}\n{table({SPINE: f'{{also: [{BOTH}]}}', BOTH: ''})}",
        f"10:3: parameters.{BOTH}: '{BOTH}' is given the value of two parameters"),
    "a value twice": (
        f"{GRID}\n{table({GIVEN: '{values: [40 %, 60 %, 40 %]}'})}",
        f"9:3: parameters.{GIVEN}: '40 %' stands twice among the values"),
    "ends of a grid": (
        f"{GRID}\n{table({GIVEN: '{values: [40 %, 60 %], within: [0 %, 50 %]}'})}",
        f"9:3: parameters.{GIVEN}: `within` limits a distribution; an axis of a grid has none"),
    "a grid with correlations": (
        f"{GRID}\n{table({GIVEN: '{values: [40 %, 60 %]}'})}\n"
        "target: {outcome: spine annual increase, standard_error: 1}",
        "1:1: the document: a grid has no draws; leave out target"),
    "no outcome": (f"{PSA}\noutcomes: []", "1:1: the document: outcomes: at least one"),
    "an unknown key": (
        f"{PSA}\n{table({RATE: '{lo: 1 per year, high: 2 per year}'})}",
        f"9:25: parameters.{RATE}.lo: 'lo' is not a key here; did you mean 'low'? Allowed: name, "
        "low, high, uncertainty, within, values, also, source, note"),
    "an unknown design": (
        "design: {probabilistc: {draws: 4}}",
        "7:10: design.probabilistc: 'probabilistc' is not a key here; did you mean "
        "'probabilistic'? Allowed: one_at_a_time, grid, probabilistic, latin_hypercube, sobol, "
        "indices, morris"),
    "two designs": (
        "design: {sobol: {draws: 4}, morris: {trajectories: 4}}",
        "7:9: design: a design needs exactly one of one_at_a_time, grid, probabilistic, "
        "latin_hypercube, sobol, indices, morris; given: sobol and morris"),
    "an unknown distribution": (
        f"{PSA}\n{table({RATE: '{uncertainty: {gama: {se: 1 per year}}}'})}",
        f"9:39: parameters.{RATE}.uncertainty.gama: 'gama' is not a key here; did you mean "
        "'gamma'? Allowed: normal, beta, gamma, lognormal, uniform"),
    "low without high": (
        f"{PSA}\n{table({RATE: '{low: 1 per year}'})}",
        f"9:24: parameters.{RATE}: low and high come together"),
    "low above high": (
        f"{PSA}\n{table({RATE: '{low: 2 per year, high: 1 per year}'})}",
        f"9:3: parameters.{RATE}: low is below high; given: 2 per year and 1 per year"),
    "a wrong unit": (
        f"{PSA}\n{table({RATE: '{low: 2 days, high: 3 days}'})}",
        f"9:3: parameters.{RATE}: '2 days' should have the unit of the value: "
        "per 100 person-years"),
    "two ways": (
        f"{PSA}\n{table({RATE: '{low: 1 per year, high: 2 per year, values: [1 per year]}'})}",
        f"9:24: parameters.{RATE}: one of low and high, uncertainty, values"),
    "a distribution that cannot be": (
        f"{PSA}\n{table({STOPS: '{uncertainty: {beta: {se: 45 %}}}'})}",
        f"9:3: parameters.{STOPS}: no beta distribution has the mean 20.0 % and the SD 45 %; its "
        "SD is below 40.0 %"),
    "nothing within": (
        f"{PSA}\n{table({RATE: '{within: [10 per year, 11 per year]}'})}",
        f"9:3: parameters.{RATE}: the distribution has no values between 1000 and 1100"),
    "one end": (
        f"{PSA}\n{table({RATE: '{within: [10 per year]}'})}",
        f"9:24: parameters.{RATE}: within has two values, the lower first"),
    "no draws": (
        "design: {probabilistic: {draws: 0}}",
        "7:33: design.probabilistic.draws: 0 draws; allowed: 1 or more"),
    "draws that are no power of two": (
        "design: {sobol: {draws: 6}}",
        "7:25: design.sobol.draws: 6 draws: the sequence needs a power of two, like 4 or 8"),
    "indices of no power of two": (
        "design: {indices: {draws: 100}}",
        "7:27: design.indices.draws: 100 draws: the sequence needs a power of two, like 64 or 128"),
    "even levels": (
        "design: {one_at_a_time: {levels: 4}}",
        "7:34: design.one_at_a_time.levels: 4: levels are odd, 3 or more"),
    "one walk": (
        "design: {morris: {trajectories: 1}}",
        "7:18: design.morris: trajectories are 2 or more, levels even"),
    "perhaps a second order": (
        "design: {indices: {draws: 4, second_order: maybe}}",
        "7:44: design.indices.second_order: 'maybe'; allowed: yes, no"),
    "a grid without parameters": (
        GRID, "1:1: the document: a grid needs parameters with `values`"),
    "a grid without values": (
        f"{GRID}\n{table({RATE: '{low: 1 per year, high: 2 per year}'})}",
        f"9:3: parameters.{RATE}: an axis of a grid needs `values`"),
    "a grid of no values": (
        f"{GRID}\n{table({RATE: '{values: []}'})}",
        f"9:24: parameters.{RATE}: values: at least one"),
    "values of no grid": (
        f"{PSA}\n{table({RATE: '{values: [1 per year]}'})}",
        f"9:3: parameters.{RATE}: `values` are for a grid; give it low and high, or uncertainty"),
    "a horizon": (
        f"{GRID}\n{table({'horizon': '{values: [6 months, 1 year]}'})}",
        "9:3: parameters.horizon: 'horizon' decides which outcomes there are, and when; name a "
        "scenario for each under `scenarios`"),
    "a correlation with an unknown parameter": (
        f"{PSA}\ncorrelations: {{{RATE} ~ fractures.sites.hip.gradien: 0.5}}",
        f"8:16: correlations.{RATE} ~ fractures.sites.hip.gradien: 'fractures.sites.hip.gradien' "
        f"is not a parameter here; did you mean '{HIP}'? Allowed: "),
    "a correlation with itself": (
        f"{PSA}\ncorrelations: {{{RATE} ~ {RATE}: 0.5}}",
        f"8:16: correlations.{RATE} ~ {RATE}: should name two parameters, `path ~ path`"),
    "a correlation of three": (
        f"{PSA}\ncorrelations: {{{RATE} ~ {HIP} ~ {OTHER}: 0.5}}",
        f"8:16: correlations.{RATE} ~ {HIP} ~ {OTHER}: should name two parameters, `path ~ path`"),
    "a correlation of 1": (
        f"{PSA}\ncorrelations: {{{RATE} ~ {HIP}: 1}}",
        f"8:16: correlations.{RATE} ~ {HIP}: 1 is not allowed here; allowed: above -1 and below 1"),
    "a pair that is given twice": (
        f"{PSA}\ncorrelations: {{{RATE} ~ {HIP}: 0.5, {HIP} ~ {RATE}: 0.2}}",
        f"8:73: correlations.{HIP} ~ {RATE}: this pair was given before"),
    "a pair that has a covariance as well": (
        f"{PSA}\ncorrelations: {{{PAIR[1:-1].replace(',', ' ~')}: 0.5}}\n"
        f"covariance:\n  parameters: {PAIR}\n  matrix: [[1, 0.2], [0.2, 1]]",
        "10:15: covariance.parameters: two of these stand in `correlations` as well; give one of "
        "both"),
    "correlations that contradict one another": (
        f"{PSA}\ncorrelations: {{{RATE} ~ {HIP}: 0.9, {RATE} ~ {OTHER}: 0.9, "
        f"{HIP} ~ {OTHER}: -0.9}}",
        "8:15: correlations: these contradict one another: no set of variables has all "
        "of them (eigenvalue -0.8)"),
    "a covariance that is not symmetric": (
        f"{PSA}\ncovariance:\n  parameters: {PAIR}\n  matrix: [[1, 0.2], [0.3, 1]]",
        "10:11: covariance.matrix: a covariance is symmetric: row i, column j equals row j, "
        "column i"),
    "a variance of 0": (
        f"{PSA}\ncovariance:\n  parameters: {PAIR}\n  matrix: [[1, 0], [0, 0]]",
        "10:11: covariance.matrix: the diagonal of a covariance holds variances, above 0"),
    "a covariance of nothing": (
        f"{PSA}\ncovariance:\n  parameters: {PAIR}\n  matrix: [[1, 2], [2, 1]]",
        "9:3: covariance: these contradict one another: no set of variables has all "
        "of them (eigenvalue -1)"),
    "a covariance of another size": (
        f"{PSA}\ncovariance:\n  parameters: {PAIR}\n  matrix: [[1, 0]]",
        "9:3: covariance: a covariance of 2 parameters has 2 rows of 2 numbers"),
    "a covariance of an unknown number": (
        f"{PSA}\ncovariance:\n  parameters: [effects.pamidronate.spine, effects.pamidronat.hip]\n"
        "  matrix: [[1, 0], [0, 1]]",
        "8:1: covariance: the scenario has no number 'effects.pamidronat.hip'; did you mean "
        "'effects.pamidronate.hip.sd'?"),
    "a covariance of one number twice": (
        f"{PSA}\ncovariance:\n  parameters: [{SPINE}, {SPINE}]\n  matrix: [[1, 0], [0, 1]]",
        "9:3: covariance: a covariance names each parameter once"),
    "a covariance and an interval": (
        f"{PSA}\ncovariance:\n  parameters: [{SPINE}, effects.pamidronate.hip.mean]\n"
        f"  matrix: [[1, 0], [0, 1]]\n{table({SPINE: '{low: 1 %/year, high: 2 %/year}'})}",
        f"12:3: parameters.{SPINE}: '{SPINE}' varies with others, so it has no distribution or "
        "ends of its own"),
    "shares of which one has no count": (
        f"{PSA}\ndirichlet:\n  sites: {{fractures.sites.vertebral.share: 3, "
        "fractures.sites.hip.share: 0}",
        "9:10: dirichlet.sites: a group has two shares or more, with counts above 0"),
    "one share": (
        f"{PSA}\ndirichlet:\n  sites: {{fractures.sites.vertebral.share: 3}}",
        "9:10: dirichlet.sites: a group has two shares or more, with counts above 0"),
    "an unknown share": (
        f"{PSA}\ndirichlet:\n  sites:\n    fractures.sites.vertebral.share: 3\n"
        "    fractures.sites.hp.share: 4",
        "11:5: dirichlet.sites.fractures.sites.hp.share: the scenario has no number "
        "'fractures.sites.hp.share'; did you mean 'fractures.sites.hip.share'?"),
    "a share in two groups": (
        f"{PSA}\ndirichlet:\n"
        "  a: {fractures.sites.vertebral.share: 3, fractures.sites.hip.share: 1}\n"
        "  b: {fractures.sites.other.share: 3, fractures.sites.hip.share: 1}",
        "10:6: dirichlet.b: a share of a group is in no other group, correlation or covariance"),
    "indices of what varies together": (
        f"design: {{indices: {{draws: 4}}}}\ncorrelations: {{{RATE} ~ {HIP}: 0.5}}",
        "7:9: design: indices asks for parameters that vary on their own"),
    "an unknown outcome": (
        f"{PSA}\noutcomes: [all fractures, spine anual increase]",
        "8:11: outcomes: 'spine anual increase' is not an outcome of 'tiny'; did you mean 'spine "
        "annual increase'? Allowed: spine change, hip change, "),
    "an unknown outcome of a target": (
        f"{PSA}\ntarget: {{outcome: death, standard_error: 1}}",
        "8:9: target: 'death' is not an outcome of 'tiny'; did you mean 'deaths'? Allowed: "),
    "a key given twice": (
        f"{PSA}\nseed: 1\nseed: 2", "9:1: seed: this key is already on line 8"),
    "two ways to name a scenario": (
        f"{PSA}\nscenarios: [tiny.yaml]",
        "1:1: the document: a sweep needs exactly one of scenario, scenarios; given: scenario and "
        "scenarios"),
    "no YAML": (
        "design: {probabilistic: {draws: 4}", "7:9: not YAML: the text ends before the '}' that "
        "closes this '{'"),
}  # fmt: skip


@pytest.mark.parametrize("name", ONE_MISTAKE)
def test_a_mistake_is_told_in_one_sentence_with_its_place(mastosim, tmp_path, name):
    text, said = ONE_MISTAKE[name]
    head, line = refused(mastosim, tmp_path, wrote(tmp_path, text))
    assert head == "The sweep is not valid: 1 mistake."
    if said.endswith((": ", ", ")):
        assert line.startswith(f"case.yaml:{said}")
    else:
        assert line == f"case.yaml:{said}"


HEADS: dict[str, Any] = {
    "a name that names no folder": (
        {"name": "My sweep"}, "2:7: name: 'My sweep' cannot name a folder of results; allowed: "
        "small letters, digits, - and _, and no name that Windows keeps for itself, like con"),
    "another format": (
        {"mastosim_sweep": "2"}, "1:17: mastosim_sweep: format 2 is not known here; allowed: 1"),
    "one patient": ({"patients": "1"}, "6:11: patients: 1 patients; allowed: 2 to 10000000"),
    "a seed below 0": ({"seed": "-1"}, "7:7: seed: a seed is 0 or more"),
    "a scenario that is not there": (
        {"scenario": "tinny.yaml"}, "5:11: scenario: 'tinny.yaml' cannot be used: there is no "
        "such file; did you mean '{folder}tiny.yaml'?"),
    "no scenario": (
        {"scenario": None, "scenarios": "[]"}, "1:1: the document: scenarios: at least one"),
    "a scenario twice": (
        {"scenario": None, "scenarios": "[tiny.yaml, tiny.yaml]"},
        "6:24: scenarios: a second scenario named 'tiny'"),
    "other patients": (
        {"scenario": None, "patients": None, "scenarios": "[tiny.yaml, fewer.yaml]"},
        "5:24: scenarios: 'fewer' differs from 'tiny' in its patients; give the sweep `patients`"),
    "other arms": (
        {"scenario": None, "scenarios": "[tiny.yaml, alone.yaml]"},
        "6:24: scenarios: 'alone' differs from 'tiny' in its arms; a sweep has the same in all"),
    "another seed": (
        {"scenario": None, "scenarios": "[tiny.yaml, other.yaml]"},
        "6:24: scenarios: 'other' differs from 'tiny' in its seed; give the sweep a `seed`"),
}  # fmt: skip


def test_the_file_of_a_scenario_is_told_from_a_sweep(mastosim, tmp_path):
    wrote(tmp_path, PSA)
    lines = refused(mastosim, tmp_path, tmp_path / "laroche2011.yaml")
    assert lines == [
        "The sweep is not valid: 1 mistake.",
        "laroche2011.yaml:5:1: mastosim: this is a scenario; `mastosim run` simulates it, and a "
        "sweep names it",
    ]
    lines = refused(mastosim, tmp_path, tmp_path / "tiny.yaml")
    assert lines[1].startswith("tiny.yaml:1:1: extends: this is a scenario; ")
    (tmp_path / "half.yaml").write_text(f"name: half\nscenario: tiny.yaml\n{PSA}\n")
    lines = refused(mastosim, tmp_path, tmp_path / "half.yaml")
    assert "half.yaml:1:1: mastosim_sweep: is missing" in lines


def test_a_share_that_is_all_of_its_group_leaves_no_room_to_vary(mastosim, tmp_path):
    sites = "\n".join(
        f"    {site}: {{share: {share} %}}"
        for site, share in (("vertebral", 100), ("hip", 0), ("other", 0))
    )
    counts = ", ".join(f"{path}: 2" for path in SHARES)
    text = f"design: one_at_a_time\ndirichlet: {{sites: {{{counts}}}}}"
    path = wrote(tmp_path, text, {"tiny.yaml": f"{TINY}  sites:\n{sites}\n"})
    (line, *_) = refused(mastosim, tmp_path, path)[1:]
    assert line == "case.yaml:8:20: dirichlet.sites: a share of a group is less than all of it"


@pytest.mark.parametrize("name", HEADS)
def test_a_mistake_in_the_head_is_told_with_its_place(mastosim, tmp_path, name):
    head, said = HEADS[name]
    others = {
        f"{name}.yaml": f"extends: tiny.yaml\nname: {name}\n{held}\n" for name, held in (
            ("other", "seed: 7"), ("fewer", "cohort: {patients: 70}"),
            ("alone", "arms: {combination: }"),
        )
    }  # fmt: skip
    _, line = refused(mastosim, tmp_path, wrote(tmp_path, PSA, others, **head))
    assert line == f"case.yaml:{said.format(folder='')}"


def test_a_value_that_the_scenario_does_not_allow_is_told_with_its_draw(mastosim, tmp_path):
    """The ends are allowed, and of 64 draws about two are not."""
    text = "design: {probabilistic: {draws: 64}}\n" + table(
        {STOPS: "{uncertainty: {normal: {se: 9.5 %}}}"}
    )
    _, line = refused(mastosim, tmp_path, wrote(tmp_path, text, seed=3))
    pattern = (
        r"case\.yaml:10:3: parameters\.(.+): point (\d+) \(a draw\): \1: "
        r"'-\d+\.\d+ %' is not allowed here; allowed: 0 % to 100 % \(at \d+ points of 67\)"
    )
    found = re.fullmatch(pattern, line)
    assert found, line
    assert found[1] == STOPS
    assert 3 <= int(found[2]) <= 66


def test_an_end_that_the_scenario_does_not_allow_is_told(mastosim, tmp_path):
    text = f"design: one_at_a_time\n{table({STOPS: '{low: 50 %, high: 130 %}'})}"
    assert refused(mastosim, tmp_path, wrote(tmp_path, text))[1:] == [
        f"case.yaml:9:3: parameters.{STOPS}: point 2: {STOPS}: '130.0 %' is not allowed here; "
        "allowed: 0 % to 100 %"
    ]


def test_a_draw_whose_patients_cannot_be_prepared_is_told_before_anything_is_simulated(
    mastosim, tmp_path
):
    """So short a half-life leaves nothing of an effect that was measured at the end of a plan."""
    half_life = "therapies.pamidronate.exposure.half_life"
    short = {half_life: "{low: 0.1 days, high: 0.3 days}"}
    _, line = refused(mastosim, tmp_path, wrote(tmp_path, f"{PSA}\n{table(short)}"))
    assert line.startswith(
        f"case.yaml:9:3: parameters.{half_life}: point 1: therapies.pamidronate."
    )
    assert line.endswith("(at 6 points of 7)")


def test_a_word_that_the_scenario_does_not_know_is_told(mastosim, tmp_path):
    text = f"{GRID}\n{table({'accrual': '{values: [linear, componud, compound]}'})}"
    _, line = refused(mastosim, tmp_path, wrote(tmp_path, text))
    assert line.startswith("case.yaml:9:3: parameters.accrual: ")
    assert "accrual: 'componud' is not known here; did you mean 'compound'? Allowed: " in line


def test_a_key_that_the_scenario_does_not_know_is_told_with_the_nearest(mastosim, tmp_path):
    text = f"{GRID}\n{table({'fractures.base_rat': '{values: [1 per year]}'})}"
    _, line = refused(mastosim, tmp_path, wrote(tmp_path, text))
    assert line.startswith("case.yaml:9:3: parameters.fractures.base_rat: ")
    assert "'base_rat' is not a key here; did you mean 'base_rate'?" in line


def test_every_mistake_stands_in_one_report(mastosim, tmp_path):
    wrong = {"fractures.base_rat": "", "fractures.sites.hip.gradien": "", RATE: "{within: [1, 2]}"}
    head, *lines = refused(mastosim, tmp_path, wrote(tmp_path, f"{PSA}\n{table(wrong)}"))
    assert head == "The sweep is not valid: 3 mistakes."
    assert [line.split(": ")[0] for line in lines] == [f"case.yaml:{n}:3" for n in (9, 10, 11)]
    form = f"design: {{sobol: {{draws: 5}}}}\n{table({RATE: '{low: 1 per year}'})}\ntarget: 5"
    head, *lines = refused(mastosim, tmp_path, wrote(tmp_path, form))
    assert head == "The sweep is not valid: 3 mistakes."


def test_a_scenario_that_is_not_valid_is_told_in_its_own_places(mastosim, tmp_path):
    wrong = TINY.replace("horizon: 6 months", "horizon: 6 monts\ncohort: {femal: 50 %}")
    head, *lines = refused(mastosim, tmp_path, wrote(tmp_path, PSA, {"tiny.yaml": wrong}))
    assert head == "The sweep is not valid: 2 mistakes."
    assert any(line.startswith("tiny.yaml:4:10: horizon: '6 monts'") for line in lines)
    assert any("'femal' is not a key here; did you mean 'female'?" in line for line in lines)


@pytest.mark.parametrize(
    "design", ["one_at_a_time", "{sobol: {draws: 4}}", "{morris: {trajectories: 4}}"]
)
def test_a_scenario_that_says_nothing_of_uncertainty_is_refused(mastosim, tmp_path, design):
    certain = re.sub(r"(, |\n *)uncertainty: \{\w+: \{.*?\}\}", "", BASE.read_text("utf-8"))
    assert "uncertainty" not in certain
    path = wrote(tmp_path, f"design: {design}", {"sure.yaml": certain}, scenario="sure.yaml")
    assert refused(mastosim, tmp_path, path)[1:] == [
        "case.yaml:1:1: parameters: 'laroche2011' states no uncertainty; list what varies"
    ]


@pytest.mark.parametrize("held", ["", "\n\n", "- a\n", "just words\n"])
def test_a_file_that_is_no_sweep_is_refused(mastosim, tmp_path, held):
    path = tmp_path / "case.yaml"
    path.write_text(held)
    first = refused(mastosim, tmp_path, path)[1]
    assert first in (
        "case.yaml: the file is empty", "case.yaml: should be a mapping, `key: value` lines",
    )  # fmt: skip


def test_a_sweep_that_is_not_there_is_told_with_the_nearest_name(mastosim, tmp_path):
    wrote(tmp_path, PSA)
    assert refused(mastosim, tmp_path, tmp_path / "caes.yaml")[1:] == [
        "caes.yaml: there is no such file; did you mean 'case.yaml'?"
    ]


# what is asked besides: the design, the words, and what is told
USAGE: dict[str, Any] = {
    "draws of one at a time": ("design: one_at_a_time", ["--draws", 5],
                               "the design of this sweep has no draws; leave out --draws"),
    "draws of a grid": (f"{GRID}\n{table({RATE: '{values: [1 per year]}'})}", ["--draws", 5],
                        "the design of this sweep has no draws; leave out --draws"),
    "a share of nothing": (PSA, ["--shard", "0/3"],
                           "'0/3' is not a share; write 2/8 for the second of eight"),
    "a share above all": (PSA, ["--shard", "4/3"], "'4/3' is not a share"),
    "half a share": (PSA, ["--shard", "3"], "'3' is not a share"),
    "advice for a grid": (f"{GRID}\n{table({RATE: '{values: [1 per year]}'})}", ["--auto"],
                          "a grid design has no draws whose number a pilot could "
                          "recommend; allowed: probabilistic, latin_hypercube, sobol"),
    "a pilot of one at a time": ("design: one_at_a_time", ["--pilot"], "has no draws"),
    "no time": (PSA, ["--limit", 0], "0.0 is not in the range x>0"),
    "a strange engine": (PSA, ["--engine", "numpy"], "'numpy' is not one of"),
}  # fmt: skip


@pytest.mark.parametrize("name", USAGE)
def test_a_mistake_of_usage_exits_with_2(mastosim, tmp_path, name):
    text, words, said = USAGE[name]
    lines = refused(mastosim, tmp_path, wrote(tmp_path, text), *words, code=2)
    assert said in " ".join(lines)


@pytest.mark.parametrize(
    ("design", "draws", "said"),
    [("sobol", 6, "like 4 or 8"), ("probabilistic", 0, "allowed: 1 or more"),
     ("indices", 3, "like 2 or 4")],
)  # fmt: skip
def test_draws_of_the_command_are_held_against_the_design(mastosim, tmp_path, design, draws, said):
    path = wrote(
        tmp_path, f"design: {{{design}: {{draws: 4}}}}\n{table({GIVEN: '{low: 20 %, high: 60 %}'})}"
    )
    _, line = refused(mastosim, tmp_path, path, "--draws", draws)
    assert line.startswith(f"case.yaml:7:{len(design) + 20}: design.{design}.draws: {draws} draws")
    assert said in line


def test_a_folder_that_is_a_file_is_refused(mastosim, tmp_path):
    path = wrote(tmp_path, PSA)
    (tmp_path / "out").write_text("")
    assert ask(mastosim, tmp_path, path).returncode == 2

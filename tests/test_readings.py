"""The four readings on the same patients; and no fracture contrast is printed without a reading."""

import html
import json
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from matplotlib.text import Text
from scipy import stats

from sim import results
from sim.cli.compare import compare
from sim.cli.extend import extend
from sim.cli.main import commands
from sim.cli.power import power
from sim.cli.readings import readings as command
from sim.cli.run import run
from sim.cli.show import show
from sim.cli.sweep import sweep
from sim.display import figures
from sim.display.figures import readings as page
from sim.display.figures import style
from sim.experiments import readings, runs
from sim.experiments.kinds import readings as kept_readings
from sim.experiments.kinds import run as kept_run
from sim.scenario import ScenarioError, load
from sim.vocabulary import READINGS
from tests.arms import by_label
from tests.conftest import without_pictures

SCENARIOS = Path(__file__).parents[1] / "scenarios"
BASE = SCENARIOS / "laroche2011.yaml"
DENOSUMAB = SCENARIOS / "papapoulos2012.yaml"
SHIPPED = {name: f"laroche2011-{name}".removesuffix("-linear") for name in READINGS}
ARMS = ("combination", "pamidronate")
PAIR = "combination - pamidronate"
NUMBERS = ["estimate", "mc_error", "low", "high"]
FRAGILE = "fractures.base_rate=90 per 100 person-years"
PEOPLE, SEED = 60, 5
SVG_ONLY = partial(figures.draw, formats=("svg",))


@pytest.fixture(scope="module")
def found():
    """The study with many fractures, under the four readings."""
    return readings.simulate(readings.read(BASE, PEOPLE, SEED, [FRAGILE]))


@pytest.fixture(scope="module")
def alone():
    """Each shipped reading of the same study run alone, with its tables."""
    return {
        name: runs.run(SCENARIOS / f"{file}.yaml", PEOPLE, SEED, [FRAGILE], engine="batch")
        for name, file in SHIPPED.items()
    }


def rows_of(found, against=""):
    rows = by_label(found.summary[found.summary["against"] == against])
    return rows.set_index(["reading", "arm", "outcome"])


def test_the_defaults_are_those_of_the_shipped_what_ifs():
    for name, study in readings.read(BASE).studies.items():
        shipped = load(SCENARIOS / f"{SHIPPED[name]}.yaml")
        assert study.document["accrual"] == shipped.document["accrual"]
        times = [n for n in study.numbers if n.path.startswith("accrual.")]
        assert all(n.is_assumption and n.note == readings.DEFAULTS[name].reason for n in times)


@pytest.mark.validation
def test_each_reading_says_what_its_scenario_says_alone(found, alone):
    mine = rows_of(found)
    for name, result in alone.items():
        whole = by_label(result.summary[result.summary["subgroup"] == "all"])
        theirs = whole.sort_values("time").groupby(["arm", "outcome"]).last()
        for arm in (*ARMS, PAIR):
            for outcome in (o for o in readings.OUTCOMES if "T-score" not in o):
                one, other = mine.loc[(name, arm, outcome)], theirs.loc[(arm, outcome)]
                assert (one["unit"], one["time"]) == (other["unit"], other["time"])
                for number in NUMBERS:
                    assert one[number] == pytest.approx(other[number], rel=1e-9, abs=1e-9)


def test_t_scores_are_those_of_the_last_visit(found, alone):
    for name, result in alone.items():
        for bone in ("spine", "hip"):
            norm = getattr(result.study.scenario.reference_bmd, bone)
            sexes = [getattr(norm, sex) for sex in result.patients["sex"]]
            for arm in ARMS:
                bmd = last(result, arm, f"{bone}_g_cm2").reindex(range(PEOPLE))
                score = ((bmd - [s.mean for s in sexes]) / [s.sd for s in sexes]).dropna()
                row = rows_of(found).loc[(name, arm, f"{bone} T-score")]
                error = score.std(ddof=0) / np.sqrt(len(score)) * np.sqrt(PEOPLE / (PEOPLE - 1))
                assert row["estimate"] == pytest.approx(score.mean())
                assert row["mc_error"] == pytest.approx(error)


def last(result, arm, quantity, day=1826):
    """Measured values of the last visit, by patient."""
    rows = result.measurements
    rows = rows[(rows["arm"] == arm) & (rows["quantity"] == quantity) & (rows["day"] == day)]
    return rows.set_index("patient")["value"]


@pytest.mark.parametrize("name", ["compound", "plateau", "saturating"])
def test_how_far_a_reading_is_from_the_own_one_is_paired(found, alone, name):
    """From the tables: what every patient adds to the difference, or to that of two differences."""
    arm = {(name, ARMS[0]): 1, ("linear", ARMS[0]): -1}
    pair = arm | {(name, ARMS[1]): -1, ("linear", ARMS[1]): 1}
    for outcome, of in (("spine change", change), ("all fractures", fractures)):
        for what, signs in ((ARMS[0], arm), (PAIR, pair)):
            value, adds = 0.0, np.zeros(PEOPLE)
            for (reading, own_arm), sign in signs.items():
                y, x = of(alone[reading], own_arm)
                value += sign * y.sum() / x.sum()
                adds += sign * (y - y.sum() / x.sum() * x) / x.sum()
            row = rows_of(found, "linear").loc[(name, what, outcome)]
            error = np.sqrt((adds**2).sum() * PEOPLE / (PEOPLE - 1))
            assert error > 0
            assert row["estimate"] == pytest.approx(value)
            assert row["mc_error"] == pytest.approx(error)
            half = stats.t.ppf(0.975, PEOPLE - 1) * error
            if outcome == "spine change":
                assert (row["high"] - row["low"]) / 2 == pytest.approx(half, rel=1e-3)
            else:  # few patients differ: wider than Student's t
                assert row["high"] - row["low"] > 2 * half


def change(result, arm):
    now = last(result, arm, "spine_g_cm2").reindex(range(PEOPLE))
    entry = last(result, arm, "spine_g_cm2", 0)
    return (100 * (now / entry - 1)).fillna(0).to_numpy(), now.notna().to_numpy(float)


def fractures(result, arm):
    events = result.events[result.events["arm"] == arm]
    broken = events[events["event"] == "fracture"].groupby("patient").size()
    end = events[events["event"].isin(["death", "end"])].set_index("patient")["day"]
    years = end.groupby("patient").max().reindex(range(PEOPLE)) / 365.25
    return 100 * broken.reindex(range(PEOPLE), fill_value=0).to_numpy(float), years.to_numpy()


def test_readings_that_have_not_parted_differ_by_exactly_nothing():
    settings = ["horizon=12 months", "fractures.base_rate=0 per 100 person-years"]
    rows = rows_of(readings.simulate(readings.read(BASE, 20, SEED, settings)), "linear")
    same = rows.loc["plateau"]
    assert (same[["estimate", "mc_error"]] == 0).all(axis=None)
    assert (rows.loc["compound"].xs("spine change", level="outcome")["mc_error"] > 0).all()
    never = same.xs("all fractures", level="outcome")
    assert (never[["low", "high"]] == 0).all(axis=None), "what cannot occur is 0 exactly"
    above = same.xs("spine above T -2.5", level="outcome")
    assert ((above["low"] < 0) & (above["high"] > 0)).all(), "nothing seen is not nothing"


@pytest.mark.validation
def test_no_number_depends_on_blocks_engines_or_workers(workers_here):
    four = readings.read(BASE, 130, SEED, ["horizon=3 months", "visits.dxa=[every 3 months]"])
    tables = [
        readings.simulate(four).summary,
        readings.simulate(four, engine="simpy").summary,
        readings.simulate(four, engine="simpy", workers=2).summary,
    ]
    for other in tables[1:]:
        pd.testing.assert_frame_equal(tables[0], other, check_exact=True)


@pytest.mark.parametrize(
    ("file", "settings", "given", "own", "words"),
    [
        (DENOSUMAB, (), {}, "saturating", ("for 24 months", "constant 30 months")),
        (BASE, ("accrual={plateau: {months: 30 months, then: 1 %/year}}",), {}, "plateau",
         ("for 30 months of treatment, then 1 %/year", "constant 12 months")),
        (BASE, ("accrual={reading: compound}",), {"plateau": "3 months"}, "compound",
         ("for 3 months", "constant 12 months")),
        (DENOSUMAB, (), {"saturating": ("20 months", "40 months")}, "saturating",
         ("for 24 months", "constant 20 months; the reported rate is the mean of the first 40")),
    ],
)  # fmt: skip
def test_times_are_the_scenarios_or_those_given_or_the_defaults(file, settings, given, own, words):
    four = readings.read(file, settings=settings, **given)
    assert (four.own, list(four.studies)) == (own, list(SHIPPED))
    for name, study in four.studies.items():
        assert study.scenario.accrual.name == name
        origin = four.origins[name]
        assert (readings.OWN in origin) == (name == own)
        assert (readings.GIVEN in origin) == (name in given)
        has_times, told = name in ("plateau", "saturating"), name == own or name in given
        assert ("assumed" in origin) == (has_times and not told)
    for word, told in zip(words, list(four.in_words())[2:], strict=True):
        assert word in told


def test_a_folder_is_whole_and_named_by_all_four(found, tmp_path, monkeypatch):
    with without_pictures("pdf", "png"):
        folder = kept_readings.keep(found, tmp_path, "mastosim readings ...", 1.0)
    assert folder.parent == tmp_path / "laroche2011"
    assert folder.name == f"{digest_of_all(found.four)}-readings"
    files = [
        "ABOUT.txt",
        "dictionary.csv",
        "manifest.json",
        *(f"readings.{kind}" for kind in ("csv", "pdf", "png", "svg")),
    ]
    assert sorted(path.name for path in folder.iterdir()) == files
    table = pd.read_csv(folder / "readings.csv")["estimate"]
    np.testing.assert_allclose(table, found.summary["estimate"], rtol=1e-5)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    held = {one["name"]: one["document"] for one in manifest["studies"]}
    assert held == {name: study.document for name, study in found.four.studies.items()}
    monkeypatch.setattr(kept_readings, "draw_in_all_formats", SVG_ONLY)
    again = kept_readings.keep(found, tmp_path / "again")
    for kind in ("csv", "svg"):
        one, other = (place / f"readings.{kind}" for place in (folder, again))
        assert one.read_bytes() == other.read_bytes()
    fours = [readings.read(BASE, settings=["accrual=compound"]), readings.read(BASE)]
    fours.append(readings.read(BASE, plateau="30 months"))
    assert len({digest_of_all(four) for four in fours}) == 3


def digest_of_all(four):
    return results.digest_of([four.study, *four.studies.values()])


def test_the_figure_draws_every_reading_arm_and_difference(found):
    with style.styled():
        words = ("linear", "title", kept_readings.said(found.four))
        figure, _ = page.figure(found.summary, *words)
        figure.draw_without_rendering()
    assert len(figure.axes) == 2 * len(page.OUTCOMES)
    rows = rows_of(found)
    for place, axes in enumerate(figure.axes):
        outcome = list(page.OUTCOMES)[place % len(page.OUTCOMES)]
        names = (PAIR,) if place >= len(page.OUTCOMES) else ARMS
        marks = [np.r_[m.get_data()] for m in axes.lines if m.get_marker() in ("o", "s")]
        height = axes.get_ylim()[0] / len(SHIPPED)
        shown = sorted((int(y / height), x) for x, y in marks)
        wanted = [(r, rows.loc[(reading, arm, outcome), "estimate"])
                  for r, reading in enumerate(SHIPPED) for arm in names]  # fmt: skip
        np.testing.assert_allclose(shown, sorted(wanted))
        ends = axes.get_tightbbox().get_points()
        assert (ends >= 0).all()
        assert (ends <= figure.bbox.size).all()
    labels = [text.get_text() for text in figure.axes[0].texts if text.get_text()]
    assert labels == ["linear (own)", "compound", "plateau", "saturating"]
    assert figure.get_figheight() * 25.4 <= 247, "a page of A4 less its margins"


def mastosim(which, *words):
    told = CliRunner().invoke(which, [*map(str, words), "-q"])
    assert told.exit_code == 0, told.output
    return told.stdout


SMALL = ("--patients", 10, "--set", "horizon=12 months")


def test_the_command_prints_arms_differences_and_how_far_they_are_apart(tmp_path, monkeypatch):
    monkeypatch.setattr(kept_readings, "draw_in_all_formats", SVG_ONLY)
    told = mastosim(command, BASE, *SMALL, "--plateau", "6 months", "--out", tmp_path)
    heads = [line.split("  ")[0].strip() for line in told.splitlines() if " unit " in line]
    assert heads == [f"{what} at month 12" for what in
                     (*ARMS, PAIR, f"{PAIR}: change from linear")]  # fmt: skip
    assert "plateau, linear for 6 months of treatment, then 0 %/year [times as given]" in told
    assert Path(told.splitlines()[-1].removeprefix("Table and figure: ")).is_dir()
    one_arm = ("--set", "arms.combination=", "--json", "--out", tmp_path)
    held = json.loads(mastosim(command, BASE, *SMALL, *one_arm))
    found = {(row["arm"], row["against"]) for row in held["summary"]}
    assert found == {("pamidronate", ""), ("pamidronate", "linear")}
    with pytest.raises(ScenarioError, match="'long' does not start with a number"):
        readings.read(BASE, plateau="long")


# Every place that prints how fractures differ between arms, with a reading that no default has.

ODD = "accrual={saturating: {time_constant: 17 months, window: 13 months}}"
READ = "saturating with time constant 17 months; the reported rate is the mean of the first 13"
PRINTING = ("run", "extend", "show", "compare", "readings", "power", "sweep")
FIGURES = ("differences", "incidence", "comparison", "readings", "tornado")
CONTRASTS = (
    "notebook", *PRINTING, *(f"{name} --json" for name in PRINTING),
    *(f"figure {name}" for name in FIGURES),
)  # fmt: skip
NO_CONTRASTS = ("figure swimmer", "figure against_reported")  # single lives, published facts
QUIET = {
    "check",
    "examples",
    "explain",
    "list",
    "emulate",
    "cite",
    "new",
    "schema",
    "rerun",
    "completion",
    "verify",
    "report",  # its figures are those above, with their captions
    "worth",  # tests/test_worth.py
    "information",
}

OFTEN = "fractures={base_rate: 1 per year}"
SWEEP = """\
mastosim_sweep: 1
name: swept
title: A title
question: A question?
scenario: odd.yaml
patients: 10
outcomes: [all fractures]
design: one_at_a_time
parameters: {fractures.base_rate: {low: 0.5 per year, high: 2 per year}}
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What each place says, by its name; of a figure, all its texts."""
    folder, texts = tmp_path_factory.mktemp("said"), {}
    shutil.copy(BASE, folder)
    base, copy = folder / BASE.name, folder / "copy.yaml"
    copy.write_text(f"extends: {BASE.name}\nname: copy\n")

    def write(_, name, figure, *__):
        texts[f"figure {name}"] = " ".join(text.get_text() for text in figure.findobj(Text))
        return []

    odd, swept = folder / "odd.yaml", folder / "swept.yaml"
    lines = ["extends=laroche2011.yaml", "name=odd", "horizon=12 months", ODD, OFTEN]
    odd.write_text("\n".join(line.replace("=", ": ", 1) for line in lines))
    swept.write_text(SWEEP)
    words = (*SMALL, "--set", ODD, "--out", folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "write", write)
        result = runs.run(base, 10, settings=[ODD, "horizon=12 months"])
        kept = kept_run.keep(result, folder)
        figures.draw(results.open(kept))
        draw, seen = figures.draw, set[str]()

        def of_others(kept, *names, **options):
            """Once each: those of runs were drawn above, and --json comes after the tables."""
            is_drawn = kept.manifest.kind in {"run", *seen}
            seen.add(kept.manifest.kind)
            return [] if is_drawn else draw(kept, *names, **options)

        patch.setattr(figures, "draw", of_others)
        trials = ("--sizes", 5, "--trials", 2, "--outcome", "all fractures", "--set", ODD)
        more = ("--patients", 20, "--out", folder)
        for which, rest in (
            (run, (base, *words)), (compare, (base, copy, *words)), (command, (base, *words)),
            (power, (base, *trials)), (extend, (kept, *more)),
            (sweep, (swept, "--workers", 1, "--out", folder)),
        ):  # fmt: skip
            texts[str(which.name)] = mastosim(which, *rest)
            texts[f"{which.name} --json"] = mastosim(which, *rest, "--json")
        for name, form in (("show", ()), ("show --json", ("--json",))):
            texts[name] = CliRunner().invoke(show, [str(kept), *form]).stdout
    texts["notebook"] = html.unescape(result._repr_html_())
    return {name: " ".join(text.split()) for name, text in texts.items()}


@pytest.mark.share(5)
@pytest.mark.parametrize("place", CONTRASTS)
def test_no_fracture_contrast_is_printed_without_its_reading(said, place):
    assert "fracture" in said[place].lower()
    assert READ in said[place]


def test_every_place_that_speaks_of_fractures_is_among_these(said):
    assert set(commands.commands) <= {*PRINTING, *QUIET, "plot"}
    drawn = {name for name in figures.FIGURES if name != "waiting"}  # which needs a clinic
    assert {f"figure {name}" for name in drawn} <= set(said)
    speaking = {name for name, text in said.items() if "fracture" in text.lower()}
    assert speaking - set(CONTRASTS) <= set(NO_CONTRASTS)

"""Figures of sweeps: marks at their numbers, honest about noise, and legible with many parameters.

The sweeps are made up here, from outcomes that bend a little in every parameter.
"""

import itertools
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from scipy import stats

from sim import results
from sim.display import figures
from sim.display.figures import OF_SWEEPS, OF_WORTH, draw, multiples
from sim.display.figures.style import FAINT, INK, PALEST, arm_style, difference_style, styled, write
from sim.display.figures.sweeps.axes_of_grid import quantity
from sim.display.figures.sweeps.shown import ordered
from sim.display.figures.sweeps.spider import Label, apart
from sim.display.figures.sweeps.words import amount, with_unit
from sim.display.figures.texts import LINE, millimetres, wrapped
from sim.display.numbers import significant
from sim.experiments.sweeps.swept import Options
from sim.scenario import load
from sim.vocabulary import Z95, Arms, arms_of, rows_with

BASE_CASE = "scenarios/laroche2011.yaml"
ARMS = ("combination", "pamidronate")
PAIR = Arms("combination", "pamidronate")
FOUR = ("combination", "pamidronate", "interferon", "untreated")
BONE, BREAKS = OUTCOMES = ("spine annual increase", "all fractures")
UNITS = ("%/year", "per 100 person-years")
BASE = (8.0, -0.9)
VISITS = (12.0, 24.0, 60.0)

# Path, name, unit, base, low, high, slopes of the outcomes' differences, assumption.
WITHOUT_COSTS = [name for name in OF_SWEEPS if name not in OF_WORTH]
"""Figures of every sweep; those of costs are drawn in test_plot_costs."""

GAIN, STOPS, RATE, HALF_LIFE, NOTHING = PARAMETERS = [
    ("effects.interferon + pamidronate.spine.mean", "spine gain of both", "%/year",
     12.6, 8.7, 16.5, (0.78, -0.05), False),
    ("therapies.interferon.intolerance[0].probability", "stops interferon", "%",
     20.0, 3.0, 48.0, (-0.102, 0.01), False),
    ("fractures.base_rate", "rate of fractures on bisphosphonate, first events of each patient",
     "per 100 person-years", 3.27, 1.5, 5.8, (0.0, -0.25), False),
    ("therapies.pamidronate.exposure.half_life", "half-life of pamidronate", "days",
     45.0, 20.0, 90.0, (0.0005, 0.0), True),
    ("effects.interferon.spine.mean", "effects.interferon.spine.mean", "%/year",
     10.2, 6.0, 14.0, (0.0, 0.0), True),
]  # fmt: skip
READING = ("accrual", "reading", "", "linear", "linear", "plateau", (0.0, 0.0), True)
ACTS_SAME = 0.02
"""The Monte Carlo error of every number made up here."""

HALF = Z95 * ACTS_SAME
"""Half of its interval."""


def many(count):
    """So many parameters with paths for names, each less important than the one before."""
    return [
        (f"therapies.pamidronate.reactions.some_thing_{i}.a_long_key.probability",) * 2
        + ("per 100 person-years", 10.0, 5.0, 16.0, (1 / (i + 1), -0.1 / (i + 1)), i % 2 == 0)
        for i in range(count)
    ]


COUNT = 24
"""Parameters where names must be left out: more than fit."""


class Made:
    """A sweep that is being made up, point by point."""

    def __init__(self, parameters=PARAMETERS, scenarios=("laroche2011",), arms=ARMS):
        self.parameters, self.scenarios, self.arms = list(parameters), scenarios, arms
        self.rows, self.points, self.moved = [], 0, set()
        self.add("base", "", {})

    def add(self, role, of, values):
        """A point of every scenario, with all parameters but `values` as in the base case."""
        held = {p[0]: values.get(p[0], p[3]) for p in self.parameters}
        for place, scenario in enumerate(self.scenarios):
            head = {"scenario": scenario, "point": self.points, "role": role, "of": of, **held}
            for arm, outcome, unit, time, estimate in self.outcomes(held, place):
                row = {**arm._asdict(), "outcome": outcome, "unit": unit, "time": time}
                sure = {"low": estimate - HALF, "high": estimate + HALF}
                self.rows.append(
                    {**head, **row, "estimate": estimate, "mc_error": ACTS_SAME, **sure}
                )
        self.points += 1
        return self

    def outcomes(self, held, place):
        """Each outcome of each arm and difference; scenarios differ by one."""
        gains = [gain + place + moved(self.parameters, held, i) for i, gain in enumerate(BASE)]
        for arm in self.arms:
            own = (self.arms[::-1].index(arm)) / max(1, len(self.arms) - 1)
            for outcome, unit, other, gain in zip(OUTCOMES, UNITS, (2.4, 3.3), gains, strict=True):
                yield Arms(arm), outcome, unit, 60.0, other + own * gain
                if own:
                    yield Arms(arm, self.arms[-1]), outcome, unit, 60.0, own * gain
            for bone, time in itertools.product(("spine", "hip"), VISITS):
                factor = time / 12 * (1.0 if bone == "spine" else 0.2)
                yield Arms(arm), f"{bone} change", "%", time, factor * (2.4 + own * gains[0])
                if own:
                    pair, unit = Arms(arm, self.arms[-1]), "percentage points"
                    yield pair, f"{bone} change", unit, time, factor * own * gains[0]

    def alone(self, shares=()):
        """Each parameter at both ends, and between at shares of the way from the base case."""
        for path, _, _, base, low, high, _, _ in self.parameters:
            self.moved.add(path)
            for end, role in ((low, "low"), (high, "high")):
                self.add(role, path, {path: end})
                for share in shares:
                    self.add("level", path, {path: base + share * (end - base)})
        return self

    def grid(self, axes):
        """Each axis alone at its first and last value, and every combination."""
        for path, values in axes.items():
            if path not in self.moved:
                self.add("low", path, {path: values[0]})
                self.add("high", path, {path: values[-1]})
        for values in itertools.product(*axes.values()):
            self.add("grid", "", dict(zip(axes, values, strict=True)))
        return self

    def draw(self, count):
        """Independent draws of all parameters, normal about the base case."""
        random = np.random.default_rng(1)
        for _ in range(count):
            drawn = {p[0]: float(random.normal(p[3], (p[5] - p[4]) / 4)) for p in self.parameters}
            self.add("draw", "", drawn)
        return self

    def save(self, folder, design, readings=None, outcomes=OUTCOMES, **tables):
        """The folder of the sweep, with further tables by name."""
        folder.mkdir()
        frame = pd.DataFrame(self.rows)
        in_words = {p[0]: str for p in self.parameters if frame[p[0]].dtype == object}
        frame.astype(in_words).to_parquet(folder / "outcomes.parquet")
        names = ["parameter", "name", "unit", "base", "low", "high", "slopes", "assumption"]
        known = pd.DataFrame(self.parameters, columns=names).drop(columns="slopes")
        tables["parameters"] = pd.concat([known.assign(scenario=s) for s in self.scenarios])
        for name, table in tables.items():
            table.to_csv(folder / f"{name}.csv", index=False)
        sweep = {
            "name": "made-up", "title": "What decides the gain from interferon?", "design": design,
            "question": "", "outcomes": list(outcomes), "arms": list(self.arms),
            "comparator": self.arms[-1], "patients": 1000, "seed": 7, "draws": 64,
            "readings": readings or dict.fromkeys(self.scenarios, "linear"),
        }  # fmt: skip
        study, options = load(BASE_CASE), Options(specification={}, patients=1, draws=1, seed=1)
        manifest = results.made("sweep", {"x": study}, options, "x", details={"sweep": sweep})
        (folder / "manifest.json").write_text(manifest.model_dump_json(), encoding="utf-8")
        return folder


def moved(parameters, held, outcome):
    """How far the difference in an outcome is moved: nearly straight, and a little bent."""
    away = [(0.0 if isinstance(held[p[0]], str) else held[p[0]] - p[3], p[6]) for p in parameters]
    return sum(slopes[outcome] * (x + 0.02 * x * abs(x)) for x, slopes in away)


def heads(parameters, scenarios=("laroche2011",)):
    """The first columns by scenario, outcome and parameter, and the place of the parameter."""
    for scenario, place, parameter in itertools.product(scenarios, (0, 1), enumerate(parameters)):
        yield parameter[0], {
            "scenario": scenario, **PAIR._asdict(), "outcome": OUTCOMES[place],
            "unit": UNITS[place], "time": 60.0, "parameter": parameter[1][0],
            "name": parameter[1][1],
        }  # fmt: skip


def indices_of(parameters, scenarios=("laroche2011",)):
    """Made-up indices, the last parameter the largest; a pair of it with the first."""
    rows = []
    for place, head in heads(parameters, scenarios):
        for order, share in (("first", 0.3), ("total", 0.4), ("second", 0.9)):
            value = share / (len(parameters) - place) ** 2
            other = parameters[0][0] if order == "second" else ""
            rows.append({**head, "order": order, "other": other, "value": value,
                         "low": value - 0.1, "high": value + 0.1})  # fmt: skip
    return pd.DataFrame(rows)


def effects_of(parameters, scenarios=("laroche2011",)):
    """Made-up elementary effects, the last parameter the largest."""
    rows = []
    for place, head in heads(parameters, scenarios):
        size = 6.0 / (len(parameters) - place)
        rows.append({**head, "step": 2 / 3, "mean_effect": -size, "mean_absolute_effect": size,
                     "sd_effect": size * (0.2 + place % 3 / 2), "low": 0.8 * size,
                     "high": 1.2 * size})  # fmt: skip
    return pd.DataFrame(rows)


def errors_of(size):
    """How well changes at the ends are known on the same patients."""
    made = pd.DataFrame(Made().alone().rows)
    at = made.set_index(["role", "of", *Arms._fields, "outcome"])["estimate"].to_dict()
    rows = []
    for _, head in heads(PARAMETERS):
        key = (*PAIR, head["outcome"])
        row = {**head, "base": 0.0}
        for end in ("low", "high"):
            change = at[end, head["parameter"], *key] - at["base", "", *key]
            row |= {f"error_{end}": size, f"from_{end}": change - Z95 * size,
                    f"to_{end}": change + Z95 * size}  # fmt: skip
        rows.append(row)
    return pd.DataFrame(rows).drop(columns="name")


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """The folder of a sweep that has every kind of point but one axis alone."""
    made = Made().alone((0.5,)).draw(40)
    made.grid({GAIN[0]: [8.0, 12.6, 16.0], STOPS[0]: [0.0, 20.0]})
    tables = {"indices": indices_of(PARAMETERS), "screening": effects_of(PARAMETERS)}
    folder = tmp_path_factory.mktemp("sweep") / "everything"
    return made.save(folder, "probabilistic", alone=errors_of(1e-4), **tables)


@pytest.fixture(scope="module")
def whole(everything):
    return drawn(everything, *(name for name in WITHOUT_COSTS if name != "line"))


@pytest.fixture(scope="module")
def four(tmp_path_factory):
    """The pages of four readings and one outcome, with parameters whose paths are their names."""
    names = tuple(f"laroche2011-{name}" for name in ("linear", "compound", "plateau", "saturating"))
    parameters = many(COUNT)
    tables = {"indices": indices_of(parameters, names), "screening": effects_of(parameters, names)}
    readings = {name: name.partition("-")[2] for name in names}
    folder = tmp_path_factory.mktemp("sweep") / "four"
    made = Made(parameters, names).alone().draw(8)
    return drawn(made.save(folder, "sobol", readings, [BONE], **tables), *WITHOUT_COSTS)


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    """A grid of one axis of numbers, and one of words with four arms."""
    folder = tmp_path_factory.mktemp("sweep")
    numbers = Made().grid({GAIN[0]: [8.0, 12.0, 16.0]}).save(folder / "numbers", "grid")
    words = Made([READING, GAIN], arms=FOUR).grid({"accrual": ["linear", "compound", "plateau"]})
    return [drawn(one, "line")["line"]
            for one in (numbers, words.save(folder / "words", "grid"))]  # fmt: skip


def drawn(folder, *names):
    with styled():
        return dict(figures.drawn(results.open(folder), names))


def caption_of(figure):
    text = " ".join(part.get_text() for part in figure.texts).replace("\n", " ")
    return text.replace("\N{NO-BREAK SPACE}", " ")


def texts_of(axes):
    return [text.get_text() for text in axes.texts]


def marks_of(axes):
    return [line for line in axes.lines if line.get_marker() not in ("None", "", None)]


def panel(figure, title):
    """The panel under a title."""
    (axes,) = (axes for axes in figure.axes if title in (axes.get_title(), axes.get_title("left")))
    return axes


# Files


@pytest.mark.validation
def test_a_figure_has_the_same_bytes_again_and_leaves_the_sweep_alone(everything, whole, tmp_path):
    """Figures with every kind of mark: hatched, with leaders, in cells, as bands."""
    names = ("tornado", "spider", "heat_map", "fan")
    before = {path: path.read_bytes() for path in everything.iterdir()}
    files = draw(results.open(everything), names, tmp_path, ["svg"])
    wanted = [f"{name}.{kind}" for name in names for kind in ("svg", "csv")]
    assert [path.name for path in files] == wanted
    (again := tmp_path / "again").mkdir()
    with styled():
        for name in names:
            page, numbers = whole[name]
            write(again, name, page, numbers, ["svg"])
    for name in wanted:
        assert (tmp_path / name).read_bytes() == (again / name).read_bytes(), name
    assert all(path.read_bytes() == held for path, held in before.items())


def test_no_figure_takes_the_place_of_a_table(everything):
    tables = {path.name for path in everything.iterdir()}
    assert {"indices.csv", "screening.csv"} < tables
    assert not tables & {f"{name}.csv" for name in OF_SWEEPS}


def test_figures_that_do_not_apply_are_left_out(tmp_path):
    alone = Made([GAIN]).alone().save(tmp_path / "alone", "one_at_a_time")
    files = draw(results.open(alone), formats=())
    assert [path.name for path in files] == ["tornado.csv"]
    assert all(path.parent == alone for path in files)
    with pytest.raises(KeyError, match="pie"):
        draw(results.open(alone), ["pie"])


@pytest.fixture
def alone(tmp_path):
    """The folder of the smallest sweep: one parameter, moved alone."""
    return Made([GAIN]).alone().save(tmp_path / "alone", "one_at_a_time")


def test_a_figure_that_a_sweep_does_not_have_is_refused_with_those_it_has(
    alone, mastosim, no_pictures
):
    told = mastosim("plot", alone, "--figure", "heat_map")
    assert (told.returncode, told.stdout) == (2, "")
    assert "this result has no figure 'heat_map'; it has tornado\n" in told.stderr
    assert not (alone / "figures").exists()


def cut_off(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def garbled(path):
    """The table of contents, which stands before the last eight bytes."""
    held = path.read_bytes()
    path.write_bytes(held[:-208] + b"\xff" * 200 + held[-8:])


def without_errors(path):
    pd.read_parquet(path).drop(columns="mc_error").to_parquet(path)


def details(sweep):
    def change(path):
        held = json.loads(path.read_text())
        path.write_text(json.dumps({**held, "details": {"sweep": json.loads(sweep)}}))

    return change


def wrote(text):
    return lambda path: path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "damage", "said"),
    [
        ("outcomes.parquet", Path.unlink, "is missing"),
        ("outcomes.parquet", cut_off, "is damaged"),
        ("outcomes.parquet", garbled, "is damaged"),
        ("outcomes.parquet", without_errors, "is damaged"),
        ("parameters.csv", Path.unlink, "is missing"),
        ("parameters.csv", wrote("scenario,parameter\n"), "is damaged"),
        ("alone.csv", wrote(""), "is damaged"),
    ],
)
def test_a_damaged_file_of_a_sweep_is_named(name, damage, said, alone, mastosim, no_pictures):
    damage(alone / name)
    told = mastosim("plot", alone)
    assert told.returncode == 2
    assert f"Error: '{alone / name}' {said}; run again\n" in told.stderr
    assert not (alone / "figures").exists()


def test_a_manifest_without_a_part_of_a_sweep_is_damaged(alone, mastosim):
    details('{"name": "x", "title": "y", "question": "z"}')(alone / "manifest.json")
    told = mastosim("plot", alone)
    assert told.returncode == 2
    said = f"'{alone / 'manifest.json'}' is damaged: details.sweep.design: is missing"
    assert said in told.stderr


@pytest.mark.parametrize("sweep", ['"text"', '{"title": "x"}'])
def test_a_manifest_without_the_head_of_a_sweep_is_damaged(sweep, alone, mastosim):
    details(sweep)(alone / "manifest.json")
    for told in (mastosim("plot", alone), mastosim("list", "--out", alone.parents[1])):
        assert "damaged: `details` has no `sweep` with name, title" in told.stderr


@pytest.mark.parametrize("text", ["[1]", "5", '"x"', "null"])
def test_a_manifest_that_is_no_mapping_is_that_of_no_sweep(text, alone, mastosim):
    (alone / "manifest.json").write_text(text, encoding="utf-8")
    told = mastosim("plot", alone)
    assert told.returncode == 2
    assert "is not a manifest of mastosim: it is not a mapping" in told.stderr


def test_one_arm_is_shown_itself(tmp_path):
    made = Made(arms=("pamidronate",)).alone().draw(5)
    pages = drawn(made.save(tmp_path / "one", "probabilistic"), *WITHOUT_COSTS)
    assert [name for name, one in pages.items() if one] == ["tornado", "spider", "fan",
                                                             "probability"]  # fmt: skip
    assert set(pages["tornado"][1]["arm"]) == {"pamidronate"}
    assert "Paired" not in caption_of(pages["tornado"][0])
    assert {axes.get_xlabel() for axes in pages["probability"][0].axes} == {"at least"}


def test_names_of_figures_are_read_without_matplotlib():
    code = "import sys, sim.display.figures; assert not {'matplotlib', 'pandas'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


# Words


@pytest.mark.validation
def test_captions_say_how_it_was_simulated_and_on_which_reading(whole, four, lines):
    for name, (page, _) in whole.items():
        said = caption_of(page)
        assert "What decides the gain from interferon?" in said
        assert "1000 virtual patients, the same at every" in said
        assert "seed 7." in said
        assert "64 random draws of all parameters" in said
        assert said.endswith("Annual increase of bone density: linear.")
        if name != "fan":
            assert "Fracture differences depend on how" in said
            assert "Outcomes at month 60." in said
    (page, _) = four["fan"]
    assert "plateau (laroche2011-plateau); saturating (laroche2011-saturating)." in caption_of(page)
    assert caption_of(lines[1][0]).endswith("linear in the base case."), "the reading is the axis"


def test_values_are_numbers_or_words_with_their_unit():
    assert [amount(value) for value in ("12.60", "linear", 5, -0.0314159)] == [
        "12.6", "linear", "5", "−0.0314",
    ]  # fmt: skip
    assert len(amount("word " * 20)) <= 28
    assert [with_unit(n, "months") for n in ("1", "3")] == ["1 month", "3 months"]
    assert quantity("3 months") == (3.0, "months")
    assert quantity(2.5) == (2.5, "")
    assert np.isnan(quantity("linear")[0])
    assert np.isnan(quantity("1.2.3 mg")[0])


def test_texts_are_as_wide_as_printed():
    with styled():
        from matplotlib.figure import Figure

        page = Figure(dpi=720)
        for text in ("mmm WWW", "spine gain of both, −1.25 %/year (assumed)"):
            drawn = page.text(0, 0, text)
            width = drawn.get_window_extent().width / 720 * 25.4
            assert millimetres(text) == pytest.approx(width, abs=0.35)


def test_long_names_are_broken_and_never_cut():
    for text in (PARAMETERS[2][1], many(1)[0][1] + " (assumed)", "x" * 90):
        lines = wrapped(text, 30.0)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(millimetres(line) <= 30.0 for line in lines)
    assert wrapped("half-life of pamidronate (assumed)", 42.0)[-1] == "(assumed)"


def test_dollars_in_a_name_are_no_formula(tmp_path):
    name = r"costs $a_{ $ and 5\$"
    dear, other = (GAIN[0], name, *GAIN[2:]), (STOPS[0], "$1 to $2", *STOPS[2:])
    pair = [dear, other]
    tables = {"indices": indices_of(pair), "screening": effects_of(pair)}
    made = Made(pair).alone((0.5,)).draw(8).grid({GAIN[0]: [8.0, 16.0], STOPS[0]: [0.0, 20.0]})
    pages = drawn(made.save(tmp_path / "dear", "probabilistic", **tables), *WITHOUT_COSTS)
    line = Made([dear]).grid({GAIN[0]: [8.0, 16.0]}).save(tmp_path / "line", "grid")
    pages["line"] = drawn(line, "line")["line"]
    for page, _ in pages.values():
        with styled():
            page.draw_without_rendering()
        assert not any(text.get_parse_math() for text in page.findobj(Text))
    said = " ".join(text.get_text() for text in pages["tornado"][0].findobj(Text))
    assert name in said.replace("\n", " ")


# Tornado


def test_bars_go_from_the_base_case_to_both_ends(whole):
    page, numbers = whole["tornado"]
    axes = panel(page, "Spine annual increase")
    rows = numbers[(numbers["outcome"] == BONE) & numbers["drawn"]]
    assert list(rows["parameter"]) == [STOPS[0], GAIN[0], HALF_LIFE[0]], "the widest first"
    bars = axes.patches
    assert len(bars) == 2 * len(rows)
    for place, row in enumerate(rows.itertuples()):
        for bar, end in zip(bars[2 * place : 2 * place + 2], (row.low, row.high), strict=True):
            assert bar.get_x() == pytest.approx(8.0)
            assert bar.get_x() + bar.get_width() == pytest.approx(end)
            assert to_hex(bar.get_edgecolor()) == INK
    slope, away = GAIN[6][0], GAIN[5] - GAIN[3]
    high = rows.set_index("parameter").loc[GAIN[0], "high"]
    assert high == pytest.approx(8 + slope * (away + 0.02 * away**2))
    heights = [bar.get_y() for bar in bars[::2]]
    assert heights == sorted(heights), "downwards"


def test_low_and_high_ends_differ_in_grey_and_say_their_values(whole):
    axes = panel(whole["tornado"][0], "Spine annual increase")
    low, high = axes.patches[2:4]
    assert low.get_hatch()
    assert to_hex(low.get_facecolor()) == "#ffffff"
    assert not high.get_hatch()
    assert to_hex(high.get_facecolor()) == INK
    assert "low 8.7 %/year, high 16.5 %/year" in texts_of(axes)
    ends = [(text.get_text(), text.get_position()[0], text.get_ha()) for text in axes.texts
            if text.get_transform() == axes.transData]  # fmt: skip
    assert ends[2] == (" low ", low.get_x() + low.get_width(), "right")
    assert ends[3] == (" high ", high.get_x() + high.get_width(), "left")
    assert axes.get_xlim()[0] < 0, "from 0, so that the scale shows how large the changes are"
    assert "base 8" in texts_of(axes)
    assert "half-life of pamidronate (assumed)" in texts_of(axes), "an assumption"
    assert "stops interferon" in texts_of(axes)
    assert "2 others, without any effect" in texts_of(axes)


def filled(page):
    """How many halves of bars are not hollow."""
    bars = panel(page, "Spine annual increase").patches
    return sum(bool(bar.get_hatch()) or to_hex(bar.get_facecolor()) != "#ffffff" for bar in bars)


@pytest.mark.parametrize(("tables", "expected"), [
    ({}, 4),  # the half-life does less than two errors of independent points
    ({"alone": errors_of(1e-4)}, 6),
    ({"alone": errors_of(0.02)}, 5),  # -0.01 and 0.04: the high end of the half-life counts still
    ({"alone": errors_of(5.0)}, 0),
])  # fmt: skip
def test_what_may_be_chance_is_hollow(tables, expected, tmp_path):
    folder = Made().alone().save(tmp_path / "one", "one_at_a_time", **tables)
    page, numbers = drawn(folder, "tornado")["tornado"]
    row = numbers.set_index(["outcome", "parameter"]).loc[BONE, HALF_LIFE[0]]
    if not tables:
        assert row["low_error"] == pytest.approx(np.sqrt(2) * ACTS_SAME)
    assert filled(page) == expected
    said = caption_of(page)
    assert ("that all points have the same patients" in said) == bool(tables)
    assert ("as if the points were independent" in said) == (not tables)
    advice = "Even the widest bar may be chance in spine annual increase and all fractures: more"
    assert (advice in said) == (expected == 0)


def test_ends_on_one_side_of_the_base_case_share_the_lane(tmp_path):
    made = Made([GAIN]).add("low", GAIN[0], {GAIN[0]: 14.0}).add("high", GAIN[0], {GAIN[0]: 16.0})
    page, _ = drawn(made.save(tmp_path / "one", "one_at_a_time"), "tornado")["tornado"]
    axes = panel(page, "Spine annual increase")
    assert not {" low ", " high "} & {*texts_of(axes)}, "their names would meet"
    assert "Bars of half the height: both ends lie on the same side" in caption_of(page)
    low, high = axes.patches
    assert low.get_height() == high.get_height()
    assert low.get_y() + low.get_height() == pytest.approx(high.get_y()), "none hides the other"


def test_scenarios_stand_beside_each_other_on_one_scale(four):
    page, numbers = four["tornado"]
    columns = page.axes[:4]
    assert len({axes.get_xlim() for axes in columns}) == 1
    for axes, base in zip(columns, (8, 9, 10, 11), strict=True):
        assert f"base {base}" in texts_of(axes)
        assert len(axes.patches) == 2 * len(numbers[numbers["drawn"]]) / 4
    said = [text.replace("\n", " ").replace("  ", " ") for text in texts_of(columns[0])]
    assert "5 per 100 person-years to 16 per 100 person-years" in said
    shown = numbers[(numbers["scenario"] == "laroche2011-linear") & (numbers["outcome"] == BONE)]
    others = shown[~shown["drawn"]]
    assert len(shown) == COUNT
    assert len(others) == COUNT - 20, "twenty are drawn at most"
    most = significant(others["width"].max())
    wanted = f"{len(others)} others, each by no more than {most} %/year"
    assert wanted in [text.replace("\n", " ") for text in texts_of(columns[0])]
    assert others["width"].max() <= shown.loc[shown["drawn"], "width"].min()


def test_an_outcome_with_a_course_is_shown_at_its_end(tmp_path):
    made = Made([GAIN]).alone()
    folder = made.save(tmp_path / "one", "one_at_a_time", outcomes=["spine change", BONE])
    page, numbers = drawn(folder, "tornado")["tornado"]
    assert list(numbers["outcome"]) == ["spine change", BONE], "in the order asked for"
    assert list(numbers["base"]) == [pytest.approx(40.0), 8.0]
    assert set(numbers["time"]) == {60.0}
    assert "percentage points of the entry value" in texts_of(panel(page, "Spine change"))
    assert "Fracture" not in caption_of(page)


def test_a_scenario_that_begins_a_row_is_named_and_other_values_are_owned_up_to(tmp_path):
    folder = Made([GAIN], tuple("abcde")).alone().save(tmp_path / "five", "one_at_a_time")
    (page, _) = drawn(folder, "tornado")["tornado"]
    assert [name for axes in page.axes for name in texts_of(axes) if name in "abcde" and name] == [
        *"abcd", *"e", *"abcd", *"e",
    ]  # fmt: skip
    assert "Values:" not in caption_of(page)
    known = pd.read_csv(folder / "parameters.csv")
    known.loc[3, "low"] = 1.0
    known.to_csv(folder / "parameters.csv", index=False)
    assert "Values: those of a." in caption_of(drawn(folder, "tornado")["tornado"][0])


def test_ends_in_words_are_first_and_last_and_a_path_without_a_name_is_in_words(tmp_path):
    nameless = ("therapies.interferon.intolerance[0].probability",) * 2 + STOPS[2:]
    page, _ = drawn(Made([READING, nameless]).alone().save(tmp_path / "x", "one_at_a_time"),
                    "tornado")["tornado"]  # fmt: skip
    said = texts_of(panel(page, "Spine annual increase"))
    assert "interferon: intolerance, probability" in said
    made = Made([READING]).add("low", "accrual", {}).add("high", "accrual", {})
    page, _ = drawn(made.save(tmp_path / "y", "one_at_a_time"), "tornado")["tornado"]
    assert "first linear, last plateau" in texts_of(panel(page, "Spine annual increase"))


# Spider


def test_lines_of_a_spider_go_through_their_levels(whole):
    page, numbers = whole["spider"]
    line = numbers[(numbers["parameter"] == GAIN[0]) & (numbers["outcome"] == BONE)]
    assert list(line["place"]) == pytest.approx([-1, -0.5, 0, 0.5, 1])
    assert list(line["value"]) == pytest.approx([8.7, 10.65, 12.6, 14.55, 16.5])
    axes = panel(page, "Spine annual increase")
    drawn_lines = [line for line in axes.lines if len(line.get_xdata()) == 5]
    assert len(drawn_lines) == len(PARAMETERS)
    assert any(np.allclose(one.get_ydata(), line["estimate"]) for one in drawn_lines)
    named = [one for one in drawn_lines if one.get_color() != FAINT]
    assert {text.get_text().replace("\n", " ") for text in axes.texts} >= {
        "spine gain of both", "stops interferon", "half-life of pamidronate (assumed)"
    }  # fmt: skip
    assert len(named) == 3, "what changes nothing is not named"
    assert len({str(one.get_linestyle()) + str(one.get_marker()) for one in named}) == 3


def test_only_the_widest_are_named(four):
    page, numbers = four["spider"]
    named = numbers[numbers["named"]].groupby(["scenario", "outcome"])["rank"].agg(["min", "max"])
    assert (named["min"] == 1).all()
    assert named["max"].between(1, 5).all()
    for axes in page.axes:
        assert len([line for line in axes.lines if len(line.get_xdata()) == 3]) == COUNT


def test_labels_are_moved_apart_and_stay_beside_the_panel():
    labels = [Label(0.0, ["one"]), Label(0.0, ["two", "lines"]), Label(0.0, ["three"])]
    places = apart([20.0, 20.1, 20.2], labels, 22.0)
    halves = [label.height / 2 for label in labels]
    for place in range(2):
        gap = places[place + 1] - places[place]
        assert gap >= halves[place] + halves[place + 1] - 1e-9
    assert places[-1] + halves[-1] <= 23.0
    assert apart([1.0, 15.0], labels[:2], 22.0) == [1.0, 15.0], "no need to move"
    assert Label(0.0, ["a", "b"]).height > 2 * LINE


# Grids


def test_a_line_has_its_arms_differences_and_bands(lines):
    page, numbers = lines[0]
    assert len(page.axes) == 2 * len(OUTCOMES)
    for prefix, arms in (("", [*map(Arms, ARMS)]), ("Δ ", [PAIR])):
        axes = panel(page, f"{prefix}All fractures")
        for mark, band, arm in zip(marks_of(axes), axes.collections, arms, strict=True):
            rows = rows_with(numbers[numbers["outcome"] == BREAKS], [arm])
            look = difference_style([PAIR])[PAIR] if arm == PAIR else arm_style(ARMS)[arm.arm]
            np.testing.assert_allclose(mark.get_xdata(), [8.0, 12.0, 16.0])
            np.testing.assert_allclose(mark.get_ydata(), rows["estimate"])
            assert (mark.get_color(), mark.get_marker()) == (look.color, look.marker)
            assert mark.get_markerfacecolor() == look.face
            edges = band.get_paths()[0].vertices[:, 1]
            assert edges.max() == pytest.approx(rows["estimate"].max() + 1.959964 * ACTS_SAME)
        assert [12.6, 12.6] in [list(line.get_xdata()) for line in axes.lines], "the base case"
    assert [0, 0] in [list(line.get_ydata()) for line in panel(page, "Δ All fractures").lines]


def test_an_axis_of_words_joins_nothing_and_hides_no_arm(lines):
    page, numbers = lines[1]
    axes = panel(page, "Spine annual increase")
    marks = marks_of(axes)
    assert len(marks) == len(FOUR)
    assert {mark.get_linestyle() for mark in marks} == {"None"}
    at = np.array([mark.get_xdata() for mark in marks])
    assert (np.round(at) == [0, 1, 2]).all(), "in the order of the file"
    assert len(np.unique(np.round(at, 6))) == at.size
    below = panel(page, "Δ Spine annual increase")
    ticks = [" ".join(text.get_text().split()) for text in below.get_xticklabels()]
    assert ticks == ["linear (base)", "compound", "plateau"]
    pairs = [Arms(arm, "untreated") for arm in FOUR[:-1]]
    assert {*arms_of(numbers)} == {*map(Arms, FOUR), *pairs}


def test_texts_with_a_unit_are_an_axis_of_numbers(tmp_path):
    months = ("therapies.interferon.for", "planned course", "", "none", "3 months", "60 months",
              (0.0, 0.0), False)  # fmt: skip
    made = Made([months]).grid({months[0]: ["60 months", "3 months", "12 months"]})
    page, numbers = drawn(made.save(tmp_path / "one", "grid"), "line")["line"]
    axes = panel(page, "Δ Spine annual increase")
    assert list(marks_of(axes)[0].get_xdata()) == [3, 12, 60]
    assert axes.get_xlabel() == "planned course (months)"
    assert list(axes.get_xticks()) == [0, 12, 24, 36, 48, 60]
    assert "Dashed" not in caption_of(page), "the base case has no number"
    assert list(numbers[months[0]][:3]) == ["3 months", "12 months", "60 months"]


def cells_of(axes):
    return {tuple(map(int, text.get_position())): text for text in axes.texts
            if text.get_transform() == axes.transData}  # fmt: skip


def test_cells_say_their_number_in_letters_that_can_be_read(whole):
    page, numbers = whole["heat_map"]
    assert len(page.axes) == len(OUTCOMES)
    for title, outcome, decimals in (
        ("Spine annual increase", BONE, 1),
        ("All fractures", BREAKS, 2),
    ):
        axes, rows = panel(page, title), numbers[numbers["outcome"] == outcome]
        cells = cells_of(axes)
        assert len(cells) == len(rows) == 6
        colors = axes.collections[0].to_rgba(axes.collections[0].get_array()).reshape(2, 3, 4)
        for row in rows.to_dict("records"):
            x, y = [8.0, 12.6, 16.0].index(row[GAIN[0]]), [0.0, 20.0].index(row[STOPS[0]])
            text = f"{row['estimate']:.{decimals}f}".replace("-", "−")
            assert cells[x, y].get_text() == text
            light = [contrast(colors[y, x], grey) for grey in (0.0, 1.0)]
            own = contrast(colors[y, x], float(to_hex(cells[x, y].get_color()) == "#ffffff"))
            assert own >= 0.9 * max(light)
        (frame,) = (p for p in axes.patches if isinstance(p, Rectangle) and p.get_linewidth() == 1)
        assert frame.get_xy() == (0.5, 0.5), "the base case, 12.6 and 20"


def contrast(color, grey):
    rgb = np.array(color[:3])
    light = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    one, other = sorted([light @ [0.2126, 0.7152, 0.0722] + 0.05, grey + 0.05])
    return other / one


def test_colours_part_at_none_only_where_both_signs_occur(tmp_path):
    axes = {GAIN[0]: [4.0, 12.6], STOPS[0]: [20.0, 35.0]}
    folder = Made([GAIN, STOPS]).grid(axes).save(tmp_path / "one", "grid")
    page, numbers = drawn(folder, "heat_map")["heat_map"]
    signs = {o: {*np.sign(rows["estimate"])} for o, rows in numbers.groupby("outcome")}
    assert signs == {BONE: {-1, 1}, BREAKS: {-1}}
    both, one = (panel(page, title).collections[0] for title in ("Spine annual increase",
                                                                 "All fractures"))  # fmt: skip
    assert both.norm.vmin == -both.norm.vmax, "darkest at none"
    values = np.sort(one.get_array().ravel())
    light = [contrast(one.to_rgba(value), 0.0) for value in values]
    assert light == sorted(light, reverse=True), "the lighter, the larger"


def test_a_third_axis_makes_panels_and_a_fourth_is_held(tmp_path):
    values = {GAIN[0]: [8.0, 12.6], STOPS[0]: [0.0, 20.0], RATE[0]: [1.5, 3.27, 5.8],
              HALF_LIFE[0]: [45.0, 90.0]}  # fmt: skip
    folder = Made().grid(values).save(tmp_path / "one", "grid")
    page, numbers = drawn(folder, "heat_map")["heat_map"]
    assert len(page.axes) == 3 * len(OUTCOMES)
    assert len(numbers) == 12 * len(OUTCOMES)
    assert "held at one value: half-life of pamidronate (assumed) 45 days." in caption_of(page)
    under = [" ".join(texts_of(axes)[-1].split()) for axes in page.axes[:3]]
    for rate, text in zip(("1.5", "3.27", "5.8"), under, strict=True):
        assert f"first events of each patient {rate} per 100 person" in text
    framed = [any(p.get_linewidth() == 1 for p in axes.patches) for axes in page.axes[:3]]
    assert framed == [False, True, False]


def test_cells_within_chance_are_in_italics_and_the_smallest_have_a_scale(tmp_path):
    values = {GAIN[0]: [1.8, 2.2, 12.6], STOPS[0]: [20.0, 21.0]}
    page, numbers = drawn(Made([GAIN, STOPS]).grid(values).save(tmp_path / "one", "grid"),
                          "heat_map")["heat_map"]  # fmt: skip
    cells = cells_of(panel(page, "Spine annual increase"))
    rows = numbers[numbers["outcome"] == BONE]
    chance = ((rows["low"] < 0) & (rows["high"] > 0)).sum()
    assert sum(text.get_style() == "italic" for text in cells.values()) == chance
    many_values = {GAIN[0]: list(np.arange(40.0)), STOPS[0]: [0.0, 20.0]}
    page, _ = drawn(Made([GAIN, STOPS]).grid(many_values).save(tmp_path / "two", "grid"),
                    "heat_map")["heat_map"]  # fmt: skip
    axes = panel(page, "Spine annual increase")
    assert not cells_of(axes)
    assert axes.child_axes, "a scale of colours"
    assert "CSV file holds the numbers of the cells" in caption_of(page)


def test_an_outcome_that_nothing_moves_is_pale_and_has_no_scale_of_colours(tmp_path):
    values = {NOTHING[0]: [6.0, 10.2], HALF_LIFE[0]: [45.0, 90.0]}
    made = Made([NOTHING, HALF_LIFE]).grid(values)
    page, _ = drawn(made.save(tmp_path / "one", "grid"), "heat_map")["heat_map"]
    moved_axes, still = (panel(page, name) for name in ("Spine annual increase", "All fractures"))
    assert moved_axes.child_axes
    assert not still.child_axes
    mesh = still.collections[0]
    assert {to_hex(color) for color in mesh.to_rgba(mesh.get_array().ravel())} == {PALEST}
    labels = [text.get_text() for text in page.legends[0].texts]
    assert labels == ["each cell: combination − pamidronate", "base case"]
    assert (
        still.get_xlabel().replace("\n", " ")
        == "effect of interferon: spine, mean (%/year; assumed)"
    )


def test_cells_have_no_digit_beyond_the_first_of_their_error(tmp_path):
    made = Made([GAIN, STOPS]).grid({GAIN[0]: [8.0, 12.6], STOPS[0]: [0.0, 20.0]})
    for row in made.rows:
        row["mc_error"] = 0.3
    page, _ = drawn(made.save(tmp_path / "one", "grid"), "heat_map")["heat_map"]
    texts = {text.get_text() for text in cells_of(panel(page, "All fractures")).values()}
    assert texts == {"−0.6", "−0.9", "−1.2"}


# Draws


def test_a_fan_is_made_of_quantiles_over_draws(whole, everything):
    page, numbers = whole["fan"]
    rows = pd.read_parquet(everything / "outcomes.parquet")
    rows = rows_with(rows, [Arms("combination")])
    at = (rows["outcome"] == "hip change") & (rows["time"] == 24)
    drawn_values = rows.loc[at & (rows["role"] == "draw"), "estimate"]
    own = numbers[(numbers["outcome"] == "hip change") & (numbers["arm"] == "combination")]
    row = own.set_index("time").loc[24.0]
    names = ["p025", "p10", "p25", "median", "p75", "p90", "p975"]
    shares = [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975]
    np.testing.assert_allclose(row[names].astype(float), np.quantile(drawn_values, shares))
    assert row["base"] == rows.loc[at & (rows["role"] == "base"), "estimate"].item()
    assert row["draws"] == 40
    assert (own.set_index("time").loc[0.0, [*names, "base"]] == 0).all(), "nothing at entry"
    axes = panel(page, "Hip change")
    (median,) = (line for line in marks_of(axes) if line.get_label() == "combination")
    np.testing.assert_allclose(median.get_xydata(), own[["time", "median"]])
    look = arm_style(ARMS)["combination"]
    assert (median.get_color(), median.get_marker()) == (look.color, look.marker)
    assert len(axes.collections) == 3 * len(ARMS), "three bands an arm"
    assert any(np.array_equal(line.get_ydata(), own["base"]) for line in axes.lines)
    assert "medians over 40 draws" in caption_of(page)


def test_shares_of_draws_count_fewer_fractures_upwards(whole, everything):
    page, numbers = whole["probability"]
    rows = pd.read_parquet(everything / "outcomes.parquet")
    rows = rows_with(rows[rows["role"] == "draw"], [PAIR])
    for title, outcome, sign in (("Spine annual increase", BONE, 1), ("All fractures", BREAKS, -1)):
        values = sign * rows.loc[rows["outcome"] == outcome, "estimate"].to_numpy()
        curve = numbers[numbers["outcome"] == outcome]
        reached = np.array([(values >= x).sum() for x in curve["at_least"]])
        np.testing.assert_allclose(curve["share"], 100 * reached / 40)
        some = curve[(reached > 0) & (reached < 40)].iloc[5]
        count = round(some["share"] * 40 / 100)
        exact = stats.binomtest(count, 40).proportion_ci(0.95, "exact")
        assert (some["low"], some["high"]) == pytest.approx((100 * exact.low, 100 * exact.high))
        axes = panel(page, title)
        assert axes.get_xlabel() == ("higher" if sign > 0 else "fewer") + " by at least"
        base = curve[curve["is_base"]]
        assert base["at_least"].item() == pytest.approx(sign * BASE[OUTCOMES.index(outcome)])
        (mark,) = marks_of(axes)
        assert (
            mark.get_xydata().ravel().tolist() == base[["at_least", "share"]].to_numpy()[0].tolist()
        )
        shares = [line.get_ydata() for line in axes.lines if len(line.get_xdata()) > 100]
        np.testing.assert_array_equal(shares, [[100, *curve.loc[~curve["is_base"], "share"]]])
        assert axes.get_xlim()[0] == 0, "no second line beside the axis"
        assert (np.diff(shares[0]) <= 0).all()


def test_a_scenario_without_an_outcome_has_no_line(tmp_path):
    made = Made([GAIN], ("a", "b")).draw(6)
    lacking = [row["scenario"] == "b" and row["outcome"] == BREAKS for row in made.rows]
    made.rows = [row for row, lacks in zip(made.rows, lacking, strict=True) if not lacks]
    _, numbers = drawn(made.save(tmp_path / "x", "probabilistic"), "probability")["probability"]
    drawn_of = numbers[["scenario", "outcome"]].drop_duplicates().to_numpy().tolist()
    assert drawn_of == [["a", BONE], ["b", BONE], ["a", BREAKS]]


def test_each_scenario_has_its_line(four):
    page, _ = four["probability"]
    curves = [line for line in page.axes[0].lines if len(line.get_xdata()) > 100]
    assert len({str(line.get_linestyle()) + str(line._dash_pattern) for line in curves}) == 4
    assert len({line.get_color() for line in curves}) == 3, "ink, so a fourth has its dash only"
    labels = [text.get_text() for text in page.legends[0].texts]
    assert labels == [f"laroche2011-{n}" for n in ("linear", "compound", "plateau", "saturating")]
    assert "both arms: combination − pamidronate." in caption_of(page)


def test_a_mark_in_the_legend_hides_no_part_of_the_pattern_of_its_line(four):
    legend = four["probability"][0].legends[0]
    patterns = []
    for line in legend.get_lines():
        half = legend.handlelength * 7 / 2
        patterns.append(sum(line._dash_pattern[1] or []))
        assert half - line.get_markersize() / 2 >= patterns[-1], "one period beside the mark"
    assert sum(length > 0 for length in patterns) == 3


# Indices and screening


def test_indices_are_bars_of_both_orders(whole):
    page, numbers = whole["variance_shares"]
    axes = panel(page, "All fractures")
    rows = numbers[numbers["outcome"] == BREAKS]
    assert list(rows["parameter"]) == [p[0] for p in reversed(PARAMETERS)], "the largest first"
    for place, row in enumerate(rows.itertuples()):
        first, total = axes.patches[2 * place : 2 * place + 2]
        widths = (first.get_width(), total.get_width())
        assert widths == pytest.approx((100 * row.first, 100 * row.total)), "in per cent"
        assert total.get_hatch()
        assert not first.get_hatch()
    ends = [list(line.get_xdata()) for line in axes.lines if line.get_linewidth() == 0.7]
    for i, order in enumerate(("first", "total")):
        np.testing.assert_allclose(ends[i::2], 100 * rows[[f"{order}_low", f"{order}_high"]])
    assert f"first orders: {100 * rows['first'].sum():.0f} %" in texts_of(axes)
    assert "Shares below 0, and totals below first orders, are sampling error" in caption_of(page)
    assert "second orders are in indices.csv." in caption_of(page)
    assert not np.isclose(numbers[["first", "total"]], 0.9).any(), "no pair among them"


def test_effects_are_a_mean_with_its_interval_and_a_cross_at_the_sd(whole, four):
    page, numbers = whole["elementary_effects"]
    axes = panel(page, "Spine annual increase")
    rows = numbers[numbers["outcome"] == BONE]
    assert list(rows["parameter"]) == [p[0] for p in reversed(PARAMETERS)], "the largest first"
    assert list(rows["rank"]) == [1, 2, 3, 4, 5]
    means, crosses = (
        [mark for mark in marks_of(axes) if (mark.get_marker() == "x") == is_cross]
        for is_cross in (False, True)
    )
    assert [mark.get_xdata().item() for mark in means] == list(rows["mean_absolute_effect"])
    assert [mark.get_xdata().item() for mark in crosses] == list(rows["sd_effect"])
    for marks in (means, crosses):
        heights = [mark.get_ydata().item() for mark in marks]
        assert heights == sorted(heights), "downwards"
    blue = INK
    assert {mark.get_color() for mark in means} == {blue}
    assert {mark.get_markeredgecolor() for mark in crosses} == {blue}
    bars = [line.get_xdata() for line in axes.lines if line.get_linewidth() == 1.3]
    np.testing.assert_allclose([bar for bar in bars if len(bar) == 2], rows[["low", "high"]])
    low, high = axes.get_xlim()
    for column in ("mean_absolute_effect", "sd_effect", "low", "high"):
        assert rows[column].between(low, high).all(), "nothing is cut off"
    said = texts_of(axes)
    assert "half-life of pamidronate (assumed)" in said
    assert "% of the entry value per year" in said
    legend = [text.get_text() for text in page.legends[0].get_texts()]
    assert {"mean absolute effect, 95 % interval", "SD of effects"} <= {*legend}
    page, numbers = four["elementary_effects"]
    shown = numbers[numbers["scenario"] == "laroche2011-linear"]["mean_absolute_effect"]
    assert len(page.axes) == 4
    for axes in page.axes:
        assert len(marks_of(axes)) == 2 * 20, "twenty are drawn at most"
    most = significant(shown.iloc[20])
    wanted = f"{COUNT - 20} others, each of no more than {most} %/year"
    assert wanted in [text.replace("\n", " ") for text in texts_of(page.axes[0])]


# Pages


@pytest.mark.parametrize("name", WITHOUT_COSTS)
def test_texts_stay_on_the_page_and_off_each_other(name, whole, four, lines):
    pages = [page for page, _ in lines] if name == "line" else [whole[name][0]]
    others = four[name]
    for page in [*pages, *([others[0]] if others else [])]:
        with styled():
            check_page(page)
        assert page.get_figwidth() * 25.4 == pytest.approx(183)
        assert page.get_figheight() * 25.4 <= 247, "a page of A4 less its margins"


def test_panels_are_lower_the_more_there_are():
    assert multiples.height(1, 15.0, 17.0, 46.0) == 46.0
    assert 4 * (multiples.height(4, 15.0, 17.0, 46.0) + 15.0) == pytest.approx(multiples.ROOM)
    assert multiples.height(40, 15.0, 17.0, 46.0) == 17.0, "and never too low to be read"


def check_page(page):
    page.draw_without_rendering()
    words = [(text, Text.get_window_extent(text)) for axes in page.axes for text in written(axes)]
    words += [(text, text.get_window_extent()) for text in (*page.texts, *page.legends)]
    for text, box in words:
        assert box.x0 >= -0.5, text
        assert box.y0 >= -0.5, text
        assert box.x1 <= page.bbox.width + 0.5, text
        assert box.y1 <= page.bbox.height + 0.5, text
    for place, (text, box) in enumerate(words):
        for other, beside in words[:place]:
            inside = box.padded(-0.5)  # the lines of two texts may touch
            assert not inside.overlaps(beside.padded(-0.5)), (text, other)


def written(axes):
    ticks = []
    for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, sorted(axes.get_ylim()))):
        place = axis is axes.yaxis
        ticks += [
            text for text in axis.get_ticklabels() if low <= text.get_position()[place] <= high
        ]
    names = [axes.title, axes._left_title, axes.xaxis.label, axes.yaxis.label]
    found = [text for text in (*axes.texts, *ticks, *names) if text.get_text().strip()]
    return [text for text in found if text.get_visible()]


def test_rows_are_ordered_by_arms_and_differences_as_they_come():
    """The arms before their difference, although it begins with the name of the first arm."""
    rows = pd.DataFrame({"arm": ["a", "b", "a"] * 2, "against_arm": ["", "", "b"] * 2})
    rows = rows.assign(outcome="spine change", scenario="tiny", place=[1, 1, 1, 0, 0, 0])
    kept = ordered(rows, "place")
    pairs = [*zip(kept["arm"], kept["against_arm"], kept["place"], strict=True)]
    assert pairs == [
        (*arms, place) for arms in (("a", ""), ("b", ""), ("a", "b")) for place in (0, 1)
    ]

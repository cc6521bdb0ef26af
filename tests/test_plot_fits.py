"""Awkward figures: no text leaves the page or meets another, at both widths and small enough.

Figures are laid out, and nothing is saved: texts are measured as the renderer would draw them.
"""

import functools
import itertools
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Text

from sim import results
from sim.display import figures
from sim.display.figures import (
    OF_KIND,
    calibration,
    comparison,
    power,
    readings,
    trials,
    verification,
)
from sim.display.figures.caption import caption_of
from sim.display.figures.form import HIGHEST, WIDTHS, Form, formed
from sim.display.figures.style import arm_style, styled
from sim.display.figures.titles import TITLES
from sim.display.figures.worth import acceptability, expected_loss, over_time, partial, plane
from sim.display.figures.worth import trials as worth_of_trials
from sim.display.figures.worth.about import About
from sim.economics.information.acceptability import curves
from sim.economics.information.partial import Value
from sim.economics.information.sample import enbs
from sim.experiments import runs
from sim.experiments.kinds import run as kept_run
from sim.scenario import load
from sim.vocabulary import Engine
from tests.conftest import without_figures
from tests.test_plot_sweeps import GAIN, READING, STOPS, Made, effects_of, indices_of
from tests.test_plot_sweeps import many as many_parameters

BASE = "scenarios/laroche2011.yaml"
LONG = (
    "interferon alpha three times a week and quarterly pamidronate",
    "pamidronate every month for two years, then quarterly",
    "interferon alpha alone, three times a week",
    "neither",
)
FOUR = f"""\
extends: laroche2011.yaml
name: four
title: Four ways to treat systemic mastocytosis with low bone density in women and in men
fractures: {{base_rate: 20 per 100 person-years}}
arms:
  combination:
  pamidronate:
  {LONG[0]}: [interferon, pamidronate]
  {LONG[1]}: [pamidronate]
  {LONG[2]}: [interferon]
  {LONG[3]}: []
comparator: {LONG[3]}
answers:
"""
FOURTEEN = (
    FOUR.replace("four", "fourteen", 1).replace("Four ways", "Fourteen ways")
    .replace("comparator:", "".join(f"  {LONG[2]}, dose {i}: [interferon]\n" for i in range(10))
             + "comparator:")
)  # fmt: skip
COSTLY = FOUR.replace("laroche2011.yaml", "laroche2011-worth.yaml").replace("four", "costly", 1)
ONE = "extends: laroche2011.yaml\nname: one\narms: {combination: }\ncomparator:\nanswers:\n"
CLINICS = """\
extends: laroche2011.yaml
name: clinics
cohort: {patients: null}
clinics: {number: 3, patients_each: 8}
clinic:
  serves: [pamidronate]
  places: 1
  open: [Tuesday]
  enrolment: 2 months
  already_enrolled: 0
  next: from plan
  order: earliest due
  at_most_late: 14 days
"""
SHORT_DRUG = (
    CLINICS.replace("name: clinics", "name: short").replace(
        "  at_most_late: 14 days\n",
        """\
  at_most_late: 14 days
  closed: [{from: 12 months, for: 1 month}]
  supply:
    pamidronate:
      vials: [30 mg]
      stock: 100 mg
      deliveries: {every: 1 month, up_to: 600 mg, after: 7 days}
      shortages: [{from: 0 days, for: 1 day, delivered: 0 %}, {from: 20 months, for: 30 months,
        delivered: 10 %}]
      when_short: most severe first
""",
    )
    + "arms: {combination of both drugs for ever: [interferon, pamidronate]}\n"
)
MANY_CHAIRS = (
    CLINICS.replace("name: clinics", "name: chairs")
    .replace("patients_each: 8", "patients_each: 50")
    .replace("number: 3", "number: 2")
    .replace(
        "  places: 1\n",
        """\
  chairs:
    number: 45
    hours: 0:00 to 24:00
    visits: {pamidronate: {mean: 600 minutes, sd: 600 minutes}}
    nurses: {number: 1, busy: 7 minutes}
    after_closing: overtime
""",
    )
)
NO_EVENT = (
    "fractures.base_rate=0 per 100 person-years",
    "mortality.standardised_mortality_ratio=0",
)
TINY = ("effects.interferon + pamidronate.spine.mean=1.0001 %/year",)
RUNS = {
    "four long arms": (FOUR, 24, ()),
    "four long arms with prices": (COSTLY, 24, ()),
    "fourteen long arms": (FOURTEEN, 24, ()),
    "one arm": (ONE, 24, ()),
    "one patient": ("", 1, ()),
    "no event": ("", 24, NO_EVENT),
    "one sex": ("", 24, ("cohort.female=100 %",)),
    "tiny effects": ("", 24, TINY),
    "clinics": (CLINICS, None, ()),
    "clinics short of a drug": (SHORT_DRUG, None, ()),
    "clinics with many chairs": (MANY_CHAIRS, None, ()),
}
SWEEPS = ("twelve long names", "four scenarios", "two axes", "three axes", "words", "one parameter")
OTHERS = ("comparison", "readings", "power", "checks", "calibration", "emulation")
WORTH = ("plane", "acceptability", "loss", "evppi", "trials", "costs_over_time")
WORTHS = ("four long arms", "two arms of much money")
PRICED = [*itertools.product(WORTHS, WORTH)]
AWKWARD = [
    *itertools.product(RUNS, OF_KIND["run"].names),
    *itertools.product(SWEEPS, OF_KIND["sweep"].names),
    *(("others", name) for name in OTHERS),
    *PRICED,
]
SMALLEST, ROUNDING = 6.5, 0.5
"""Points of a letter; square points in which boxes of letters may meet."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A kept result by what is awkward about it, made when it is asked for."""
    root = tmp_path_factory.mktemp("awkward")
    for path in (Path(BASE), Path(BASE).with_stem("laroche2011-worth")):
        (root / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    return functools.cache(lambda name: results.open(made(name, root)))


def made(name, root):
    if name in RUNS:
        text, patients, settings = RUNS[name]
        path = root / "laroche2011.yaml"
        if text:
            path = root / f"{len(text)}.yaml"
            path.write_text(text, encoding="utf-8")
        some = [f"cohort.patients={patients}"] if patients else []
        study = load(path, [*some, *settings])
        with without_figures():
            engine: Engine = "simpy" if "clinics:" in text else "batch"
            return kept_run.keep(runs.run(study, engine=engine), root / name)
    return swept(name, root / name)


def swept(name, folder):
    parameters, long = many_parameters(12), ("laroche2011-with-a-long-name", "another-one",
                                              "a-third-reading", "a-fourth")  # fmt: skip
    two = {GAIN[0]: [8.0, 10.0, 12.6, 14.0, 16.0, 18.0], STOPS[0]: [0.0, 10.0, 20.0, 30.0, 40.0]}
    if name == "twelve long names":
        tables = {"indices": indices_of(parameters), "screening": effects_of(parameters)}
        return Made(parameters).alone().draw(20).save(folder, "sobol", **tables)
    if name == "four scenarios":
        arms = ("combination of both", "pamidronate", "interferon", "untreated")
        return Made(scenarios=long, arms=arms).alone().draw(20).save(folder, "probabilistic")
    if name == "words":
        words = ["linear", "compound", "plateau", "saturating", "a constant share of the entry"]
        arms = ("combination", "pamidronate", "interferon", "untreated")
        return Made([READING, GAIN], arms=arms).grid({"accrual": words}).save(folder, "grid")
    if name == "one parameter":
        return Made([GAIN]).grid({GAIN[0]: [-5.0, 0.5, 6.0]}).save(folder, "grid")
    third = {"therapies.pamidronate.exposure.half_life": [20.0, 45.0, 90.0]}
    return Made().grid(two | (third if name == "three axes" else {})).save(folder, "grid")


def drawn(kept, case, name):
    """A figure of a case; None where it does not apply."""
    if case == "others":
        heading = formed(figures.form.form()._replace(heading=TITLES[name]))
        with heading:
            return getattr(others(kept("four long arms")), name)()
    if (case, name) in PRICED:
        with formed(figures.form.form()._replace(heading=TITLES[name])):
            return of_worth(case, name)
    made = dict(figures.drawn(kept(case), [name]))[name]
    return made and made[0]


def of_worth(case, name):
    """A figure of costs and QALYs: long names and small money, or two arms and much money."""
    draw = np.random.default_rng(1)
    is_long, draws = case == WORTHS[0], 300
    arms = LONG if is_long else ("combination", "pamidronate")
    size = 1e3 if is_long else 1e7
    effects = draw.normal(0, 0.1, (draws, len(arms)))
    costs = size * draw.normal(0.05, 0.1, (draws, len(arms)))
    said = ("Draws of all parameters at once; 200 virtual patients of each draw.",)
    about = About("A scenario that has a long title and counts costs", arms, "EUR of 2025", said)
    thresholds = size * np.linspace(0, 3, 61)
    if name == "plane":
        return plane.figure(costs, effects, arms[-1], size, about)[0]
    if name == "costs_over_time":
        years = np.arange(1, 41 if is_long else 3)
        rows = [(arm, "", "cost, undiscounted", year, size * year, 0.9 * size * year,
                 1.1 * size * year) for arm in arms for year in years]  # fmt: skip
        columns = ["arm", "against_arm", "outcome", "years", "estimate", "low", "high"]
        return over_time.figure(pd.DataFrame(rows, columns=columns), about)[0]
    if name in ("acceptability", "loss"):
        found = curves(costs, effects, list(thresholds))
        module = acceptability if name == "acceptability" else expected_loss
        page = module.figure(found, draws, about)
        return page and page[0]
    values = [
        Value(f"therapies.interferon.intolerance[{i}].probability", size / (i + 1), size / 20,
              0.0, 1000, 3.0)
        for i in range(25 if is_long else 3)
    ]  # fmt: skip
    if name == "evppi":
        page = partial.figure(values, [values[1].name], 1.2 * size, draws, about)
        return page and page[0]
    sizes = {n: values[0]._replace(value=size * n / (n + 50)) for n in (10, 20, 22, 400, 5000)}
    return worth_of_trials.figure(enbs(sizes, 300, 50 * size, size), 1.2 * size, draws, about)[0]


class others:  # noqa: N801
    """Figures of the other kinds of result, from the summary of a run."""

    def __init__(self, kept):
        self.caption, summary = caption_of(kept.study), kept.table("summary")
        self.rows = summary[(summary["subgroup"] == "all")]
        last = self.rows.groupby(["arm", "against_arm", "outcome"])["time"].transform("max")
        self.rows = self.rows[self.rows["time"] == last]

    def comparison(self):
        names = [f"scenario-with-a-long-name-{i}" for i in range(5)]
        rows = pd.concat([self.rows.assign(scenario=name, against="") for name in names])
        page = comparison.figure(rows[rows["against_arm"] == ""], ", ".join(names))
        return page and page[0]

    def readings(self):
        names = ("linear", "compound", "plateau after 24 months", "saturating")
        rows = pd.concat([self.rows.assign(reading=name, against="") for name in names])
        return readings.figure(rows, "linear", "a-scenario under four readings")[0]

    def power(self):
        rows = [
            {"arm": arm, "outcome": "vertebral fractures", "trials": 100, "patients_per_arm": n,
             "patients": n, "against_patients": n, "test": "welch", "alpha": 5.0, "sided": 2,
             "power": n / 10, "power_low": n / 12, "power_high": n / 9, "size": 5.0,
             "loss_per_year": 0.0, "size_low": 1.0, "size_high": 9.0, "against_arm": LONG[3]}
            for arm in LONG[:3] for n in (10, 20, 40, 500, 520)
        ]  # fmt: skip
        return power.figure(pd.DataFrame(rows), self.caption)[0]

    def calibration(self):
        rows = [
            {"fact": f"{panel} {i}", "label": f"Lumbar spine, increase in year {i} of the therapy",
             "statistic": "value", "unit": "%", "published": -8.0 + 3 * i, "mean": 0.1 * i,
             "low": i - 2.0, "high": i + 2.0, "covered": i % 3 == 0, "trials": 100,
             "counts_as": ("prediction", "input")[i % 5 == 4], "heading": f"Bone density {panel}",
             "scale": "change, % of the entry value", "scenario": f"a-series-with-a-name-{i}"}
            for panel in range(5) for i in range(12)
        ]  # fmt: skip
        scores = pd.DataFrame(rows)
        title = calibration.of_several(scores)
        page = calibration.figure(scores, "patients and parameters", title)
        return page and page[0]

    def emulation(self):
        rows = [
            {"fact": f"fact {i}", "label": f"Combination, spine BMD, annual increase in year {i}",
             "statistic": ("value", "SD")[i % 2], "unit": "per 100 person-years",
             "published": 12.6 - i, "mean": 10.0, "low": 7.345, "high": 13.456, "trials": 100,
             "covered": i % 3 > 0, "counts_as": ("prediction", "input")[i % 2]}
            for i in range(48)
        ]  # fmt: skip
        fallen = [
            {"fact": row["fact"], "value": 9.0 + j, "spread": 1.0 + j}
            for row in rows
            for j in (0, 2)
        ]
        scores, made = pd.DataFrame(rows), pd.DataFrame(fallen)
        return trials.figure(scores, made, "patients and parameters", "A study of ten")[0]

    def checks(self):
        rows = [
            {"check": f"Patients who are followed to the end of time are counted once, {i}",
             "verdict": ("passed", "failed", "not applicable")[i % 3],
             "evidence": "100 of 100 patients were found as expected, at every visit " * 4}
            for i in range(37)
        ]  # fmt: skip
        return verification.figure(pd.DataFrame(rows), "A scenario")[0]


def boxes(figure):
    """Every text that is drawn, with its box in points."""
    figure.set_dpi(72)
    found, draw = [], Text.draw

    def measured(text, renderer, *rest, **options):
        if text.get_visible() and text.get_text().strip():
            found.append((text, Text.get_window_extent(text, renderer)))  # without arrows
        return draw(text, renderer, *rest, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", measured)
        figure.draw_without_rendering()
    return found


def faults(figure, width):
    """What a reader would stumble over, in words."""
    page, texts = figure.bbox, boxes(figure)
    if page.height * 25.4 / 72 > HIGHEST + 0.1:
        yield f"{page.height * 25.4 / 72:.0f} mm high"
    if page.width * 25.4 / 72 > width + 0.1:
        yield f"{page.width * 25.4 / 72:.0f} mm wide"
    for text, box in texts:
        if text.get_fontsize() < SMALLEST:
            yield f"{text.get_text()!r} in {text.get_fontsize()} points"
        if box.x0 < -0.1 or box.y0 < -0.1 or box.x1 > page.x1 + 0.1 or box.y1 > page.y1 + 0.1:
            yield f"{text.get_text()!r} leaves the page"
    for (one, a), (other, b) in itertools.combinations(texts, 2):
        across, down = (min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0))
        if across > 0 and down > 0 and across * down > ROUNDING:
            yield f"{one.get_text()!r} meets {other.get_text()!r}, {across:.1f} by {down:.1f}"


CASES = [(*case, width) for case, width in itertools.product(AWKWARD, WIDTHS)]


@pytest.mark.share(90)
@pytest.mark.parametrize(("case", "name", "width"), CASES)
def test_no_text_leaves_the_page_or_meets_another(kept, case, name, width):
    with styled(), formed(Form(WIDTHS[width])):
        figure = drawn(kept, case, name)
        if figure is not None:
            assert [*faults(figure, WIDTHS[width])] == []


def test_a_text_over_another_and_off_the_page_is_found():
    from matplotlib.figure import Figure

    with styled():
        figure = Figure(figsize=(2, 2))
        for x, text in ((0.1, "one"), (0.12, "two"), (0.95, "cut off"), (0.5, "alone")):
            figure.text(x, 0.5, text, size=7)
        found = [*faults(figure, 60)]
    assert len(found) == 2, found


def shares_of_fourteen(kept):
    made = dict(figures.drawn(kept("fourteen long arms"), ["t_scores"]))["t_scores"]
    assert made is not None
    return made


def test_arms_without_room_are_named_and_their_numbers_kept(kept):
    arms = kept("fourteen long arms").study.scenario.arms
    with styled():
        page, numbers = shares_of_fourteen(kept)
    caption = page.texts[-1].get_text().replace("\n", " ")
    drawn = {text.get_text().replace("\n", " ") for axes in page.axes for text in axes.texts}
    absent = [arm for arm in arms if arm not in drawn]
    assert LONG[3] in drawn, "the comparator stays"
    assert 0 < len(absent) < len(arms) - 1
    assert f"No room, in the CSV file only: {', '.join(absent)}." in caption
    assert [*numbers["arm"].unique()] == [*arms]


def test_arms_that_are_named_stand_before_others(kept):
    arms = [*kept("fourteen long arms").study.scenario.arms]
    with styled(), formed(Form(arms=(arms[-1],))):
        page, _ = shares_of_fourteen(kept)
    drawn = {text.get_text().replace("\n", " ") for axes in page.axes for text in axes.texts}
    assert {arms[-1], LONG[3]} <= drawn
    assert arms[-2] not in drawn


def test_an_arm_keeps_its_look_where_others_have_no_room(kept):
    caption = caption_of(kept("fourteen long arms").study)
    few = caption.of_few(3)
    assert few.looks == {arm: caption.looks[arm] for arm in few.arms}
    shapes = {(look.color, str(look.linestyle)) for look in caption.looks.values()}
    assert len(shapes) == 14


@pytest.mark.parametrize("width", WIDTHS)
def test_rows_without_room_are_named_and_the_others_fill_the_page(kept, width):
    with styled(), formed(Form(WIDTHS[width])):
        figure = drawn(kept, "others", "emulation")
    labels = {f"Combination, spine BMD, annual increase in year {i}" for i in range(48)}
    below = [text.get_text().replace("\n", " ") for text in figure.texts]
    (absent,) = (text for text in below if text.startswith("No room, in the CSV file only: "))
    texts = (text.get_text() for axes in figure.axes for text in axes.texts)
    shown = {" ".join(text.split()).removesuffix(", SD") for text in texts}
    assert labels - shown == {label for label in labels if re.search(rf"{label}(,|\.)", absent)}
    assert figure.get_figheight() * 25.4 > HIGHEST - 20


def test_titles_differ():
    for kind in OF_KIND.values():
        titles = [TITLES[name] for name in kind.names]
        assert len(set(titles)) == len(titles)


def incidence(kept):
    made = dict(figures.drawn(kept("one patient"), ["incidence"]))["incidence"]
    return [text.get_text() for text in made[0].texts] if made else [], made and made[0]


def test_a_figure_says_what_it_shows_and_below_of_what(kept):
    with styled():
        (heading, second, *_), _ = incidence(kept)
    assert heading == "First fracture and death from entry"
    assert second == kept("one patient").study.scenario.title


def test_a_caption_is_left_out_and_takes_no_room(kept):
    with styled():
        texts, whole = incidence(kept)
        with formed(Form(has_caption=False)):
            fewer, bare = incidence(kept)
    assert len(fewer) == len(texts) - 1
    assert "virtual patient" in texts[-1]
    assert bare.get_figheight() < whole.get_figheight()


@pytest.mark.parametrize("name", ["waterfall", "swimmer"])
def test_bars_have_the_colour_of_the_arm_that_their_panel_names(kept, name):
    with styled():
        figure = drawn(kept, "four long arms", name)
    looks = arm_style(kept("four long arms").study.scenario.arms)
    named = [axes.get_title("left").replace("\n", " ") for axes in figure.axes]
    assert named == [*looks], "colour alone does not say whose bars they are"
    for axes, arm in zip(figure.axes, named, strict=True):
        faces = {to_hex(patch.get_facecolor()) for patch in axes.patches}
        others = {look.color for other, look in looks.items() if other != arm}
        assert not faces & others


def test_a_tornado_names_the_difference_of_each_panel(kept):
    with styled():
        figure = drawn(kept, "four scenarios", "tornado")
    names = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    differences = [name for name in names if " − " in name]
    assert len(differences) == 3
    for axes in figure.axes:
        assert len({to_hex(patch.get_edgecolor()) for patch in axes.patches}) <= 1
        words = " ".join(text.get_text().replace("\n", " ") for text in axes.texts)
        assert any(difference in words for difference in differences), words

"""Remake what is committed of results, golden files and docs/validation.md: `make results`."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pandas as pd

import sim
from sim import evidence
from sim import results as kept_results
from sim.display import figures
from sim.display.figures import calibration
from sim.display.figures.form import STANDARD, formed
from sim.display.figures.style import styled, write
from sim.display.figures.titles import TITLES
from sim.experiments import readings, runs
from sim.experiments.kinds import comparison, run
from sim.experiments.kinds import emulation as emulations
from sim.experiments.kinds import readings as readings_kept
from sim.results import dictionary
from sim.scenario import load
from sim.scenario.schema import json_schema
from sim.vocabulary import PATIENTS_ONLY
from tests import format_page

ROOT = Path(__file__).parents[1]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
PICTURED = ROOT / "scenarios" / "laroche2011.yaml"  # README shows its figure
GALLERY = ROOT / "docs" / "gallery.md"
VALIDATION = ROOT / "docs" / "validation.md"
FORMAT = ROOT / "docs" / "format.md"
SCHEMA = ROOT / "scenarios" / "schema.json"
GOLDEN = ROOT / "tests" / "golden"
SERIES = ("heijckmann2001", "heijckmann2009", "hernandez2010")
STUDIES = (
    "laroche2011",
    "laroche2011-compound",
    "laroche2011-plateau",
    "laroche2011-saturating",
    "quarterly-from-the-start",
    "interferon-two-years",
    "interferon-after-a-year",
    "halve-before-stopping",
    "poor-attendance",
    "ten-years",
)
COMPARED = {
    "readings": (
        "laroche2011",
        "laroche2011-compound",
        "laroche2011-plateau",
        "laroche2011-saturating",
    ),
    "women-and-men": ("laroche2011-women", "laroche2011-men"),
}
BESIDE = {
    "readings": "Main outcomes of the base case under the four readings of the annual increase",
    "women-and-men": "Main outcomes of a cohort of women and a cohort of men",
}
KINDS = {
    "bone_course": "Course of bone density",
    "markers": "Course of markers",
    "on_therapy": "Time on interferon",
    "incidence": "First fracture, and death",
    "swimmer": "Fifteen patients",
    "waterfall": "Change of spine BMD, patient by patient",
    "differences": "Paired differences",
    "against_reported": "Reported against simulated",
}
GALLERY_HEAD = """# Gallery

The committed figures of the shipped scenarios and sweeps. [How to read each figure](figures.md)
explains every kind, also those that are drawn on request only. `mastosim plot RESULT` draws the
figures of your result as SVG, PDF and PNG; beside each stands a CSV file with its numbers.
`make results` remakes this page.
"""
OTHERS = {
    "Clinics": {
        "clinic-nine-places/waiting": "Waiting for a place in a clinic with three chairs",
        "clinic-too-small/waiting": "Waiting in a clinic in which a third of the places is missing",
        "clinic-closed-from-plan/waiting": "A closure of three months, the next dose as planned",
        "clinic-closed-from-last/waiting": "The same closure, the next dose from the last",
        "clinic-closed-owed/waiting": "The same closure, every dose owed",
    },
    "Simulated trials": {
        "laroche2011/emulation": "Published numbers of the base case among 5000 simulated trials",
        "calibration": "Published numbers of five series against the mean of simulated trials",
    },
    "Sweeps": {
        "sweeps/assumptions/tornado": "Each assumption alone, low and high",
        "sweeps/structure/heat_map": "Difference by reading and by months of interferon",
        "sweeps/interferon-ended-early/line": "Outcomes by the month in which interferon ends",
        "sweeps/base-case-psa/fan": "Bone density in all draws of the parameters",
        "sweeps/base-case-psa/probability": "Share of draws with at least a difference",
        "sweeps/what-matters/variance_shares": "Which parameters the variance comes from",
        "sweeps/zoledronate-psa/acceptability": "Which arm is the best buy, by worth of a QALY",
        "sweeps/zoledronate-psa/evppi": "What knowing each number would be worth",
    },
}
"""Figures of other kinds of results, each with what it shows."""

EMULATED = {
    "laroche2011": 5000,
    "heijckmann2001": 2000,
    "heijckmann2009": 2000,
    "hernandez2010": 2000,
    "rossini2014": 2000,
}
"""Series whose size is known, and how many trials of each are simulated."""

ROWS = {
    "spine, % a year": "spine annual increase",
    "spine, % in all": "spine change",
    "hip, % in all": "hip change",
    "CTX, %": "ctx change",
    "above T −2.5, %": "spine above T -2.5",
    "vertebral fractures": "vertebral fractures",
}


def remake(scenario: Path, results: Path) -> Path:
    """Run one scenario as it is and put its small files into results/<scenario>/."""
    with tempfile.TemporaryDirectory() as scratch:
        study = load(scenario)
        has_clinic = study.scenario.clinic is not None
        kept = run.make(study, Path(scratch), engine="simpy" if has_clinic else "batch")
        folder = results / kept.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(kept.iterdir()):
            if path.name == dictionary.FILE:
                continue
            if path.suffix in {".csv", ".svg"} or (path.suffix == ".png" and scenario == PICTURED):
                shutil.copyfile(path, folder / path.name)
        if scenario == PICTURED:
            others = [name for name in KINDS if name not in figures.MAIN]
            figures.draw(kept_results.open(kept), others, folder, ("svg",))
        if has_clinic:
            figures.draw(kept_results.open(kept), ["waiting"], folder, ("svg",))
        return folder


def remake_emulation(name: str, trials: int, results: Path) -> Path:
    """Do a published series again and put scores and figure into results/<name>/."""
    with tempfile.TemporaryDirectory() as scratch:
        emulated = sim.emulate(ROOT / "scenarios" / f"{name}.yaml", trials=trials)
        kept = emulations.keep(emulated, Path(scratch))
        for held, as_ in (("scores.csv", "emulation.csv"), ("emulation.svg", "emulation.svg")):
            shutil.copyfile(kept / held, results / name / as_)
    return results / name / "emulation.svg"


def remake_calibration(results: Path) -> Path:
    """Draw the committed emulations together, and put figure and numbers into results/."""
    scores = calibrated(results)
    with styled(), formed(STANDARD._replace(heading=TITLES["calibration"])):
        drawn = calibration.figure(scores, PATIENTS_ONLY, calibration.of_several(scores))
        assert drawn is not None
        write(results, "calibration", *drawn, ("svg",))
    return results / "calibration.svg"


def calibrated(results: Path) -> pd.DataFrame:
    """The scores of the committed emulations, with what each number is."""
    return calibration.joined(
        [(load(ROOT / "scenarios" / f"{name}.yaml"), pd.read_csv(results / name / "emulation.csv"))
         for name in EMULATED]
    )  # fmt: skip


def remake_readings(results: Path) -> Path:
    """The study under the four readings, into its folder."""
    with tempfile.TemporaryDirectory() as scratch:
        kept = readings_kept.keep(readings.simulate(readings.read(PICTURED, 20_000)), Path(scratch))
        for suffix in ("csv", "svg"):
            shutil.copyfile(
                kept / f"readings.{suffix}", results / PICTURED.stem / f"readings.{suffix}"
            )
    return results / PICTURED.stem / "readings.svg"


def remake_comparison(name: str, stems: tuple[str, ...], results: Path) -> Path:
    """Compare shipped scenarios and put table and figure into results/comparisons/."""
    with tempfile.TemporaryDirectory() as scratch:
        paths = [ROOT / "scenarios" / f"{stem}.yaml" for stem in stems]
        kept = comparison.keep(sim.compare(paths, engine="batch"), Path(scratch))
        folder = results / "comparisons"
        folder.mkdir(parents=True, exist_ok=True)
        for suffix in ("csv", "svg"):
            shutil.copyfile(kept / f"comparison.{suffix}", folder / f"{name}.{suffix}")
        return folder / f"{name}.csv"


def gallery() -> str:
    """The gallery: every kind of figure, the comparisons, and the main figure of each scenario."""
    parts = [GALLERY_HEAD, "## Figures of the base case", ""]
    for name in KINDS:
        parts += [
            f"### {KINDS[name]}",
            "",
            f"![{KINDS[name]}](../results/laroche2011/{name}.svg)",
            "",
        ]
    parts += ["## Scenarios side by side", ""]
    for name, stems in COMPARED.items():
        files = " ".join(f"scenarios/{stem}.yaml" for stem in stems)
        picture = f"![{BESIDE[name]}](../results/comparisons/{name}.svg)"
        parts += [f"`mastosim compare {files}`", "", picture, ""]
    for heading, pictures in OTHERS.items():
        parts += [f"## {heading}", ""]
        for name, shows in pictures.items():
            parts += [f"### {shows}", "", f"![{shows}](../results/{name}.svg)", ""]
    parts += ["## Every scenario", ""]
    for scenario in SCENARIOS:
        study = load(scenario).scenario
        picture = f"![{study.title}](../results/{study.name}/bone_course.svg)"
        parts += [f"### {study.name}", "", study.question, "", picture, ""]
    return "\n".join(parts).rstrip() + "\n"


def golden() -> dict[str, pd.DataFrame]:
    """Every event and measured value of the first three patients of the study, to 12 digits."""
    followed = runs.follow(load(PICTURED, ["cohort.patients=3"]))
    return {"events": followed.events, "measurements": followed.measurements}


def with_tables(page: str, results: Path) -> str:
    """The validation page with its tables made anew from the committed summaries."""
    for name, table in (
        ("predicted", predicted(results)),
        ("arms", arms(results)),
        ("independent", independent(results)),
        ("closed forms", closed_forms(results)),
    ):
        begin, _, rest = page.partition(f"<!-- {name} -->\n")
        _, _, after = rest.partition("<!-- end -->")
        page = f"{begin}<!-- {name} -->\n{table}<!-- end -->{after}"
    return page


def predicted(results: Path) -> str:
    """Found against predicted for the series that nothing was fitted to."""
    lines = ["| series | fact | found | predicted ± Monte Carlo error |", "|---|---|---|---|"]
    for series in SERIES:
        labels = evidence.labels(evidence.publication(series))
        for row in pd.read_csv(results / series / "reported.csv").to_dict("records"):
            if row["unit"] in {"%/year", "%"} or "change" in row["fact"]:
                simulated = f"{row['simulated']:.2f} ± {row['mc_error']:.2f}"
                fact = f"{labels[row['fact']]}, {row['unit']}"
                lines.append(f"| `{series}` | {fact} | {row['reported']:g} | {simulated} |")
    return "\n".join(lines) + "\n"


def arms(results: Path) -> str:
    """The arms of the study under every what-if: combination / pamidronate, at the end."""
    lines = [f"| scenario | {' | '.join(ROWS)} |", "|---|" + "---|" * len(ROWS)]
    for name in STUDIES:
        summary = pd.read_csv(results / name / "summary.csv")
        summary = summary[summary["against_arm"].isna()]
        last = summary.sort_values("time").groupby(["arm", "outcome"])["estimate"].last()
        cells = [
            f"{last['combination', outcome]:.1f} / {last['pamidronate', outcome]:.1f}"
            for outcome in ROWS.values()
        ]
        lines.append(f"| `{name}` | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def independent(results: Path) -> str:
    """How far the independent model is from the program, in Monte Carlo errors."""
    table = pd.read_csv(results / "validation.csv")
    lines = ["| variant | arm | patients | comparisons | largest distance | root mean square |"]
    lines.append("|---|---|---|---|---|---|")
    for (variant, arm), rows in table.groupby(["variant", "arm"], sort=False):
        apart, patients = rows["distance"], rows["patients"].iloc[0]
        squared = (apart[apart != 0] ** 2).mean() ** 0.5
        numbers = f"{patients} | {len(rows)} | {apart.abs().max():.1f} | {squared:.2f}"
        lines.append(f"| {variant} | {arm} | {numbers} |")
    return "\n".join(lines) + "\n"


def closed_forms(results: Path) -> str:
    """How far the program is from what mathematics expects, in Monte Carlo errors."""
    table = pd.read_csv(results / "closed_forms.csv")
    lines = ["| mechanism | comparisons | largest distance | root mean square |"]
    lines.append("|---|---|---|---|")
    for mechanism, rows in [*table.groupby("mechanism", sort=False), ("**all**", table)]:
        apart = rows["distance"]
        squared = (apart[rows["mc_error"] > 0] ** 2).mean() ** 0.5
        lines.append(f"| {mechanism} | {len(rows)} | {apart.abs().max():.1f} | {squared:.2f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for name, table in golden().items():
        table.to_csv(GOLDEN / f"{name}.csv", index=False, float_format="%.12g")
    for scenario in SCENARIOS:
        print(remake(scenario, ROOT / "results").relative_to(ROOT), flush=True)
    for name, trials in EMULATED.items():
        print(remake_emulation(name, trials, ROOT / "results").relative_to(ROOT), flush=True)
    print(remake_calibration(ROOT / "results").relative_to(ROOT), flush=True)
    print(remake_readings(ROOT / "results").relative_to(ROOT), flush=True)
    for name, stems in COMPARED.items():
        print(remake_comparison(name, stems, ROOT / "results").relative_to(ROOT), flush=True)
    GALLERY.write_text(gallery(), encoding="utf-8")
    FORMAT.write_text(format_page.page(), encoding="utf-8")
    SCHEMA.write_text(json_schema.as_text(), encoding="utf-8")
    page = VALIDATION.read_text(encoding="utf-8")
    VALIDATION.write_text(with_tables(page, ROOT / "results"), encoding="utf-8")

"""The pictures of docs/patient.md, docs/guide.md and docs/ten-patients.md.

`python -m tests.docs_figures` draws them into docs/figures/: the model of the base case, the life
of one patient, the study that the guide ends with, and the power of trials of several sizes.
"""

import re
import tempfile
from pathlib import Path

import sim
from sim.experiments.patient_history import explain, write
from sim.scenario import load, template
from tests.remake_ten_patients import SIZES

FOLDER = Path(__file__).parents[1] / "docs" / "figures"
BASE = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"
PATIENT = 3
FIVE_POINTS = {
    "effects.interferon + pamidronate.spine.mean": "7.4 %/year",
    "effects.interferon.spine.mean": "4.5 %/year",
}
"""Interferon adds five points per year, as in a part of the table of docs/ten-patients.md."""

NAMED = re.compile(r"Save this as `([\w.-]+)`:\n\n```yaml\n(.*?)```", re.DOTALL)
"""The files of the guide, the last of a name being the one that it ends with."""


def study_of_guide(folder: Path) -> Path:
    """Write the files of the guide into a folder, and return the scenario."""
    (folder / "my-study.yaml").write_text(template.study("my-study"), encoding="utf-8")
    for name, text in NAMED.findall((FOLDER.parent / "guide.md").read_text(encoding="utf-8")):
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "sequence.yaml"


def draw(into: Path) -> None:
    """Draw the pictures into a folder."""
    with tempfile.TemporaryDirectory() as folder:
        kept = sim.run(BASE, patients=20, keep="outcomes").save(folder)
        sim.plot(kept, figure="model", format="svg", caption=False, into=into)
        study = study_of_guide(Path(folder))
        kept = sim.run(study, patients=200).save(folder)
        sim.plot(kept, figure="bone_course", format="svg", into=into)
        kept = sim.power(BASE, sizes=SIZES, trials=1000, settings=FIVE_POINTS).save(folder)
        sim.plot(kept, figure="power", format="svg", into=into)
    (into / "bone_course.svg").replace(into / "guide.svg")
    for numbers in ("model.csv", "bone_course.csv", "power.csv"):
        (into / numbers).unlink()
    write(explain(load(BASE), PATIENT).plot(), into / "life.svg")


if __name__ == "__main__":
    draw(FOLDER)

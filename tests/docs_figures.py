"""The pictures of docs/patient.md: the model of the base case, and the life of one patient.

`python -m tests.docs_figures` draws them into docs/figures/.
"""

import tempfile
from pathlib import Path

import sim
from sim.experiments.patient_history import explain, write
from sim.scenario import load

FOLDER = Path(__file__).parents[1] / "docs" / "figures"
BASE = Path(__file__).parents[1] / "scenarios" / "laroche2011.yaml"
PATIENT = 3


def draw(into: Path) -> None:
    """Draw both pictures into a folder."""
    with tempfile.TemporaryDirectory() as folder:
        kept = sim.run(BASE, patients=20, keep="outcomes").save(folder)
        sim.plot(kept, figure="model", format="svg", caption=False, into=into)
    (into / "model.csv").unlink()
    write(explain(load(BASE), PATIENT).plot(), into / "life.svg")


if __name__ == "__main__":
    draw(FOLDER)

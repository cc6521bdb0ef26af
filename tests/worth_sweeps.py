"""A small sweep with costs and fresh patients, in which the choice hangs on a price."""

from sim.experiments.sweeps import load_sweep, run
from tests.conftest import without_figures
from tests.tiny_sweeps import BASE, table, wrote

SCENARIO = """extends: laroche2011-worth.yaml
name: at-stake
answers:
horizon: 12 months
visits: {dxa: [12 months], markers: [12 months]}
fractures: {base_rate: 60 per 100 person-years}
economics:
  costs: {therapies: {interferon: {per_dose: 4 EUR}}}
  quality:
    baseline: {female: 0.9, male: 0.9}
    therapies: {interferon: {loss: 0, at_start: {loss: 0}}}
    fractures: {vertebral: {first_year: 0.3, later: 0.5}}
"""
PRICE = "economics.costs.therapies.interferon.per_dose"
GAIN = "effects.interferon + pamidronate.spine.mean"
NUMBERS = {PRICE: "{name: price of interferon, low: 0 EUR, high: 8 EUR}", GAIN: "{name: gain}"}
ALWAYS = {"economics.costs.measurements.dxa": "{name: price of a scan, low: 30 EUR, high: 50 EUR}"}


def made(folder, parameters=None, draws=100, price="4 EUR"):
    """The folder of a sweep of so many draws, made below a folder."""
    worth = BASE.with_name("laroche2011-worth.yaml").read_text(encoding="utf-8")
    others = {"laroche2011-worth.yaml": worth, "at-stake.yaml": SCENARIO.replace("4 EUR", price)}
    text = f"patients_by_draw: fresh\ndesign: {{probabilistic: {{draws: {draws}}}}}\n"
    path = wrote(
        folder, text + table(parameters or NUMBERS), others, scenario="at-stake.yaml",
        patients=20,
    )  # fmt: skip
    with without_figures():
        return run(load_sweep(path), folder / "results", workers=1).folder

"""What it costs that patients wait for each other: the clinic against the SimPy engine without."""

from __future__ import annotations

import time

from benchmarks.page import Table, Target, number, with_range
from benchmarks.rounds import faster, median, ratios, take_turns
from benchmarks.sizes import Sizes
from sim.scenario import load
from sim.simulation import clinic, lowering, simpy_engine
from sim.simulation.simulate import inputs_of

NOTE = """\
The scenario `clinic-nine-places` of today, arm pamidronate alone, CPU time of one core: the same
patients without a clinic, in a clinic with places enough, and in one that has half of the places
that the monthly plan needs. The inputs are drawn before, and every event is logged. The target was
set when the SimPy engine without a clinic took 1.41 times as long: in times of that engine, what a
clinic adds is what stands here above 1, divided by 1.41."""

WITHOUT, PATIENTS_A_PLACE = "without a clinic", 21.7
"""A monthly visit of so many patients takes one place on each of five days a week."""

FRACTURES = 64
"""Random numbers prepared for the fractures of a patient at a site: enough for all of these."""

ALLOWED = 1.5
"""Times the SimPy engine without a clinic."""


def waiting(sizes: Sizes) -> Table:
    """Seconds to follow patients who meet and who do not, in turns."""
    each = sizes.clinic
    enough = round(1.2 * each / PATIENTS_A_PLACE)
    places = {"places enough": enough, "half of the places missing": max(1, round(enough / 2.4))}
    studies = {
        name: load("scenarios/clinic-nine-places.yaml", [
            "clinics.number=2", f"clinics.patients_each={each}", f"clinic.places={number_}",
        ]) for name, number_ in places.items()
    }  # fmt: skip
    protocol = lowering.protocol(next(iter(studies.values())).scenario, FRACTURES)
    inputs = inputs_of(protocol, range(2 * each))["pamidronate"]
    follow = {
        name: lambda study=study: clinic.follow(study.scenario, inputs)
        for name, study in studies.items()
    }
    times = take_turns(
        {WITHOUT: lambda: simpy_engine.simulate(inputs), **follow},
        sizes.few_rounds,
        time.process_time,
    )
    rows = [
        [name, number(2 * each / median(own)), with_range(ratios(own, times[WITHOUT]))]
        for name, own in times.items()
    ]
    targets = [
        Target(f"clinic, {name}: times the SimPy engine", "at most", ALLOWED,
               faster(times[name], times[WITHOUT]))
        for name in studies
    ]  # fmt: skip
    columns = ["what", "patients a second", "times as long"]
    return Table("What does it cost that patients wait?", columns, rows, NOTE, targets)

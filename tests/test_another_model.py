"""A result of another model: nothing simulated now is mixed with it, and it is still shown."""

from dataclasses import replace
from typing import Any

import pytest

import sim
from sim import results
from sim.errors import RequestError
from sim.experiments import information as of_information
from sim.experiments.budget import Asked
from sim.experiments.kinds import run as kept_run
from sim.experiments.parameter_uncertainty import uncertainty_for
from sim.experiments.verbs import refuse_others
from sim.experiments.worth import worth
from sim.experiments.worth_of_trials import Asked as Trial
from sim.reports.handing_over import left_out
from sim.reports.page.contents import Contents
from sim.reports.page.sections import lives
from sim.results import draws, fingerprint, seals
from sim.scenario import load
from tests.conftest import resealed

OTHER = "0123456789ab"
SAID = rf"other sources or libraries \(model {OTHER}, this is {fingerprint.model()}\)"
PRICE = ["economics.costs.therapies.interferon.per_dose=10 EUR"]
ADDED: dict[str, dict[str, Any]] = {
    "readings": {"weights": {"linear": 50, "plateau": 50}},
    "a budget": {"asked": Asked(100.0, 2)},
    "single patients": {"by_patient": True},
}


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A run of this model."""
    few = ["cohort.patients=20", "horizon=12 months", "visits.dxa=[12 months]"]
    study = load("scenarios/laroche2011-worth.yaml", few)
    return results.open(kept_run.make(study, tmp_path_factory.mktemp("own"), "outcomes"))


@pytest.fixture
def other(own):
    """The same run as if other sources had made it."""
    manifest = own.manifest.model_copy(update={"model": OTHER})
    sealed = manifest.model_copy(update={"seal": seals.of_manifest(manifest)})
    return replace(own, manifest=sealed)


@pytest.fixture
def damaged(own, tmp_path):
    """The same run with one bit of its quantities flipped."""
    folder = tmp_path / "damaged"
    folder.mkdir()
    for path in own.folder.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    content = bytearray((folder / "quantities.parquet").read_bytes())
    content[100] ^= 4
    (folder / "quantities.parquet").write_bytes(content)
    return results.open(folder)


@pytest.mark.parametrize("added", ADDED.values(), ids=ADDED)
def test_patients_of_this_model_do_not_stand_beside_kept_quantities(added, other, damaged):
    with pytest.raises(RequestError, match=SAID):
        worth(other, **added)
    with pytest.raises(RequestError, match=r"quantities\.parquet' is damaged"):
        worth(damaged, PRICE, **added)


def test_kept_quantities_alone_and_new_ones_alone_are_valued(own, other):
    again = ["economics.discount.costs=1 %/year"]
    for settings in ([], PRICE, again):
        assert worth(other, settings).table.equals(worth(own, settings).table)
    for added in ADDED.values():
        assert worth(other, again, **added).simulated


def test_trials_of_this_model_do_not_follow_draws_of_another(other, damaged, monkeypatch):
    monkeypatch.setattr(draws, "why_not", lambda _: "")
    with pytest.raises(RequestError, match=SAID):
        of_information.information(other, trial=Trial("deaths"))
    with pytest.raises(RequestError, match=r"quantities\.parquet' is damaged"):
        of_information.information(damaged, trial=Trial("deaths"))


def test_a_patient_of_another_model_is_told(own, tmp_path, mastosim):
    folder = tmp_path / own.folder.name
    folder.mkdir()
    for path in own.folder.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    words = ("explain", folder, "--patient", 1)
    assert mastosim(*words).stderr == ""
    resealed(folder, model=OTHER)
    told = mastosim(*words)
    assert told.returncode == 0
    assert "Warning: " in told.stderr
    assert "the patient may not be the one in its tables" in " ".join(told.stderr.split())
    with pytest.warns(UserWarning, match=SAID):
        sim.explain(folder, patient=1)


def test_a_page_has_no_patients_who_are_not_those_of_the_result(own, other):
    assert [*left_out([own])] == []
    (said,) = left_out([other])
    assert "the page has no single patients" in said
    assert lives.section(Contents.of([other])) is None
    assert lives.count(Contents.of([other])) == 0 < lives.count(Contents.of([own]))


def test_results_of_two_models_are_not_put_together(own, other, monkeypatch):
    (said,) = left_out([own, other])
    assert "do not stand side by side" in said
    monkeypatch.setattr(sim.experiments.parameter_uncertainty, "_names_in", lambda *_: {"a": "a"})
    with pytest.raises(RequestError, match="made by different sources or libraries"):
        uncertainty_for(own, [other])
    monkeypatch.setattr(sim.experiments.verbs, "check_options", lambda _: None)
    emulations = [
        replace(one, manifest=one.manifest.model_copy(update={"kind": "emulation"}))
        for one in (own, other)
    ]
    with pytest.raises(RequestError, match="made by different sources or libraries"):
        refuse_others(emulations[1:], emulations[0], ["calibration"])

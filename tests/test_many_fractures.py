"""More fractures than random numbers are prepared for: refused with file and line."""

from sim.simulation import simulate
from tests import tiny_sweeps


def test_too_many_fractures_are_refused_with_the_line_of_the_rate(tmp_path, mastosim, monkeypatch):
    tiny_sweeps.wrote(tmp_path, "")
    monkeypatch.setattr(simulate, "MOST_FRACTURES", 8)
    path = tmp_path / "many.yaml"
    path.write_text(
        "extends: tiny.yaml\nname: many\nfractures:\n"
        "  base_rate: {value: 5000 per 100 person-years, assumption: a test}\n"
    )
    done = mastosim("run", path, "--patients", 20, "--out", tmp_path / "out")
    said = " ".join(done.stderr.split())
    assert done.returncode == 3
    assert "fractures.base_rate: a patient has more than" in said
    assert "many.yaml:4:" in said

"""The model computes as much for a patient as was written down: a slow-down seen by counting."""

from sim.simulation.biology import decay
from tests.counted import PATIENTS, Counts, committed, counted

ALLOWED = 0.02
"""Share by which a count may move before it must be written down again."""


def moved(now: Counts, before: Counts) -> list[str]:
    """A line for each count that moved by more than is allowed, the largest first."""
    apart = {key: now.get(key, 0) - before.get(key, 0) for key in {*now, *before}}
    found = [key for key, by in apart.items() if abs(by) > ALLOWED * before.get(key, 0)]
    return [
        f"{', '.join(key)}: {now.get(key, 0) / PATIENTS:g} a patient, "
        f"{before.get(key, 0) / PATIENTS:g} before"
        for key in sorted(found, key=lambda key: (-abs(apart[key]), key))
    ]


def test_the_model_computes_as_much_as_was_written_down():
    lines = moved(counted(), committed())
    assert not lines, "\n".join(
        [
            "The model computes more or less for a patient than tests/counted.csv says. If that "
            "is meant, write the counts down again: python -m tests.counted",
            *lines,
        ]
    )


def test_one_more_exponential_a_review_is_seen(monkeypatch):
    once = decay.mean_exp
    monkeypatch.setattr("sim.simulation.biology.fractures.mean_exp", lambda x: once(x) * once(0.0))
    lines = moved(counted(), committed())
    assert any("biology.decay.mean_exp" in line for line in lines)


def test_a_count_may_move_by_two_per_cent():
    before = {("arm", "calls of math", "exp"): 1000}
    assert not moved({("arm", "calls of math", "exp"): 1020}, before)
    assert len(moved({("arm", "calls of math", "exp"): 1021}, before)) == 1
    assert len(moved({}, before)) == 1
    assert len(moved({**before, ("arm", "calls of math", "log"): 1}, before)) == 1

"""What happens after the last dose of a therapy, in the words of a protocol."""

from __future__ import annotations

from sim.scenario.durations import in_time
from sim.scenario.form.stopping import AfterStopping
from sim.scenario.form.therapy import Course, Infusions
from sim.vocabulary import BONES, SITES

NO_LOSS = "no loss of bone and no fractures of its own (it has no `after_stopping`)"


def after_last_dose(therapy: Infusions | Course, has_ratio: bool) -> str:
    """What happens after the last dose, or the end of a course: all that is simulated.

    Examples
    --------
    >>> from sim.scenario import load
    >>> course = load("scenarios/laroche2011.yaml").scenario.therapies["interferon"]
    >>> after_last_dose(course, has_ratio=False).partition(";")[0]
    'after its end: it acts no more from that day on'
    """
    return "; ".join([_wearing_off(therapy, has_ratio), _rebound(therapy)])


def _wearing_off(therapy: Infusions | Course, has_ratio: bool) -> str:
    if isinstance(therapy, Course):
        return "after its end: it acts no more from that day on"
    half_life = in_time(therapy.exposure.half_life)
    sentence = f"after the last {therapy.by}: its action halves every {half_life}"
    if not has_ratio:
        return sentence
    if therapy.fracture_ratio_acts == "with the action":
        return f"{sentence}, and its fracture ratio fades with it"
    until = "until the action is below the lowest of `action_1`, then fades with it"
    return f"{sentence}; its fracture ratio acts in full {until}"


def _rebound(therapy: Infusions | Course) -> str:
    after = therapy.after_stopping
    if after is None:
        return NO_LOSS
    wait = in_time(therapy.wait_after_stopping) if therapy.wait_after_stopping else "the next day"
    lasts = f"from {wait} after it, for {in_time(after.duration)}"
    effects = ", ".join(_effects(after)) or "no effect"
    return f"{lasts}: {effects}, unless a dose of any therapy is given or a course begins"


def _effects(after: AfterStopping) -> list[str]:
    yearly = {bone: getattr(after, bone) for bone in BONES}
    ratios = {site: getattr(after.fracture_ratio, site) for site in SITES}
    return [
        *(f"{bone} bone density {rate:+g} %/year" for bone, rate in yearly.items() if rate != 0),
        *(f"{site} fractures x {ratio:g}" for site, ratio in ratios.items() if ratio != 1),
    ]

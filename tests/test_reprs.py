"""Every result shows itself in two lines in a shell, and as HTML in a notebook."""

import inspect
import typing
from html.parser import HTMLParser
from types import UnionType

import pytest

import sim
from sim import results
from sim.experiments.in_memory import InMemory
from sim.experiments.opened import Opened
from sim.experiments.sweeps import Pilot
from sim.experiments.sweeps.noise import Advice, Cost, Split
from sim.python.options import Text
from sim.results.manifest import KINDS
from tests.one_of_each import BASE

LONGEST = 600


class Balanced(HTMLParser):
    """Fails on a tag that is not closed, and collects the text."""

    def __init__(self, page):
        super().__init__()
        self.opened: list[str] = []
        self.text = ""
        self.feed(page)
        assert self.opened == []

    def handle_starttag(self, tag, _):
        if tag != "br":
            self.opened.append(tag)

    def handle_endtag(self, tag):
        assert self.opened.pop() == tag

    def handle_data(self, data):
        self.text += data


def returned():
    """The classes of `sim` that its public functions return."""
    for name in sim.__all__:
        function = getattr(sim, name)
        if not inspect.isfunction(function):
            continue
        told = inspect.signature(function, eval_str=False).return_annotation
        try:
            kind = typing.get_type_hints(function)["return"]
        except NameError:  # a name for types alone
            assert told in ("Study", "pd.DataFrame"), name
            continue
        for one in typing.get_args(kind) if isinstance(kind, UnionType) else (kind,):
            if inspect.isclass(one) and one.__module__.startswith("sim.") and one is not Text:
                yield one


CLASSES = sorted({*returned(), sim.Study, *InMemory.__subclasses__()}, key=lambda one: one.__name__)


def test_the_classes_of_results_are_found():
    names = {one.__name__ for one in CLASSES}
    assert names >= {
        "Comparison", "Emulated", "Life", "Opened", "Pilot", "Power", "Repeated", "Result",
        "SideBySide", "Study", "Swept", "Verification",
    }  # fmt: skip


@pytest.mark.parametrize("kind", CLASSES)
def test_every_class_of_results_has_a_repr_of_its_own_and_html(kind):
    """The repr that Python makes of a dataclass or a tuple has every table in it."""
    assert kind.__repr__.__doc__.startswith("Two lines")
    assert kind._repr_html_.__doc__


def check(shown, *words):
    """Two lines, not too long, with these words; as HTML every tag is closed."""
    text = repr(shown)
    assert len(text.splitlines()) == 2, text
    assert len(text) < LONGEST
    for word in words:
        assert word in text
    if hasattr(shown, "_repr_html_"):
        assert Balanced(shown._repr_html_()).text


@pytest.mark.parametrize("kind", KINDS)
def test_a_kept_result_and_its_manifest_are_shown_in_two_lines(kind, folder_of):
    kept = results.open(folder_of[kind])
    check(kept, kind, str(kept.folder))
    check(Opened(kept.folder, kept.manifest), "Tables: ", str(kept.folder))
    check(kept.manifest, kind, kept.manifest.digest)


def test_a_life_is_shown_in_two_lines():
    life = sim.explain(BASE, patient=17, settings={"horizon": "12 months"})
    check(life, "Patient 17 of laroche2011", "they diverge on day 0")
    alike = sim.explain(
        BASE.with_name("onnes2020.yaml"), patient=1, settings={"horizon": "12 months"}
    )
    check(alike, "the arms do not diverge")


def test_a_pilot_is_shown_in_two_lines():
    advice = Advice(120, 500, 0.3, 40.0)
    pilot = Pilot("spine <change>", "combination", "pamidronate", "%", Split(1.0, 4.0, 2.0),
                  Cost(0.1, 0.01), 0.3, advice)  # fmt: skip
    check(pilot, "combination - pamidronate", "120 draws of 500 patients")
    assert "spine <change>" in Balanced(pilot._repr_html_()).text


def test_a_result_done_again_is_shown_in_two_lines(folder_of, tmp_path):
    again = sim.rerun(folder_of["power"], into=tmp_path)
    check(again, "kept in", str(tmp_path))

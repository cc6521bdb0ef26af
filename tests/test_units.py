"""Quantities as text: every unit against its definition, and what is refused."""

import math

import pytest
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from sim.scenario import load
from sim.scenario.form import quantities
from sim.scenario.form.units import UNITS, Dose, read, read_dose

AN_HOUR = 1 / 24
JULIAN_YEAR_HOURS = 8766  # 365 days and 6 hours
TIME, AGE, WEIGHT = "time, held in days", "age, held in years", "weight, held in kg"
SHARE, YEARLY = "share, held as a fraction", "yearly change, held in percent"
HAZARD, INFUSION = "hazard, held per year", "infusion dose, held as typed"
COURSE, CTX = "course dose, held as typed", "CTX, held in pg/mL"
BALP, TRYPTASE = "BALP, held in IU", "tryptase, held in ug/L"
DENSITY, NUMBER = "bone density, held in g/cm2", "number"
MONEY, MONEY_A_YEAR = "money, held as typed", "money a year, held as typed"
VISIT, DRUG = "time of a visit, held in minutes", "amount of a drug, held in mg"
CURRENCIES = ("EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "CAD", "AUD", "JPY")

ONE_OF_EACH = {
    (TIME, "day"): 1,
    (TIME, "days"): 1,
    (TIME, "week"): 7,
    (TIME, "weeks"): 7,
    (TIME, "month"): JULIAN_YEAR_HOURS / 12 * AN_HOUR,
    (TIME, "months"): JULIAN_YEAR_HOURS / 12 * AN_HOUR,
    (TIME, "year"): JULIAN_YEAR_HOURS * AN_HOUR,
    (TIME, "years"): JULIAN_YEAR_HOURS * AN_HOUR,
    (AGE, "year"): 1,
    (AGE, "years"): 1,
    (WEIGHT, "kg"): 1,
    (SHARE, "%"): 1 / 100,
    ("change, held as a fraction", "%"): 1 / 100,
    (YEARLY, "%/year"): 1,
    (HAZARD, "per year"): 1,
    (HAZARD, "per month"): 12,
    (HAZARD, "per 100 person-years"): 1 / 100,
    (HAZARD, "per 1000 person-years"): 1 / 1000,
    (INFUSION, "mg/kg"): 1,
    (INFUSION, "mg"): 1,
    (COURSE, "MU"): 1,
    (COURSE, "mg"): 1,
    (COURSE, "ug"): 1,
    (CTX, "pg/mL"): 1,
    (CTX, "ng/L"): 1,  # 1e-9 g in 1e3 mL
    (CTX, "ng/mL"): 1000,
    (CTX, "ug/L"): 1000,  # 1e6 pg in 1e3 mL
    (BALP, "IU"): 1,
    (TRYPTASE, "ug/L"): 1,
    (TRYPTASE, "ng/mL"): 1,  # 1e3 ng in 1e3 mL
    (DENSITY, "g/cm2"): 1,
    (NUMBER, ""): 1,
    **{(VISIT, unit): 1 for unit in ("minute", "minutes")},
    **{(VISIT, unit): 60 for unit in ("hour", "hours")},
    (DRUG, "mg"): 1,
    (DRUG, "g"): 1000,
    **{(MONEY, currency): 1 for currency in CURRENCIES},
    **{(MONEY_A_YEAR, f"{currency}/year"): 1 for currency in CURRENCIES},
}


def refusal(text, dimension):
    with pytest.raises(PydanticCustomError) as caught:
        read(text, dimension)
    return caught.value.message()


def test_no_unit_is_left_untested():
    known = {(dimension, unit) for dimension, units in UNITS.items() for unit in units}
    assert known == set(ONE_OF_EACH)


@pytest.mark.parametrize(("dimension", "unit"), ONE_OF_EACH)
def test_a_unit_is_worth_what_its_definition_says(dimension, unit):
    worth = ONE_OF_EACH[dimension, unit]
    assert read(f"1 {unit}", dimension) == pytest.approx(worth, rel=1e-15)
    assert read(f"-2.5{unit}", dimension) == pytest.approx(-2.5 * worth, rel=1e-15)
    assert read(f"  1e3   {unit} ", dimension) == pytest.approx(1000 * worth, rel=1e-15)
    assert read(f"+.5 {unit}", dimension) == pytest.approx(worth / 2, rel=1e-15)


def test_a_month_is_a_twelfth_of_a_year_and_a_year_is_365_and_a_quarter_days():
    assert read("1 month", TIME) == 30.4375
    assert read("12 months", TIME) == read("1 year", TIME) == 365.25


@pytest.mark.parametrize("percent", range(101))
def test_a_whole_percentage_is_the_nearest_fraction(percent):
    assert read(f"{percent} %", SHARE) == percent / 100


@pytest.mark.parametrize("dimension", [d for d in UNITS if d != NUMBER])
def test_a_bare_number_has_no_unit_and_the_units_are_listed(dimension):
    message = refusal("3", dimension)
    assert "'3' has no unit" in message
    assert all(unit in message for unit in UNITS[dimension])


def test_a_unit_on_a_plain_number_is_refused():
    assert "plain number" in refusal("3 kg", NUMBER)


@pytest.mark.parametrize(
    ("text", "dimension", "meant"),
    [
        ("3 monts", TIME, "months"),
        ("3 dyas", TIME, "days"),
        ("357 pg/ml", CTX, "pg/mL"),
        ("1 mg/Kg", INFUSION, "mg/kg"),
        ("12.6 %/yr", YEARLY, "%/year"),
        ("3 per 100 personyears", HAZARD, "per 100 person-years"),
    ],
)
def test_an_unknown_unit_is_refused_with_the_nearest_spelling(text, dimension, meant):
    assert f"did you mean '{meant}'?" in refusal(text, dimension)


@pytest.mark.parametrize(
    ("text", "dimension"),
    [("68 kg", TIME), ("12.6 %", YEARLY), ("12.6 %/year", SHARE), ("1 IU", COURSE)],
)
def test_a_unit_of_another_dimension_is_refused(text, dimension):
    assert "is not a unit of" in refusal(text, dimension)


def test_a_decimal_comma_is_refused_with_advice():
    message = refusal("12,6 %/year", YEARLY)
    assert "decimals with a point" in message
    assert "point" not in refusal("twelve %/year", YEARLY)


@pytest.mark.parametrize(
    "text", ["nan", "NaN", ".nan", "inf", "-inf", ".inf", "Infinity", "", "-", "e5", "%", "1e999"]
)
@pytest.mark.parametrize("unit", ["", " days"])
def test_what_is_not_a_finite_number_is_refused(text, unit):
    message = refusal(text + unit, TIME if unit else NUMBER)
    reasons = ("does not start with a number", "is too large", "is not a finite number")
    assert any(reason in message for reason in reasons)


@pytest.mark.parametrize(
    "text", ["1 000 days", "1_000 days", "1.2.3 days", "0x10 days", "1/2 days"]
)
def test_a_number_in_another_notation_is_refused(text):
    assert "is not a unit" in refusal(text, TIME)


@pytest.mark.parametrize(
    ("value", "kind"), [({}, "a mapping"), ([], "a list"), (None, "an empty value")]
)
def test_what_is_not_text_is_refused_and_named(value, kind):
    assert f"not {kind}" in refusal(value, TIME)


def test_a_dose_keeps_its_unit():
    assert read_dose("1.5 MU", COURSE) == Dose(1.5, "MU")
    assert str(read_dose("60 mg", INFUSION)) == "60 mg"
    with pytest.raises(PydanticCustomError, match="is not a unit"):
        read_dose("1 MU", INFUSION)


class Holder(BaseModel):
    share: quantities.Share = 0.5
    change: quantities.Change = 0.0
    days: quantities.Days = 1.0
    whole: quantities.Whole = 1
    hazard: quantities.Hazard = 0.0


@pytest.mark.parametrize(
    ("key", "inside", "outside"),
    [
        ("share", ["0 %", "100 %"], ["-0.1 %", "100.1 %"]),
        ("change", ["-99.9 %", "10000 %"], ["-100 %", "10001 %"]),
        ("days", ["0 days"], ["-1 day"]),
        ("hazard", ["0 per year"], ["-1 per month"]),
        ("whole", ["0", "12", "1e3"], ["1.5", "3 days"]),
    ],
)
def test_values_are_held_within_their_limits(key, inside, outside):
    for text in inside:
        assert math.isfinite(getattr(Holder(**{key: text}), key))
    for text in outside:
        with pytest.raises(ValidationError) as caught:
            Holder(**{key: text})
        assert text in str(caught.value)


@pytest.mark.parametrize(
    ("key", "text", "allowed"),
    [
        ("share", "120 %", "0 % to 100 %"),
        ("days", "-2 weeks", "0 days to 36525 days"),
        ("change", "-100 %", "-99.9 % to 10000 %"),
    ],
)
def test_the_limits_are_told_in_the_unit_that_was_typed(key, text, allowed):
    with pytest.raises(ValidationError) as caught:
        Holder(**{key: text})
    assert f"allowed: {allowed}" in str(caught.value)


@pytest.mark.parametrize("seed", [2**53 + 1, 2**64 + 1, 10**60 + 1])
def test_a_whole_number_is_read_exactly(seed):
    """A float holds whole numbers up to 2^53: a seed above must not become its neighbour."""
    study = load("scenarios/laroche2011.yaml", seed=seed)
    assert study.scenario.seed == seed
    assert study.with_(seed=seed + 1).scenario.seed == seed + 1
    assert load("scenarios/laroche2011.yaml", [f"seed={seed}"]).scenario.seed == seed

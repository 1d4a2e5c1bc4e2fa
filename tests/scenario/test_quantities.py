"""Numbers with units, times, evidence and priors."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from contrafact.parameters import Parameter, Prior, uniform
from contrafact.scenario import SET_BY_USER, Quantity, units
from contrafact.scenario.context import Context
from contrafact.scenario.problems import Marks, all_translated, input_error
from contrafact.scenario.quantities import Scale, read_quantity

PERSONS = Scale("persons", 0.0, 1e6)
HOURS = Scale("h", 0.0)
NOON_TO_NOON = Scale("time", 0.0, 24.0, datetime(2022, 1, 4, 12))


def read(raw: object, scale: Scale = PERSONS, **context: Any) -> Quantity:
    return read_quantity(raw, scale, Context(**context))


def complaints(raw: object, scale: Scale = PERSONS, **context: Any) -> list[str]:
    """``path: message`` of everything that is wrong."""
    with pytest.raises(ValidationError) as caught:
        read(raw, scale, **context)
    found = [input_error(item, Marks({}, {}), "") for item in all_translated(caught.value, ())]
    return [f"{error.key or ''}: {error.message}" for error in found]


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("20 persons", "persons", 20.0),
        ("1 person", "persons", 1.0),
        ("3e3 people", "persons", 3000.0),
        ("10 min", "h", 1 / 6),
        ("600 s", "h", 1 / 6),
        ("2 days", "h", 48.0),
        ("4.8 1/day", "1/h", 0.2),
        ("300 m", "km", 0.3),
        ("10 m/s", "km/h", 36.0),
        ("2 persons/km^2", "persons/km**2", 2.0),
        ("30 %", "dimensionless", 0.3),
        (0.4, "dimensionless", 0.4),
        (7, "dimensionless", 7.0),
    ],
)
def test_a_number_is_converted_to_the_last_bit(text: object, unit: str, number: float) -> None:
    assert units.read(text, unit)[0] == number


@pytest.mark.parametrize(
    ("raw", "unit", "message"),
    [
        ("12 kg", "persons", 'found "12 kg", expected persons, e.g. "12000 persons"'),
        (12, "persons", "(a unit is missing)"),
        ("12 persns", "persons", 'unknown unit; did you mean "persons"?'),
        ("persons", "persons", "not a number with a unit"),
        ("12,000 persons", "persons", "not a unit"),
        (True, "h", "not a number"),
        (float("nan"), "dimensionless", "not a finite number"),
        ("nan", "dimensionless", "not a number with a unit"),
        ("1e999 h", "h", "too large"),
        ("9**9**9**9 h", "h", "not a unit"),
        ("1 h**9**9**9", "h", "not a unit"),
        ("__import__('os') h", "h", "not a number with a unit"),
        (None, "h", "found null, expected h"),
    ],
)
def test_what_is_no_number_of_the_wanted_unit_is_told_with_an_example(raw: object, unit: str, message: str) -> None:
    with pytest.raises(units.UnitError) as caught:
        units.read(raw, unit)
    assert message in str(caught.value)


@pytest.mark.parametrize("wanted", ["h", "km", "g", "persons", "facilities"])
@pytest.mark.parametrize("unit", sorted(units.plain()))
def test_plain_names_are_what_pint_makes_of_them(unit: str, wanted: str) -> None:
    to = units.registry().Quantity(Fraction(1), unit)
    if to.is_compatible_with(wanted):
        assert units.factor(unit, wanted) == to.to(wanted).magnitude
    else:
        assert not units.alike(unit, wanted)


@pytest.mark.parametrize(("speed", "loaded"), [("4 km/h", "False"), ("90 m/min", "True")])
def test_pint_is_loaded_only_for_units_that_are_not_plain(speed: str, loaded: str) -> None:
    code = f"import sys, contrafact as cf; cf.load('almaty-2022', ['parameters.movement.speed={speed}'])"
    command = [sys.executable, "-c", f"{code}; print('pint' in sys.modules)"]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip() == loaded


@given(st.decimals(-1_000_000, 1_000_000, places=6), st.sampled_from(["s", "min", "h", "day", "week"]))
@settings(deadline=None)
def test_a_duration_round_trips_through_any_unit(number: Any, unit: str) -> None:
    hours, written = units.read(f"{number} {unit}", "h")
    assert written == unit
    seconds_in = {"s": 1, "min": 60, "h": 3600, "day": 86400, "week": 604800}[unit]
    assert hours == float(Fraction(number) * seconds_in / 3600)
    assert units.read(f"{hours!r} h", "h")[0] == hours


@given(st.text(max_size=60), st.sampled_from(["persons", "h", "1/h", "dimensionless", "time"]))
@settings(deadline=None)
def test_any_text_is_read_or_refused_with_a_reason(text: str, unit: str) -> None:
    complaint = ""
    try:
        number, _ = Scale(unit).read(text)
    except units.UnitError as error:
        complaint, number = str(error), 0.0
    assert "expected" in complaint or not complaint
    assert isinstance(number, float)


@pytest.mark.parametrize("raw", ["2022-01-05", "2022-01-05T12:30Z", "2022-01-05T12:30+06:00", "2022-02-30T12:00", 5])
def test_a_time_is_local_and_whole(raw: object) -> None:
    with pytest.raises(units.UnitError, match="a local time without a zone"):
        units.read_local_time(raw)


def test_a_value_with_evidence_stands_alone() -> None:
    quantity = read({"value": "165 persons", "evidence": ["R310"], "note": "at the airport"})
    assert quantity == Quantity(165.0, "persons", ("R310",), note="at the airport")
    assert quantity.draw(0.01) == quantity.draw(0.99) == 165.0


def test_bare_numbers_of_a_prior_take_the_unit_of_the_value() -> None:
    raw = {"value": "30 min", "assumption": "why", "prior": {"uniform": [10, "1 h"]}, "anchors": ["R1"]}
    quantity = read(raw, HOURS)
    assert quantity.prior is not None
    assert quantity.prior.numbers == (1 / 6, 1.0)
    assert quantity.anchors == ("R1",)
    assert quantity.draw(0.5) == pytest.approx((1 / 6 + 1) / 2)


def test_times_are_hours_since_the_start_and_so_are_their_priors() -> None:
    prior = {"triangular": ["2022-01-04T12:00", "2022-01-04T18:00", "2022-01-05T12:00"]}
    quantity = read({"value": "2022-01-04T18:30:00", "assumption": "why", "prior": prior}, NOON_TO_NOON)
    assert (quantity.value, quantity.unit) == (6.5, "time")
    assert quantity.prior is not None
    assert quantity.prior.numbers == (0.0, 6.0, 24.0)


def test_a_time_outside_the_window_is_told_with_the_window() -> None:
    assert complaints({"value": "2022-01-05T12:01", "evidence": ["R1"]}, NOON_TO_NOON) == [
        'value: found "2022-01-05T12:01", expected 2022-01-04T12:00 to 2022-01-05T12:00'
    ]


def test_normal_priors_are_cut_to_what_the_field_allows() -> None:
    raw = {"value": "10 persons", "assumption": "why", "prior": {"normal": [10, 100]}}
    quantity = read(raw)
    assert quantity.prior == Prior("normal", (10.0, 100.0), 0.0, 1e6)
    assert 0.0 <= quantity.draw(1e-9) < quantity.draw(0.5) < quantity.draw(1 - 1e-9) <= 1e6
    raw = {"value": "10 persons", "assumption": "why", "prior": {"lognormal": ["10 persons", 0.5]}}
    assert read(raw).draw(0.5) == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({}, "the value has neither evidence nor an assumption"),
        ({"evidence": []}, "the value has neither evidence nor an assumption"),
        ({"assumption": "why"}, "an assumption needs a prior"),
        ({"assumption": SET_BY_USER}, "an assumption needs a prior"),
        ({"assumption": "why", "evidence": ["R1"]}, "assumption: found evidence and an assumption"),
        ({"assumption": "  ", "prior": {"uniform": [1, 20]}}, 'assumption: found "  ", expected text'),
        ({"evidence": "R1"}, 'evidence: found "R1", expected a list of evidence ids'),
        ({"evidence": [7]}, "evidence.0: found 7, expected an evidence id"),
        ({"evidence": ["R1"], "priors": {}}, 'priors: unknown key "priors"; did you mean "prior"?'),
        ({"evidence": ["R1"], "000 less 500": None}, "a text with a comma in it needs quotes inside { }"),
        ({"evidence": ["R1"], "prior": {"beta": [1, 2]}}, 'prior.beta: unknown prior "beta"'),
        ({"evidence": ["R1"], "prior": [1, 2]}, "prior: found [1, 2], expected one of uniform"),
        ({"evidence": ["R1"], "prior": {"uniform": [1, 2, 3]}}, "expected [low, high]"),
        ({"evidence": ["R1"], "prior": {"uniform": [20, 1]}}, "numbers in rising order"),
        ({"evidence": ["R1"], "prior": {"triangular": [1, 30, 20]}}, "numbers in rising order"),
        ({"evidence": ["R1"], "prior": {"uniform": [-1, 20]}}, "numbers within 0 to 1000000 persons"),
        ({"evidence": ["R1"], "prior": {"uniform": [11, 20]}}, "a range that contains the value"),
        ({"evidence": ["R1"], "prior": {"loguniform": [0, 20]}}, "positive numbers"),
        ({"evidence": ["R1"], "prior": {"normal": [10, 0]}}, "a positive spread"),
        ({"evidence": ["R1"], "prior": {"lognormal": [0, 1]}}, "a positive median"),
        ({"evidence": ["R1"], "prior": {"normal": [-5, 1]}}, "a centre within 0 to 1000000 persons"),
        ({"evidence": ["R1"], "prior": {"uniform": ["1 h", 20]}}, 'prior.uniform.0: found "1 h", expected persons'),
        ({"evidence": ["R1"], "prior": {"lognormal": [10, "1 h"]}}, "prior.lognormal.1"),
    ],
)
def test_a_sourced_value_with_one_fault_gives_one_message(part: dict[str, Any], message: str) -> None:
    (complaint,) = complaints({"value": "10 persons", **part})
    assert message in complaint


def test_a_wrong_unit_is_not_told_again_for_every_number_of_the_prior() -> None:
    raw = {"value": "10 kg", "assumption": "why", "prior": {"uniform": [5, 20]}}
    assert complaints(raw) == ['value: found "10 kg", expected persons, e.g. "12000 persons"']


def test_all_faults_of_a_sourced_value_are_told_at_once() -> None:
    raw = {"value": "-3 persons", "evidence": ["R136", "R99"], "note": 4, "unit": "persons"}
    assert len(complaints(raw, known_evidence=dict.fromkeys(["R135", "R136"]))) == 4


def test_evidence_that_does_not_exist_is_told_with_the_nearest_id() -> None:
    raw = {"value": "1 person", "evidence": ["population/Alatou"]}
    (complaint,) = complaints(raw, known_evidence=dict.fromkeys(["population/Alatau", "R136"]))
    assert complaint == 'evidence.0: no evidence has the id "population/Alatou"; did you mean "population/Alatau"?'


def test_a_value_set_by_the_user_needs_no_prior_where_such_values_may_occur() -> None:
    raw = {"value": "10 persons", "assumption": SET_BY_USER}
    assert read(raw, user_values=True) == Quantity(10.0, "persons", assumption=SET_BY_USER)


@given(st.floats(1, 1e5), st.floats(0.01, 0.99))
@settings(deadline=None)
def test_a_draw_lies_within_the_support_of_the_prior(value: float, u: float) -> None:
    prior = {"uniform": [value / 2, value * 2]}
    quantity = read({"value": f"{value!r} persons", "assumption": "why", "prior": prior})
    assert quantity.value == value
    assert value / 2 <= quantity.draw(u) <= value * 2


def test_a_parameter_keeps_the_unit_and_the_range_that_its_mechanism_declares() -> None:
    declared = Parameter("fear.omega", "1/day", 2.0, "assumption", "fading", uniform(0.2, 8.0), 0.0, 10.0)
    scale = Scale(declared.unit, declared.low, declared.high)
    assert read({"value": "0.1 1/h", "evidence": ["R1"]}, scale).value == pytest.approx(2.4)
    assert complaints({"value": "1 1/h", "evidence": ["R1"]}, scale) == ['value: found "1 1/h", expected 0 to 10 1/day']

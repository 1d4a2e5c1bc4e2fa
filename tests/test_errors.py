"""An error must say where, what was found and what is allowed."""

from __future__ import annotations

import pickle

import pytest

from contrafact.errors import InputError, InputErrors, RunError


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            InputError('found "12 kg", expected persons', "almaty.yaml", 41, 9, "forces.police.strength"),
            'almaty.yaml:41: forces.police.strength: found "12 kg", expected persons',
        ),
        (InputError("is empty", "almaty.yaml"), "almaty.yaml: is empty"),
        (InputError("unknown recorder"), "unknown recorder"),
        (InputError("unknown", key="actions.curfew"), "actions.curfew: unknown"),
    ],
)
def test_an_error_reads_place_then_key_then_message(error: InputError, text: str) -> None:
    assert str(error) == text


def test_an_error_gives_its_parts_to_machines_in_a_fixed_order() -> None:
    error = InputError("too heavy", "a.yaml", 4, 7, "forces.police.strength", "12 kg", "persons")
    assert list(error.as_dict().items()) == [
        ("file", "a.yaml"),
        ("line", 4),
        ("column", 7),
        ("key", "forces.police.strength"),
        ("found", "12 kg"),
        ("allowed", "persons"),
        ("message", "too heavy"),
    ]
    assert InputError("too heavy").as_dict()["line"] is None


def test_several_errors_are_told_by_file_and_line_one_a_line() -> None:
    errors = InputErrors(
        [InputError("c", "b.yaml", 2), InputError("b", "a.yaml", 10), InputError("a", "a.yaml", 9), InputError("no")]
    )
    assert str(errors) == "no\na.yaml:9: a\na.yaml:10: b\nb.yaml:2: c"
    assert [error.message for error in errors.errors] == ["no", "a", "b", "c"]


def test_errors_of_one_line_keep_their_order() -> None:
    assert [e.message for e in InputErrors([InputError("z", "a", 1), InputError("y", "a", 1)]).errors] == ["z", "y"]


def test_an_error_survives_the_way_from_one_process_to_another() -> None:
    error = InputError("too heavy", "a.yaml", 4, key="forces.police.strength")
    assert pickle.loads(pickle.dumps(error)) == error
    assert str(pickle.loads(pickle.dumps(RunError("tick 3")))) == "tick 3"


def test_a_users_mistake_is_no_failure_of_the_run() -> None:
    assert not issubclass(InputError, RunError)
    assert not issubclass(RunError, InputError | InputErrors)


def test_several_errors_survive_a_pickle_as_they_do_between_processes() -> None:
    errors = InputErrors([InputError("too small", "a.yaml", 3), InputError("unknown", "a.yaml", 1)])
    again = pickle.loads(pickle.dumps(errors))
    assert str(again) == str(errors) == "a.yaml:1: unknown\na.yaml:3: too small"

"""Free units must be shared out by priority, within tasks and mandate, and who is under an order must keep to it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from contrafact.model import command
from contrafact.model.context import Context
from contrafact.model.state import BAND, CROWD, OBJECTIVES, PRESENT, TASKS
from tests.model.town import accept, arm, play, populate, put_in_street, recount, start, town

ALL = ("guard", "retake", "clear", "cordon")
CELLS = 9
HALL = {"kind": "government"}
NUMBERS = {
    "command.planning": 0.0, "command.least": 10.0, "command.guard_ratio": 1.5, "command.retake_ratio": 3.0,
    "command.freed": 1.0, "facilities.unarmed_weight": 0.1,
}  # fmt: skip


def local(cell: int, strength: int = 10, **changed: Any) -> dict[str, Any]:
    return {"cell": cell, "strength": strength, "tasks": ALL} | changed


def contingent(cell: int, strength: int = 10, **changed: Any) -> dict[str, Any]:
    return local(cell, strength, contingent=True, force="contingent") | changed


def staff(units: Any, facilities: Any = (), mandate: int = 0, ticks_per_hour: int = 6, **numbers: float) -> Context:
    """Nine cells in a row, every one a place; units are free at once unless numbers say otherwise."""
    given = NUMBERS | {f"command.{name}": value for name, value in numbers.items()}
    c = town([50] * CELLS, units=units, facilities=facilities, numbers=given, ticks_per_hour=ticks_per_hour)
    start(c, "mandate", mandate)
    start(c, "intelligence", 0.5)
    return c


def band(c: Context, cell: int, number: int) -> None:
    """Put so many armed persons into a cell."""
    populate(c, np.where(np.arange(CELLS) == cell, number, 0), BAND)


def orders(c: Context) -> list[tuple[str, int]]:
    """Task of every unit and the cell to which it is sent, after the hour's decisions."""
    command.step(c)
    goals = c.next.unit_goal.tolist()
    cells = [goal if goal < CELLS else int(c.next.objective[goal - CELLS]) for goal in goals]
    return [(TASKS[task], cell) for task, cell in zip(c.next.unit_task, cells, strict=True)]


def test_units_guard_what_the_state_holds_nearest_first_and_the_rest_is_in_reserve_at_its_fallback() -> None:
    c = staff([local(8), local(4, fallback=0), local(3)], [HALL | {"cell": 2}, HALL | {"cell": 7}])
    assert orders(c) == [("guard", 7), ("reserve", 0), ("guard", 2)]


def test_without_a_fallback_the_reserve_is_where_it_was_ordered() -> None:
    assert orders(staff([local(4, order=6)])) == [("reserve", 6)]


def test_facilities_are_guarded_in_the_order_of_the_scenario() -> None:
    facilities = [HALL | {"cell": 2}, HALL | {"cell": 4}]
    assert orders(staff([local(4)], facilities)) == [("guard", 2)]
    assert orders(staff([local(4)], facilities[::-1])) == [("guard", 4)]


@pytest.mark.parametrize(("armed", "crowd", "sent"), [(0, 0, 1), (6, 0, 1), (7, 0, 2), (6, 40, 2), (13, 6, 3)])
def test_guards_are_so_many_for_each_attacker_and_never_less_than_the_least(armed: int, crowd: int, sent: int) -> None:
    # 1.5 (armed + 0.1 crowd), 10 at least: 10, 10, 10.5, 15, 20.4
    c = staff([local(8)] * 5, [HALL | {"cell": 0, "site": 0}], retake_ratio=1e6)
    populate(c, [armed, *[0] * 8], BAND)
    populate(c, [crowd, *[0] * 8], PRESENT, skip=armed)
    assert command.threats(c) == pytest.approx([armed + 0.1 * crowd])
    assert [task for task, _ in orders(c)].count("guard") == sent


def test_nobody_threatens_or_guards_a_facility_off_the_map_or_a_hospital() -> None:
    c = staff([local(8)], [HALL | {"cell": 0}, {"kind": "hospital", "cell": 1}])
    c.fixed.onmap[0], c.fixed.guarded = False, [f for f in c.fixed.guarded if f != 0]
    start(c, "posture", 1)
    start(c, "intelligence", 0.0)  # and nothing is known to clear
    band(c, 0, 9)
    assert command.threats(c)[0] == 0
    assert [task for task, _ in orders(c)] == ["reserve"]


@pytest.mark.parametrize(
    ("armed", "units", "sent"), [(0, 1, 1), (3, 1, 1), (4, 1, 0), (4, 2, 2), (10, 3, 0), (10, 4, 4)]
)
def test_a_lost_facility_is_retaken_by_more_than_the_ratio_or_by_nobody(armed: int, units: int, sent: int) -> None:
    # More than 3 max(1, armed): 4, 10, 13, 31 of units of ten
    c = staff([local(8)] * units, [HALL | {"cell": 2}])
    start(c, "holder", CROWD)
    band(c, 2, armed)
    c.now.posture[2] = 1
    c.now.intelligence[2] = 0.0  # nothing is known to clear
    given = orders(c)
    assert given.count(("retake", 2)) == sent
    assert given.count(("reserve", 8)) == units - sent


def test_what_is_held_is_guarded_before_what_is_lost_is_retaken_and_that_before_cells_are_cleared() -> None:
    c = staff([local(8)] * 4, [HALL | {"cell": 2}, HALL | {"cell": 0}])
    start(c, "holder", [CROWD, 0])
    band(c, 4, 3)
    for units, expected in ((1, ["guard"]), (2, ["guard", "retake"]), (3, ["guard", "retake", "clear"])):
        c.now.unit_fit[:] = [10] * units + [0] * (4 - units)
        assert sorted(task for task, _ in orders(c)[:units]) == sorted(expected)


def test_cells_where_most_are_known_are_cleared_at_the_ratio_or_not_at_all() -> None:
    # Bands of 2, 8 and 5: 24 for the second, 15 for the third; the first would take 6, and then nobody is left
    c = staff([local(0)] * 4)
    for cell, number in ((1, 2), (4, 8), (7, 5)):
        band(c, cell, number)
    c.now.unit_fit[:] = 8
    given = orders(c)
    assert c.next.objective[:4].tolist() == [4, 7, 1, -1]
    assert given.count(("clear", 4)) == 3
    assert given.count(("clear", 7)) == 0  # 8 of 15
    assert given.count(("clear", 1)) == 1


def test_four_cells_are_cleared_at_most() -> None:
    c = staff([local(0)] * 8)
    populate(c, [0, 1, 1, 1, 1, 1, 1, 0, 0], BAND)
    given = orders(c)
    assert sorted(given[:4]) == [("clear", cell) for cell in (1, 2, 3, 4)]
    assert "clear" not in [task for task, _ in given[4:]]


@pytest.mark.parametrize(("posture", "intelligence", "known"), [(0, 0.0, 8), (1, 1.0, 8), (1, 0.5, 4), (1, 0.1, None)])
def test_of_a_band_in_ambush_the_share_that_intelligence_knows_is_seen_and_less_than_one_person_is_not(
    posture: int, intelligence: float, known: float | None
) -> None:
    c = staff([local(0)])
    band(c, 4, 8)
    start(c, "posture", posture)
    start(c, "intelligence", intelligence)
    cells, number = command.objectives(c)
    assert (cells[0], number[0]) == ((4, known) if known else (-1, 0))


def test_the_cells_around_the_first_objective_are_cordoned_with_a_unit_each() -> None:
    c = staff([local(0), local(8), local(4), local(4)])
    band(c, 4, 3)
    # The nearest unit of ten clears: 9 are asked for; each neighbour gets one, in the order of cells
    assert orders(c) == [("cordon", 5), ("reserve", 8), ("clear", 4), ("cordon", 3)] or orders(c) == [
        ("reserve", 0), ("cordon", 5), ("clear", 4), ("cordon", 3)
    ]  # fmt: skip
    assert c.next.objective.tolist() == [4, -1, -1, -1, 3, 5, *[-1] * (OBJECTIVES - 6)]


def test_the_cordon_stands_even_if_there_are_too_few_to_clear() -> None:
    c = staff([local(0), local(0)])
    band(c, 4, 30)
    assert sorted(orders(c)) == [("cordon", 3), ("cordon", 5)]


def test_units_find_their_way_to_objectives() -> None:
    c = staff([local(0, speed=6.0)])
    band(c, 4, 3)
    for cells in (0, 0, 1, 2, 3, 4, 4):  # it sets out in the tick after the order
        assert c.now.unit_cell[0] == cells
        play(c, 1, command)


def test_a_unit_takes_only_tasks_of_its_force() -> None:
    lost = [HALL | {"cell": 2}, HALL | {"cell": 6}]
    for tasks, expected in (
        (("guard",), "guard"),
        (("retake",), "retake"),
        (("clear",), "clear"),
        (("cordon",), "cordon"),
    ):
        c = staff([local(0, strength=20, tasks=tasks)], lost)
        start(c, "holder", [0, CROWD])
        band(c, 4, 3)
        assert orders(c)[0][0] == expected


def test_a_force_without_tasks_is_never_commanded_and_an_order_of_the_scenario_holds() -> None:
    facilities = [HALL | {"cell": 2}]
    c = staff([local(4, tasks=(), order=6), local(4, order=7)], facilities)
    start(c, "unit_scripted", [True, True])
    start(c, "unit_task", 1)
    assert orders(c) == [("scripted", 6), ("scripted", 7)]
    start(c, "unit_scripted", [True, False])
    assert orders(c) == [("scripted", 6), ("guard", 2)]


@pytest.mark.parametrize("out_of_action", ["unit_recovers", "unit_routed"])
def test_a_unit_that_is_out_of_action_or_not_there_is_given_nothing(out_of_action: str) -> None:
    c = staff([local(4), local(4)], [HALL | {"cell": 2}])
    getattr(c.now, out_of_action)[0], c.now.unit_cell[1] = 5.0, -1
    recount(c)
    assert orders(c) == [("scripted", 4), ("scripted", 4)]  # as they were


@pytest.mark.parametrize("ticks_per_hour", [4, 6, 12])
@pytest.mark.parametrize(("arrives", "planning", "hour"), [(0.0, 3.0, 3), (1.5, 2.0, 4), (2.0, 0.0, 2)])
def test_a_force_that_came_is_given_tasks_at_the_first_full_hour_after_it_has_assessed(
    arrives: float, planning: float, hour: int, ticks_per_hour: int
) -> None:
    c = staff([local(4, arrives=arrives)], [HALL | {"cell": 2}], planning=planning, ticks_per_hour=ticks_per_hour)
    tasks = []
    for _ in range(6 * ticks_per_hour):
        command.step(c)
        accept(c)
        tasks.append(TASKS[c.now.unit_task[0]])
    assert tasks == ["scripted"] * (hour * ticks_per_hour) + ["guard"] * ((6 - hour) * ticks_per_hour)


def test_decisions_are_made_at_full_hours_only() -> None:
    c = staff([local(4)], [HALL | {"cell": 2}])
    for c.tick in range(1, 6):
        assert orders(c) == [("scripted", 4)]
    c.tick = 6
    assert orders(c) == [("guard", 2)]


@pytest.mark.parametrize(("mandate", "expected"), [(0, ["reserve"] * 3), (1, ["guard", "reserve", "reserve"]),
                                                   (2, ["guard", "retake", "clear"])])  # fmt: skip
def test_contingents_do_nothing_without_a_mandate_guard_under_one_and_all_under_the_other(
    mandate: int, expected: list[str]
) -> None:
    c = staff([contingent(0)] * 3, [HALL | {"cell": 2}, HALL | {"cell": 6}], mandate=mandate)
    start(c, "holder", [0, CROWD])
    band(c, 4, 3)
    assert sorted(task for task, _ in orders(c)) == sorted(expected)


def test_under_a_mandate_to_clear_contingents_take_only_tasks_of_their_own() -> None:
    c = staff([contingent(0, tasks=("clear",))] * 2, [HALL | {"cell": 2}], mandate=2)
    band(c, 4, 3)
    assert sorted(orders(c)) == [("clear", 4), ("reserve", 0)]


FREED = [HALL | {"cell": 2}, HALL | {"cell": 6}]


def test_contingents_guard_first_and_free_local_units_in_the_same_hour() -> None:
    units = [contingent(0), contingent(8), local(2), local(6)]
    for mandate, expected in ((0, ["guard", "guard"]), (1, ["cordon", "clear"])):
        c = staff(units, FREED, mandate=mandate)
        band(c, 4, 3)
        given = orders(c)
        assert sorted(task for task, _ in given[2:]) == sorted(expected)
        assert [task for task, _ in given[:2]] == (["guard", "guard"] if mandate else ["reserve", "reserve"])


def test_local_units_guard_what_contingents_are_too_few_to_guard() -> None:
    c = staff([contingent(2), local(8), local(8), local(8)], FREED, mandate=1, least=20.0)
    # 20 at each: the contingent's ten at the first, and ten and twenty local ones
    assert sorted(orders(c)) == [("guard", 2), ("guard", 2), ("guard", 6), ("guard", 6)]


@pytest.mark.parametrize(("freed", "guards"), [(0.0, 2), (0.5, 1), (1.0, 0)])
def test_with_freed_at_zero_local_units_guard_as_if_no_contingent_did(freed: float, guards: int) -> None:
    c = staff([contingent(2, strength=20), local(2), local(2)], FREED[:1], mandate=1, freed=freed, least=20.0)
    given = orders(c)
    assert given[0] == ("guard", 2)
    assert [task for task, _ in given[1:]].count("guard") == guards


def test_a_contingent_that_is_out_of_action_frees_nobody() -> None:
    c = staff([contingent(2, strength=20), local(8)], FREED[:1], mandate=1)
    orders(c)
    accept(c)
    c.tick = 6
    c.now.unit_routed[0] = 9.0
    recount(c)
    assert orders(c)[1] == ("guard", 2)


def test_of_two_units_as_near_the_first_is_sent() -> None:
    assert orders(staff([local(3), local(1)], [HALL | {"cell": 2}]))[0] == ("guard", 2)


def test_command_decides_on_the_situation_of_the_hour() -> None:
    c = staff([local(0)])
    put_in_street(c, 200, home=4)
    assert orders(c) == [("reserve", 0)]
    arm(c, 201, 4)
    assert orders(c) == [("clear", 4)]

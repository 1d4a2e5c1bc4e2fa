"""Of shutdown, jamming and damage the worst decides how much of the network works."""

from __future__ import annotations

import pytest

from contrafact.model import communications
from contrafact.model.state import CROWD, NOBODY, STATE
from tests.model.town import start, town

EXCHANGES = [{"kind": "telecom"}, {"kind": "telecom"}, {"kind": "police"}]


@pytest.mark.parametrize(
    ("availability", "jammed", "holders", "network"),
    [
        (1.0, 0.0, (STATE, STATE, CROWD), 1.0),
        (0.3, 0.2, (STATE, STATE, STATE), 0.3),
        (0.9, 0.7, (STATE, STATE, STATE), 0.3),
        (0.9, 0.2, (CROWD, NOBODY, STATE), 0.4),  # both exchanges lost: 0.6 of the network
        (0.9, 0.2, (STATE, CROWD, STATE), 0.7),  # one of two
        (0.0, 1.0, (CROWD, CROWD, STATE), 0.0),
    ],
)
def test_the_worst_of_the_three_causes_decides(
    availability: float, jammed: float, holders: tuple[int, ...], network: float
) -> None:
    c = town(facilities=EXCHANGES, numbers={"communications.damage": 0.6})
    start(c, "availability", availability)
    start(c, "jamming", [jammed, 0.0, 0.0])
    start(c, "holder", holders)
    communications.step(c)
    assert c.next.network[0] == pytest.approx(network, abs=1e-12)


def test_jamming_acts_where_it_is_and_nowhere_else() -> None:
    c = town()
    start(c, "jamming", [0.0, 0.8, 0.0])
    communications.step(c)
    assert c.next.network == pytest.approx([1.0, 0.2, 1.0], abs=1e-12)


def test_a_town_without_telecom_facilities_has_nothing_to_damage() -> None:
    c = town(facilities=[{"kind": "government"}], numbers={"communications.damage": 1.0})
    start(c, "holder", [CROWD])
    communications.step(c)
    assert c.next.network.tolist() == [1.0, 1.0, 1.0]

"""What is told must be what happened, as late and as distorted as the channel makes it, and be believed if injected."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from contrafact.model import exposure, fear, policy, reports, support
from contrafact.model.context import Context
from contrafact.model.policy import Action
from contrafact.model.reports import DISTORTED
from contrafact.model.state import CHANNELS, COUNTS, CROWD, LAGS, NOBODY, STATE, TOLD
from tests.model.town import accept, start, town

DEATHS, HARMED, INJURED, STREET = (TOLD.index(name) for name in ("deaths", "harmed", "injured", "crowd"))
BROADCASTER = {"kind": "broadcast"}

OFFICIAL, NETWORK, BROADCAST = range(len(CHANNELS))
COLUMN = {name: i for i, name in enumerate(COUNTS)}


def newsroom(
    delay: float = 0.5, ticks_per_hour: int = 6, facilities: Any = (BROADCASTER,), **numbers: float
) -> Context:
    """A town where every channel is so late, undistorted unless numbers say otherwise."""
    given = {f"{channel}_delay": delay for channel in ("official", "network", "broadcast")}
    given |= {"network_bias": 1.0, "broadcast_bias": 1.0} | numbers
    numbers = {f"reports.{name}": value for name, value in given.items()}
    return town(facilities=facilities, ticks_per_hour=ticks_per_hour, numbers=numbers)


def kill(c: Context, deaths: int, group: str = "protesters") -> None:
    c.now.counts[COLUMN[f"deaths_{group}"]] += deaths


def tell(c: Context, hours: float) -> np.ndarray[Any, Any]:
    """Run reports for some hours; returns what was heard in all, (told, channel)."""
    heard = np.zeros_like(c.now.heard)
    for _ in range(round(hours * c.ticks_per_hour)):
        reports.step(c)
        accept(c)
        heard += c.now.heard
    return heard


def test_the_true_counts_are_of_those_that_their_names_say() -> None:
    c = town(facilities=[BROADCASTER, BROADCASTER, BROADCASTER])
    c.now.counts[:] = 2 ** np.arange(len(COUNTS))  # every sum tells its terms
    c.now.crowd[:], c.now.armed[:] = (1, 2, 4), (8, 16, 0)
    c.now.holder[:] = (STATE, CROWD, NOBODY)
    counts = {name: 2**i for i, name in enumerate(COUNTS)}

    def total(*names: str) -> int:
        return sum(counts[name] for name in names)

    groups = ("bystanders", "protesters", "armed_persons", "state_forces", "contingents")
    deaths = ("deaths_bystanders", "deaths_protesters")
    reports.step(c)
    assert dict(zip(TOLD, c.next.history[0].tolist(), strict=True)) == {
        "crowd": 7,
        "armed": 24,
        "deaths": total(*deaths),
        "harmed": total(*deaths, "injured_bystanders", "injured_protesters"),
        "deaths_armed": total("deaths_armed_persons"),
        "deaths_state": total("deaths_state_forces", "deaths_contingents"),
        "injured": total(*(f"injured_{group}" for group in groups)),
        "detained": total("detained"),
        "facilities_lost": 2,
    }


@pytest.mark.parametrize("delay", [0.5, 1.0, 6.0])
@pytest.mark.parametrize("ticks_per_hour", [4, 6, 12])
def test_who_reads_a_report_reads_what_was_so_before_the_delay_whatever_the_tick(
    ticks_per_hour: int, delay: float
) -> None:
    c = newsroom(delay, ticks_per_hour)
    for _ in range(8 * ticks_per_hour):
        before = c.tick - round(delay * ticks_per_hour)
        # At hour h the crowd is 1000 h + 1; nobody is told of what was before the start
        assert c.now.told[STREET].tolist() == pytest.approx(
            [1 + round(1000 * before / ticks_per_hour) if before >= 0 else 0] * 3
        )
        c.now.crowd[0] = 1 + round(1000 * c.hour)
        tell(c, 1 / ticks_per_hour)


def test_each_channel_has_a_delay_of_its_own() -> None:
    c = newsroom(official_delay=0.5, network_delay=1 / 6, broadcast_delay=2.0)
    kill(c, 3)
    seen = []
    for _ in range(13):
        seen.append(c.now.told[DEATHS].tolist())
        tell(c, 1 / 6)
    assert [[row[channel] for row in seen].index(3) for channel in (OFFICIAL, NETWORK, BROADCAST)] == [3, 1, 12]


@pytest.mark.parametrize("delay", [0.0, 0.08])
def test_no_report_is_younger_than_a_tick(delay: float) -> None:
    c = newsroom(delay)
    kill(c, 3)
    assert c.now.told[DEATHS].sum() == 0
    tell(c, 1 / 6)
    assert c.now.told[DEATHS].tolist() == [3, 3, 3]


def test_delays_end_where_memory_does() -> None:
    c = newsroom(1e3)
    for tick in range(LAGS + 5):
        c.now.crowd[0] = 1 + tick
        tell(c, 1 / 6)
    assert c.now.told[STREET, OFFICIAL] == 1 + c.tick - LAGS == 6


def test_ticks_of_5_and_10_minutes_are_told_the_same() -> None:
    heard = []
    for ticks_per_hour in (6, 12):
        c = newsroom(1.0, ticks_per_hour, network_bias=1.3)
        for hour in range(6):
            kill(c, 5 + hour)
            tell(c, 1.0)
            heard.append((hour, ticks_per_hour, c.now.told.tolist()))
    assert sorted((h, told) for h, t, told in heard if t == 6) == sorted((h, told) for h, t, told in heard if t == 12)
    assert heard[-1][2][DEATHS] == [45, 1.3 * 45, 45]  # those of six hours, the last an hour ago


def test_the_two_factors_distort_deaths_and_injuries_and_nothing_else() -> None:
    assert [name for name, distorted in zip(TOLD, DISTORTED, strict=True) if distorted] == [
        "deaths", "harmed", "injured"
    ]  # fmt: skip
    c = newsroom(network_bias=1.5, broadcast_bias=0.25)
    c.now.counts[:] = 4
    c.now.crowd[0], c.now.armed[0], c.now.holder[0] = 40, 20, STATE
    tell(c, 0.5)
    truth = c.now.history[0]
    factors = np.where(DISTORTED[:, None], [[1.0, 1.5, 0.25]], 1.0)
    assert c.now.told == pytest.approx(truth[:, None] * factors)


@pytest.mark.parametrize(
    ("holders", "told"),
    [
        ((), 25), ((STATE,), 25), ((STATE, CROWD), 25), ((CROWD, CROWD), 100), ((NOBODY,), 100),
    ],
)  # fmt: skip
def test_broadcasters_tell_a_part_until_the_state_has_lost_them_all(holders: tuple[int, ...], told: float) -> None:
    c = newsroom(facilities=[BROADCASTER for _ in holders], broadcast_bias=0.25)
    start(c, "holder", holders)
    kill(c, 100)
    tell(c, 1.0)
    assert c.now.told[DEATHS].tolist() == [100, 100, told]


def test_what_broadcasts_have_told_they_do_not_take_back_nor_tell_twice() -> None:
    c = newsroom(broadcast_bias=0.25)
    kill(c, 100)
    heard = tell(c, 1.0)
    for holder, expected in ((CROWD, 100), (STATE, 100), (CROWD, 100)):
        start(c, "holder", holder)
        heard += tell(c, 1.0)
        assert c.now.told[DEATHS, BROADCAST] == expected
    assert heard[DEATHS, BROADCAST] == 100


def test_what_is_heard_is_the_rise_of_what_is_told_and_never_negative() -> None:
    c = newsroom(1 / 6)
    rises = []
    for crowd in (100, 300, 50, 60):
        c.now.crowd[0] = crowd
        rises.append(tell(c, 1 / 6)[STREET].tolist())
    assert rises == [[100] * 3, [200] * 3, [0] * 3, [10] * 3]


def test_a_false_report_is_told_by_its_channels_while_it_is_in_force_and_heard_once() -> None:
    c = newsroom()
    report = {"told": DEATHS, "channels": [NETWORK, BROADCAST], "number": 30.0}
    c.actions = [Action("rumour", "report", report, at=1.0, until=3.0)]
    told, heard = [], []
    for _ in range(4 * 6):
        policy.step(c)
        heard.append(tell(c, 1 / 6)[DEATHS].tolist())
        told.append(c.now.told[DEATHS].tolist())
    assert [row[OFFICIAL] for row in told] == [0] * 24
    for channel in (NETWORK, BROADCAST):
        assert [row[channel] for row in told] == [0] * 6 + [30] * 12 + [0] * 6
        assert sum(row[channel] for row in heard) == 30
    assert c.now.counts.sum() == 0


def test_the_government_acts_on_a_report_that_is_false() -> None:
    c = newsroom()
    report = {"told": TOLD.index("deaths_state"), "channels": [OFFICIAL], "number": 3.0}
    c.actions = [
        Action("beheadings", "report", report, at=1.0),
        Action("request", "announce", {}, at=None, cause="deaths_state", at_least=3.0),
    ]
    for _ in range(12):
        policy.step(c)
        tell(c, 1 / 6)
    assert 1.0 < c.actions[1].fired <= 1.0 + 3 / 6


def heard_by(c: Context, network: float, broadcast: float, row: int) -> None:
    """Let channels come to tell so many, in a town of 300 with half of the network."""
    start(c, "network", 0.25)
    c.now.heard[row] = (7e5, network, broadcast)  # what the official channel tells, residents do not hear


def test_fear_weighs_what_is_heard_by_network_and_broadcast_with_the_share_of_the_network_that_works() -> None:
    c = town(numbers={"fear.phi": 2.0, "fear.omega": 24e-6})
    heard_by(c, 12.0, 4.0, DEATHS)
    fear.step(c)
    # 0.25 x 12 + 0.75 x 4 = 6 deaths are 20 per 1,000 of 300 residents
    assert c.next.fear == pytest.approx([2.0 * 20] * 3, rel=1e-6)


def test_support_weighs_them_the_same() -> None:
    numbers = {"support.deaths": 0.01, "support.violence": 0.0, "support.return": 0.0}
    c = town(numbers=numbers)
    start(c, "legitimacy", 0.8)
    heard_by(c, 12.0, 4.0, DEATHS)
    support.step(c)
    assert c.next.legitimacy == pytest.approx([0.8 - 0.01 * 20] * 3)
    c = town(numbers=numbers | {"support.violence": 0.01, "support.turning": 60.0, "support.window": 0.01})
    start(c, "legitimacy", 0.8)
    heard_by(c, 1.2, 0.4, HARMED)
    support.step(c)
    # 2 per 1,000 in ten minutes are 12 an hour; b1 V exp(-V / V*) dt
    assert c.next.legitimacy == pytest.approx([0.8 - 0.01 * 12 * math.exp(-12 / 60) / 6] * 3)


def test_exposure_follows_what_the_network_tells_of_the_street_as_far_as_it_works() -> None:
    numbers = {"exposure.net": 0.6, "exposure.omega": 0.0, "exposure.media": 0.0, "exposure.maximum": 1e6}
    c = town(numbers=numbers)
    start(c, "network", 0.25)
    c.now.told[STREET] = (999, 24, 999)
    c.now.told[TOLD.index("armed")] = (999, 6, 999)
    exposure.step(c)
    assert c.next.exposure == pytest.approx([0.25 * 0.6 * 30 / 300 / 6] * 3, rel=1e-5)


def test_nothing_is_told_where_nothing_happens() -> None:
    c = newsroom()
    assert tell(c, 2.0).sum() == c.now.told.sum() == 0

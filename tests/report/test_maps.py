"""The map's geometry: equal scales, hours around the peak, symbols that do not hide each other."""

from __future__ import annotations

import math
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrafact.report.maps import CIRCLE_KM, PANEL, SEAT, TOUCHING, City, Frame, chosen_hours, circles, set_apart

START = datetime(2022, 1, 4)


def test_a_kilometre_east_is_as_long_as_a_kilometre_north() -> None:
    frame = Frame.around([[(76.8, 43.1), (77.0, 43.1), (77.0, 43.3), (76.8, 43.3)]])
    left, middle = frame.dots(76.8, 43.2), frame.dots(76.9, 43.2)
    above = frame.dots(76.8, 43.3)
    # a degree of longitude is shorter than one of latitude by the cosine of the latitude
    assert (middle[0] - left[0]) / (left[1] - above[1]) == pytest.approx(math.cos(math.radians(43.2)), rel=0.01)


def test_all_outlines_lie_inside_the_panel() -> None:
    corners = [(76.8, 43.1), (77.2, 43.4)]
    frame = Frame.around([corners])
    for lon, lat in corners:
        x, y = frame.dots(lon, lat)
        assert 0 <= x <= PANEL
        assert 0 <= y <= frame.height


def test_the_ruler_is_a_round_length_that_fits() -> None:
    # 0.1 degrees of longitude at 43 degrees north are 8.1 km over the whole panel: 2 km fit into two fifths, 5 do not
    assert Frame.around([[(76.8, 43.1), (76.9, 43.2)]]).ruler_km() == 2


def test_regions_are_circles_whose_radius_grows_with_the_cube_root_of_their_residents() -> None:
    points = np.array([[50.0, 40.0], [60.0, 50.0], [70.0, 45.0]])
    rings = circles(points, np.array([1000, 8000, 1000]))
    heights = [max(lat for _, lat in ring) - point[1] for ring, point in zip(rings, points, strict=True)]
    assert np.array(heights) * 111.195 == pytest.approx([CIRCLE_KM, 2 * CIRCLE_KM, CIRCLE_KM], rel=0.01)
    frame = Frame.around(rings)
    for ring in rings:  # round in the panel, where a degree of longitude is as long everywhere
        x, y = np.array([frame.dots(*point) for point in ring]).T
        assert np.ptp(x) == pytest.approx(np.ptp(y), rel=0.02)


def test_regions_without_residents_are_not_drawn() -> None:
    points = np.array([[50.0, 40.0], [60.0, 50.0], [70.0, 45.0]])
    city = City(np.arange(3), np.array([10, 0, 5]), points=points)
    assert [index for index, _ in city.inhabited()] == [0, 2]
    assert city.seam > 0


def test_hours_begin_at_the_last_mark_before_the_crowd_grows() -> None:
    crowd = np.zeros(241)
    crowd[19:] = [*np.linspace(1500, 20000, 20), *np.zeros(202)]  # from 4 January, 19:00, to 5 January, 14:00
    assert chosen_hours(START, crowd) == list(range(18, 90, 6))  # from 4 January, 18:00, to 7 January, 12:00


def test_a_crowd_that_grows_for_days_stands_in_the_middle_when_it_is_largest() -> None:
    crowd = np.concatenate([np.linspace(1, 10, 200), np.zeros(80)])
    hours = chosen_hours(START, crowd)
    assert hours[5] <= 199 <= hours[7]
    assert len(hours) == 12


def test_marks_follow_the_clock_when_the_run_starts_off_the_hour_of_six() -> None:
    crowd = np.zeros(241)
    crowd[40] = 1
    hours = chosen_hours(datetime(2022, 1, 4, 2), crowd)
    assert hours[0] == 40
    assert all((2 + hour) % 6 == 0 for hour in hours)


def test_a_crowd_that_never_forms_is_shown_from_the_start() -> None:
    assert chosen_hours(START, np.zeros(241))[0] == 0


def test_a_short_run_shows_what_there_is() -> None:
    assert chosen_hours(START, np.array([0.0, 3.0, 1.0])) == [0]
    assert chosen_hours(START, np.arange(25.0)) == [0, 6, 12, 18, 24]


def test_lonely_places_keep_their_seat() -> None:
    assert set_apart([(10.0, 10.0), (100.0, 100.0)]) == [(10.0, 10.0), (100.0, 100.0)]


def test_two_places_at_one_point_get_seats_of_their_own() -> None:
    first, second = set_apart([(50.0, 50.0), (50.0, 50.0)])
    assert math.dist(first, second) >= SEAT


@given(st.lists(st.tuples(st.floats(0, TOUCHING / 2), st.floats(0, TOUCHING / 2)), min_size=2, max_size=12))
def test_symbols_of_one_cluster_never_overlap(places: list[tuple[float, float]]) -> None:
    seats = set_apart(places)
    nearest = min(math.dist(a, b) for number, a in enumerate(seats) for b in seats[:number])
    assert nearest >= 0.9 * SEAT

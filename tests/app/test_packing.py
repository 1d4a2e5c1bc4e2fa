"""Numbers for the page."""

from __future__ import annotations

import base64

import numpy as np

from contrafact.app.packing import packed_counts, packed_shares


def unpacked(text: str) -> list[int]:
    return list(base64.b64decode(text))


def test_counts_come_back_to_within_the_step_of_the_scale() -> None:
    counts = np.array([[0.0, 1.0, 30.0], [900.0, 12345.0, 0.0]])
    found = packed_counts(counts)
    highest = float(str(found["highest"]))
    codes = np.array(unpacked(str(found["bytes"])), dtype=float)
    back = np.expm1(codes / 255 * np.log1p(highest))
    assert highest == 12345.0
    assert np.allclose(np.log1p(back), np.log1p(counts).ravel(), atol=np.log1p(highest) / 510 + 1e-9)
    assert codes[0] == 0
    assert codes[4] == 255


def test_an_empty_street_is_all_zero() -> None:
    assert unpacked(str(packed_counts(np.zeros((2, 2)))["bytes"])) == [0, 0, 0, 0]


def test_a_rare_loss_is_never_rounded_to_none() -> None:
    assert unpacked(packed_shares(np.array([0.0, 0.0005, 0.5, 1.0]))) == [0, 1, 128, 255]

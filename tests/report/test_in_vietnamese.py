"""Under --lang vi the sentences of run, compare and claims are Vietnamese, numbers included."""

from __future__ import annotations

import contrafact as cf
from contrafact.experiment.effects import Effect, Interval
from contrafact.report import effect_tables
from contrafact.report.evidence import claim_lines
from contrafact.translation import speaking


def effect(mean: float, reach: float, groups: int) -> Effect:
    pooled = Interval(mean, mean - reach, mean + reach, 4 * groups, groups)
    return Effect("x", "deaths_total", "persons", pooled, mean, 0.2, 0.0, 12.5, None, None, ())


def test_the_headline_of_an_effect_is_vietnamese() -> None:
    with speaking("vi"):
        assert effect_tables.headline(effect(1500.0, 2000.0, 10)) == (
            "Người chết, mọi nhóm: +1.500 (−500 đến +3.500); khoảng chứa số không."
        )
        assert effect_tables.headline(effect(5.0, 1.0, 2)).endswith("; 2 nhóm cặp không cho biết dấu.")
        assert "12,5" in effect_tables.row(effect(5.0, 1.0, 2))
    assert effect_tables.headline(effect(5.0, 1.0, 2)).endswith("; 2 groups of pairs tell no sign.")


def test_labels_and_verdicts_of_claims_are_vietnamese() -> None:
    found = cf.claims(cf.load("almaty-2022"))
    with speaking("vi"):
        lines = list(claim_lines(found))
    assert lines[0].startswith("almaty-2022: 47 phát biểu.")
    assert any(line.endswith("[được xác nhận]") for line in lines)
    assert any(line.startswith("  ai nói    ") for line in lines)
    assert not any(line.startswith(("  says so", "  quote", "  because", "  assumes", "  question")) for line in lines)

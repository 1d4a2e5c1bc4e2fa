"""Tables for the terminal: the effects of arms, harm first, arms in the order in which they were given."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Literal

import numpy as np
from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table

from contrafact.experiment.effects import FEW_GROUPS, LEVEL
from contrafact.experiment.result import RECORDED
from contrafact.report import wording
from contrafact.translation import counted_text, localised, text, whole

if TYPE_CHECKING:
    from contrafact.experiment.comparison import Comparison
    from contrafact.experiment.effects import Effect, Interval

HEADLINE = ("deaths_total", "injured_total")
SETTING_COLUMNS, PAIRS = ("switch", "setting"), "pairs"
COLUMNS = ("", "effect", "95 % interval", "median", "other sign", "no difference", "variance ratio", "chance",
           "numbers", "assumptions", "")  # fmt: skip
READING = (
    "Effect: the arm less {reference}, mean over pairs. Interval: Student's t over groups of pairs that share a "
    "draw of the scenario's numbers; settings of switches are dealt without replacement, so that groups are slightly "
    "negatively dependent and intervals err on the wide side.",
    "Other sign: pairs whose difference is opposite to the mean. Variance ratio: how many times more the difference "
    "of unpaired runs varies.",
    "Chance, numbers, assumptions: shares of the variance of the effect that come from random events, from the drawn "
    "numbers of the scenario, and from switches; one that is estimated below zero is told as 0.",
)


class EffectTables:
    """The tables of all arms, for a terminal or a notebook."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for arm in self.comparison.arms:
            yield from tables_of(self.comparison, arm.name)
        yield from notes(self.comparison)

    def __str__(self) -> str:
        screen = Console(width=150, highlight=False, color_system=None)
        with screen.capture() as captured:
            screen.print(self)
        return captured.get()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.comparison._repr_html_()


def effect_table(comparison: Comparison) -> EffectTables:
    """The effects of every arm."""
    return EffectTables(comparison)


def arm_table(comparison: Comparison, arm: str) -> Table:
    """One row an outcome; below, what the arm changes, what is decided by an assumption, and where it first differs."""
    named = next(one for one in comparison.arms if one.name == arm)
    table = Table(
        title=f"{arm}: {text(named.title)}",
        title_justify="left",
        title_style="bold",
        caption="\n".join(below(comparison, arm)),
        caption_justify="left",
        caption_style="",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        header_style="",
    )
    for number, column in enumerate(COLUMNS):
        side: Literal["left", "right"] = "left" if number in (0, len(COLUMNS) - 1) else "right"
        table.add_column(text(column), justify=side, no_wrap=number == 0)
    for effect in comparison.effects:
        if effect.arm == arm:
            table.add_row(*row(effect))
    return table


def setting_table(comparison: Comparison, arm: str) -> Table:
    """Deaths and injuries under each setting of each switch, with the number of pairs that stand under it."""
    deaths, injuries = (comparison.effect(arm, outcome) for outcome in HEADLINE)
    table = Table(
        title=text("{arm}: under each setting of what is contested", arm=arm),
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        header_style="",
    )
    for number, column in enumerate((*SETTING_COLUMNS, *map(wording.outcome, HEADLINE), PAIRS)):
        table.add_column(text(column), justify="left" if number < 2 else "right")
    before = ""
    for one, other in zip(deaths.by_setting, injuries.by_setting, strict=True):
        cells = (
            f"{signed(under.effect.mean, unit)} ({ends(under.effect, unit)})"
            for under, unit in ((one, deaths.unit), (other, injuries.unit))
        )
        table.add_row("" if one.switch == before else one.switch, one.setting, *cells, str(one.effect.pairs))
        before = one.switch
    return table


def tables_of(comparison: Comparison, arm: str) -> list[Table]:
    """All tables of one arm: that of its settings only where something is contested and anything differs at all."""
    differs = any(effect.zero_share < 1.0 for effect in comparison.effects if effect.arm == arm)
    under = [setting_table(comparison, arm)] if differs and comparison.design.switches else []
    return [arm_table(comparison, arm), *under]


def row(effect: Effect) -> tuple[str, ...]:
    """One outcome in words; where a switch decides the sign, its name in place of a pooled effect."""
    pairs = (share(effect.sign_flip_share), share(effect.zero_share))
    ratio = "" if effect.variance_ratio is None else localised(f"{effect.variance_ratio:.1f}")
    parts = {} if effect.parts is None else effect.parts.shares()
    shares = [share(parts.get(name)) for name in ("monte_carlo", "parameters", "assumptions")]
    tail = (*pairs, ratio, *shares, text(wording.unit(effect.unit)))
    what = text(wording.outcome(effect.outcome))
    if effect.effect is None:
        decided = text("assumption {name}", name=str(effect.decided_by))
        return what, text("decided by"), decided, "", *tail
    mean, interval = signed(effect.effect.mean, effect.unit), ends(effect.effect, effect.unit)
    return what, mean, interval, signed(effect.median or 0.0, effect.unit), *tail


def below(comparison: Comparison, arm: str) -> list[str]:
    """What stands below the table of an arm."""
    return [*headlines(comparison, arm), *in_districts(comparison, arm), first_differs(comparison, arm)]


def headlines(comparison: Comparison, arm: str) -> list[str]:
    """Deaths and injuries in a sentence each, then whatever else an assumption decides."""
    effects = [effect for effect in comparison.effects if effect.arm == arm]
    chosen = [effect for effect in effects if effect.outcome in HEADLINE]
    others = [effect for effect in effects if effect.decided_by and effect.outcome not in HEADLINE]
    return [headline(effect) for effect in (*chosen, *others)]


def headline(effect: Effect) -> str:
    """What is to be said of one effect first."""
    what = text(wording.outcome(effect.outcome))
    if effect.zero_share == 1.0:
        return text("{what}: the same in every pair.", what=what)
    if effect.effect is not None:
        told = f"{signed(effect.effect.mean, effect.unit)} ({ends(effect.effect, effect.unit)})"
        return f"{what}: {told}{unsure(effect.effect)}."
    under = (
        f"{one.setting} {signed(one.effect.mean, effect.unit)} ({ends(one.effect, effect.unit)})"
        for one in effect.by_setting
        if one.switch == effect.decided_by
    )
    said = {"what": what, "name": str(effect.decided_by), "under": "; ".join(under)}
    return text("{what}: decided by assumption {name}: {under}. No pooled effect is told.", **said)


def unsure(interval: Interval) -> str:
    """Why an interval has no sign; nothing where it has one."""
    if interval.sign:
        return ""
    if interval.low <= 0.0 <= interval.high:
        return text("; the interval holds zero")
    if interval.groups >= FEW_GROUPS:
        return text("; groups that agree tell no sign")
    return counted_text(
        "; {count} group of pairs tell no sign", "; {count} groups of pairs tell no sign", interval.groups
    )


def in_districts(comparison: Comparison, arm: str) -> list[str]:
    """Districts in which another number of unarmed persons is killed or injured, of how many that were looked at."""
    found = [one for one in comparison.by_district if (one.arm, one.quantity) == (arm, "harmed_unarmed")]
    told = [
        f"{text(one.district)} {signed(one.effect.mean, one.unit)} ({ends(one.effect, one.unit)})"
        for one in found
        if one.effect.sign
    ]
    if not told:
        return []
    return [
        counted_text(
            "Unarmed persons killed or injured, by district: {told}. Intervals exclude zero in {sure} of {count} "
            "district; about {chance} in 100 would by chance.",
            "Unarmed persons killed or injured, by district: {told}. Intervals exclude zero in {sure} of {count} "
            "districts; about {chance} in 100 would by chance.",
            len(found),
            told="; ".join(told),
            sure=len(told),
            chance=round(100 * (1 - LEVEL)),
        )
    ]


def first_differs(comparison: Comparison, arm: str) -> str:
    """When and where an arm first differs, over the pairs."""
    found = [first for first in comparison.first_divergence if first.arm == arm]
    ticks = [first.tick for first in found if first.tick is not None]
    if not ticks:
        return text("In no pair is anyone elsewhere than in {reference}.", reference=reference(comparison))
    hours = (np.array(ticks) + 1) * comparison.scenario.tick
    start = comparison.scenario.start
    middle, early, late = (wording.clock(start, float(hour)) for hour in (np.median(hours), hours.min(), hours.max()))
    ((district, times),) = Counter(str(first.district) for first in found if first.district).most_common(1)
    ends = {"middle": middle, "early": early, "late": late}
    when = middle if early == late else text("{middle} in the median pair ({early} to {late})", **ends)
    return counted_text(
        "First someone elsewhere: {when}, in {some} of {count} pair; most often in {district} ({times}).",
        "First someone elsewhere: {when}, in {some} of {count} pairs; most often in {district} ({times}).",
        len(found),
        when=when,
        some=len(ticks),
        district=text(district),
        times=times,
    )


def reference(comparison: Comparison) -> str:
    """What arms are compared with, in a sentence."""
    is_record = comparison.reference == RECORDED
    return text("the recorded run") if is_record else text("the variant {name}", name=comparison.reference)


def pairs_line(comparison: Comparison) -> str:
    """What was run, in words."""
    saved = float(comparison.shared.sum()) / max(1, comparison.shared.size * comparison.ticks)
    arms = counted_text("{count} arm beside {reference}", "{count} arms beside {reference}", len(comparison.arms),
                        reference=reference(comparison))  # fmt: skip
    return text(
        "{name}: {arms}, {pairs} each, {persons} persons, {seconds} s; {saved} of the arms' ticks were run once with "
        "it; digest {digest}",
        name=comparison.scenario.name,
        arms=arms,
        pairs=counted_text("{count} pair", "{count} pairs", comparison.replications),
        persons=whole(comparison.persons),
        seconds=localised(f"{comparison.elapsed_s:.1f}"),
        saved=f"{saved:.0%}",
        digest=comparison.digest[:16],
    )


def notes(comparison: Comparison) -> list[str]:
    """How to read the tables, and what must be said beside them."""
    groups = len(np.unique(comparison.groups.group))
    few = counted_text(
        "With {count} group of pairs intervals are wide or missing.",
        "With {count} groups of pairs intervals are wide or missing.",
        groups,
    )
    reading = (text(line, reference=reference(comparison)) for line in READING)
    return [*reading, *([few] if groups < FEW_GROUPS else []), *map(text, comparison.notes)]


def signed(value: float, unit: str) -> str:
    """A difference with its sign."""
    if math.isnan(value):
        return ""
    size = wording.number(abs(value), "difference" if unit == "persons" and abs(value) < 10 else unit)
    if float(value) == 0.0:
        return "0"
    return f"{'−' if value < 0 else '+'}{size}"


def ends(interval: Interval, unit: str) -> str:
    """Both ends of an interval; nothing where there is none."""
    if math.isnan(interval.low):
        return text("no interval")
    if interval.low == interval.high:
        return signed(interval.mean, unit)
    return text("{low} to {high}", low=signed(interval.low, unit), high=signed(interval.high, unit))


def share(value: float | None) -> str:
    """A share in per cent; nothing where there is none."""
    return "" if value is None else f"{value:.0%}"

"""The report: one HTML file with everything in it, to be sent, read without a network, and printed.

It holds what the page shows: outcomes, the record beside the replays, effects, maps at chosen hours, claims, methods,
provenance, and the command that computes it all again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, TypeAlias

from contrafact.engine import ORDER
from contrafact.report import drawing, wording
from contrafact.report.claims_section import claims_section
from contrafact.report.markup import listed, table, titled
from contrafact.report.odd import mechanisms
from contrafact.translation import counted_text, current, localised, speaking, text, told

View: TypeAlias = Mapping[str, Any]

CURVES = (
    ("deaths_total", "Deaths, all groups"),
    ("injured_total", "Injured, all groups"),
    ("detained", "Detained"),
    ("crowd", "People in the street"),
    ("armed", "Armed persons"),
    ("network", "Network, share of residents connected"),
)
LIMITS = (
    "All persons are synthetic: they follow counts by district and stand for nobody in particular.",
    "Detained: ill-treatment and deaths in custody are not simulated; of Almaty they are documented [R202–R204].",
    "Nothing here ranks or tunes coercive measures, and nothing is advice.",
)
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
STYLE = """
:root{color-scheme:light}
body{font:15px/1.5 system-ui,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif;color:#23292e;max-width:820px;
margin:0 auto;padding:24px}
h1{font-size:1.3rem}h2{font-size:1.1rem;margin-top:2em}h3{font-size:1rem}
table{border-collapse:collapse;width:100%;font-size:.86rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;vertical-align:top;border-bottom:1px solid #dfe3e5;padding:3px 8px 3px 0;font-weight:400}
thead th,figcaption,.note{color:#596269}.n{text-align:right}
svg{width:100%;height:auto;display:block}svg text{font-size:10.5px;fill:#596269}
figure{margin:0 0 8px}.maps{display:grid;grid-template-columns:repeat(3,1fr);gap:12px}
.r{stroke:#dfe3e5}.b0{fill:#1b4f6b;opacity:.18}.m0{fill:none;stroke:#1b4f6b;stroke-width:1.6}
.b1{fill:#9a5b00;opacity:.18}.m1{fill:none;stroke:#9a5b00;stroke-width:1.6;stroke-dasharray:6 3}
.o line,.o circle,.o path{stroke:#23292e;fill:#23292e}.e{fill:#eef0ee;stroke:#fff;stroke-width:.4}
.d{fill:none;stroke:#8b959b;stroke-width:.6}
.h{fill:#fff;stroke:#23292e}.l{fill:#dc9a1c;stroke:#23292e}
pre{white-space:pre-wrap;background:#f4f5f4;padding:8px 12px;font-size:.8rem}
.stamp{border:2px solid #8a4a00;color:#8a4a00;padding:4px 10px;font-weight:600}
@media print{body{max-width:none;padding:0;font-size:10pt}h2{break-after:avoid}figure,tr,article{break-inside:avoid}
details{display:block}details>summary{list-style:none}}
@media(max-width:560px){.maps{grid-template-columns:repeat(2,1fr)}}
"""


def html_report(view: View, language: str = "en", claims: Sequence[Mapping[str, Any]] = ()) -> str:
    """The report of a view, in a language that there is a catalogue for."""
    with speaking(language):
        sections = [
            _head(view),
            _outcomes(view),
            _effects(view),
            _curves(view),
            _maps(view),
            _milestones(view),
            claims_section(claims),
            _limits(view),
            _methods(),
            _provenance(view),
        ]
        title = escape(text(view["scenario"]["title"]))
        head = (
            f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
            f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title} – contrafact</title>'
        )
        body = "\n".join(filter(None, sections))
        page = f"<head>{head}<style>{STYLE}</style></head>\n<body>\n{body}\n</body>"
        return f'<!doctype html>\n<html lang="{current()}">\n{page}\n</html>\n'


def _head(view: View) -> str:
    scenario, run = view["scenario"], view["run"]
    parts = [f"<h1>{escape(text(scenario['title']))}</h1>"]
    if scenario["recent"]:
        parts.append(
            f'<p class="stamp">{text("Not for operational use: this scenario ends less than a year ago.")}</p>'
        )
    parts.append(f"<p>{escape(text(scenario['summary']))}</p>")
    if run is None:
        said = text("This scenario has not been run yet.")
    elif view["kind"] == "comparison":
        said = counted_text(
            "{count} pair with the same random numbers: as recorded, and what if.",
            "{count} pairs with the same random numbers: as recorded, and what if.",
            run["replications"],
        )
        said += f" {text(_arm(view)['title'])}"
    else:
        said = counted_text(
            "{count} replay.",
            "{count} replays; numbers are their median and the interval that holds 90 % of them.",
            run["replications"],
        )
    return "".join([*parts, f"<p>{escape(said)}</p>"])


def _arm(view: View) -> Mapping[str, Any]:
    found: Mapping[str, Any] = view["shown"][-1]
    return found


def _outcomes(view: View) -> str:
    if not view["shown"]:
        return ""
    arms = view["shown"]
    names = [text("As recorded"), text("What if")] if len(arms) > 1 else [text("Median (90 % interval)")]
    rows = []
    for name in arms[0]["outcomes"]:
        cells = [_interval(arm["outcomes"][name]) for arm in arms]
        unit = arms[0]["outcomes"][name]["unit"]
        rows.append([text(wording.outcome(name)), *cells, text(wording.unit(unit))])
    return titled("Outcomes", table([text("Outcome"), *names, text("Unit")], rows, numbers=range(1, 1 + len(arms))))


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return text("not reached")
    return wording.number(value, unit)


def _interval(one: Mapping[str, Any]) -> str:
    low, median, high = (_number(one[end], one["unit"]) for end in ("low", "median", "high"))
    return text("{median} ({low} to {high})", median=median, low=low, high=high)


def _effects(view: View) -> str:
    if view["kind"] != "comparison":
        return ""
    rows = []
    for one in view["effects"]:
        pooled, decided = one["effect"], one["decided_by"]
        if pooled is None:
            mean, interval = text("depends"), _by_setting(one)
        else:
            mean = _signed(pooled["mean"])
            known = pooled["low"] is not None
            ends = {"low": _signed(pooled["low"]), "high": _signed(pooled["high"])} if known else {}
            interval = text("{low} to {high}", **ends) if known else text("too few pairs")
        title = view["switches"][decided]["title"] if decided in view["switches"] else decided
        flips = localised(f"{one['sign_flip_share'] * 100:.0f} %")
        name, unit = text(wording.outcome(one["outcome"])), text(wording.unit(one["unit"]))
        rows.append([name, mean, interval, unit, flips, text(title or "no single assumption")])
    heads = [
        text("Outcome"),
        text("Mean"),
        text("95 % interval"),
        text("Unit"),
        text("Opposite sign"),
        text("Decided by"),
    ]
    return titled("What difference it makes", table(heads, rows, numbers=(1, 2, 4)))


def _by_setting(one: Mapping[str, Any]) -> str:
    settings = [row for row in one["by_setting"] if row["switch"] == one["decided_by"]]
    return "; ".join(f"{row['setting'].replace('_', ' ')}: {_signed(row['effect']['mean'])}" for row in settings)


def _signed(value: float) -> str:
    digits = 0 if abs(value) >= 20 else 1
    return localised(f"{round(value, digits) + 0.0:+,.{digits}f}").replace("-", "−")


def _curves(view: View) -> str:
    if not view["shown"]:
        return ""
    count = localised(f"{view['run']['replications']:,}")
    note = text(
        "Line: median of {count} replays. Band: 90 % of them. Marks: the record, with what each source says.",
        count=count,
    )
    figures = [
        f"<figure><figcaption>{text(title)}</figcaption>{drawing.curve(view, key, key == 'network')}</figure>"
        for key, title in CURVES
        if key in view["shown"][0]["curves"]
    ]
    content = f'<p class="note">{note}</p>{"".join(figures)}'
    return titled("Curves", content)


def _maps(view: View) -> str:
    if not view["shown"]:
        return ""
    note = text("People in the street in one cell, mean of the replays")
    marks = text("Circles: places that crowds contest; filled where the state does not hold them in most replays.")
    owner = view["ground"]["attribution"]
    borders = text("District borders {owner}.", owner=escape(owner)) if owner else ""
    drawn = drawing.maps(view, drawing.chosen_hours(view))
    content = f'<p class="note">{note}. {marks} {borders}</p>{drawn}'
    return titled("Maps", content)


def _milestones(view: View) -> str:
    if not view["milestones"]:
        return ""
    rows = []
    for one in view["milestones"]:
        observed, predicted = one["observed"], one["predicted"]
        said = _ends(view, observed, observed["unit"])
        read = text("in no replay") if predicted["median"] is None else _ends(view, predicted, observed["unit"])
        agreed = text("agree") if one["inside"] else text("differ")
        what = one["quantity"].replace("_", " ") + (f", {one['place'].replace('_', ' ')}" if one["place"] else "")
        rows.append([one["id"], what, said, read, agreed, observed["source"]])
    heads = [text("Row"), text("What"), text("Record"), text("Replays, 90 %"), text("Overlap"), text("Source")]
    note = text("Rows that drive the scenario or may be used for fitting, never rows kept for scoring.")
    content = f'<p class="note">{note}</p>{table(heads, rows)}'
    return titled("The record beside the replays", content)


def _ends(view: View, one: Mapping[str, Any], unit: str) -> str:
    low, high = (
        "…" if value is None else drawing.moment(view, value) if unit == wording.HOURS else _number(value, unit)
        for value in (one["low"], one["high"])
    )
    return low if low == high else text("{low} to {high}", low=low, high=high)


def _limits(view: View) -> str:
    return titled("Limits", listed((*told(LIMITS), *(note[current()] for note in view["notes"]))))


def _methods() -> str:
    parts = []
    for module in ORDER:
        one = mechanisms.read(module)
        source = " ".join(one.entries["Source"].split())
        details = (
            f"<details open><summary>{escape(one.title)}: {escape(one.purpose)}</summary><pre>{escape(one.text)}</pre>"
        )
        parts.append(f'<article>{details}<p class="note">{text("Source")}: {escape(source)}</p></details></article>')
    note = text("In the order in which they act within a tick; from the ODD document, in English.")
    content = f'<p class="note">{note}</p>{"".join(parts)}'
    return titled("Methods", content)


def _provenance(view: View) -> str:
    run = view["run"]
    if run is None:
        return ""
    versions = ", ".join(f"{name} {version}" for name, version in run["packages"].items())
    rows = [
        [text("Scenario"), f"{view['scenario']['name']}, {view['scenario']['digest']}"],
        [text("Replays"), str(run["replications"])],
        [text("Seed"), str(run["seed"])],
        [text("Digest"), run["digest"]],
        [text("Version"), f"contrafact {view['contrafact']}, Python {run['python']}, {versions}"],
    ]
    content = f"<pre>{escape(run['command'])}</pre>{table([], rows)}"
    return titled("How to do it again", content)

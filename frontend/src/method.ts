/** What the page rests on: limits, milestones against the record, provenance, and the command that does it again. */

import { h } from "./dom";
import { amount, Calendar, data, number, said, t, unitName } from "./i18n";
import { rowLink } from "./story";
import type { Milestone, View } from "./types";
import { HOURS, milestoneName, outcomeName, useName } from "./words";

export function method(view: View): Node[] {
  return [...outcomes(view), ...milestones(view), ...limits(view), ...provenance(view)];
}

function outcomes(view: View): Node[] {
  const arm = view.shown[0];
  if (!arm) return [];
  return [
    h("h2", {}, t("Outcomes")),
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t("Outcomes") }, h(
      "table",
      {},
      h("caption", {}, t("Median of the replays and the interval that holds 90 % of them")),
      h("thead", {}, h("tr", {}, ...[t("Outcome"), t("Median"), t("90 % interval"), t("Unit")].map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, ...Object.entries(arm.outcomes).map(([name, one]) =>
        h("tr", {}, h("th", { scope: "row" }, outcomeName(name)), h("td", { class: "num" }, amount(one.median, one.unit)), h("td", { class: "num" }, t("{low} to {high}", { low: amount(one.low, one.unit), high: amount(one.high, one.unit) })), h("td", {}, unitName(one.unit))),
      )),
    )),
  ];
}

function milestones(view: View): Node[] {
  if (!view.milestones.length) return [];
  const calendar = new Calendar(view.scenario.start);
  const span = ({ low, high }: { low: number | null; high: number | null }, unit: string) => {
    const [first, last] = [low, high].map((value) => (value === null ? null : unit === HOURS ? calendar.short(value) : amount(value, unit)));
    if (first === null) return last === null ? t("no number") : unit === HOURS ? t("by {value}", { value: last }) : t("at most {value}", { value: last });
    if (last === null) return unit === HOURS ? t("from {value}", { value: first }) : t("at least {value}", { value: first });
    return first === last ? first : t("{low} to {high}", { low: first, high: last });
  };
  const line = (one: Milestone) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, rowLink(one.id)),
      h("td", {}, milestoneName(view, one)),
      h("td", { class: "num" }, span(one.observed, one.observed.unit)),
      h("td", { class: "num" }, one.predicted.median === null ? t("in no replay") : span(one.predicted, one.observed.unit)),
      h("td", {}, one.inside ? t("agree") : t("differ")),
      h("td", {}, useName(one.use)),
    );
  return [
    h("h2", {}, t("The record beside the replays")),
    h("p", {}, t("Rows that drive the scenario or may be used for fitting, never rows kept for scoring.")),
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": t("The record beside the replays") },
      h("table", { class: "ledger" }, h("thead", {}, h("tr", {}, ...[t("Row"), t("What"), t("Record"), t("Replays, 90 %"), t("Overlap"), t("Use")].map((head) => h("th", { scope: "col" }, head)))), h("tbody", {}, ...view.milestones.map(line))),
    ),
  ];
}

function limits(view: View): Node[] {
  return [
    h("h2", {}, t("Limits")),
    h(
      "ul",
      {},
      h("li", {}, t("All persons are synthetic: they follow counts by district and stand for nobody in particular.")),
      h("li", {}, t("Detained: ill-treatment and deaths in custody are not simulated; of Almaty they are documented [R202–R204].")),
      h("li", {}, t("Nothing here ranks or tunes coercive measures, and nothing is advice.")),
      ...view.notes.map((note) => h("li", {}, said(note))),
    ),
    h("details", {}, h("summary", {}, t("What no source gives and the model does without")), h("ul", {}, ...view.scenario.left_out.map((text) => h("li", {}, data(text))))),
  ];
}

function provenance(view: View): Node[] {
  const run = view.run;
  if (!run) return [];
  const lines: [string, string][] = [
    [t("Scenario"), `${view.scenario.name}, ${view.scenario.digest.slice(0, 16)}`],
    [t("Replays"), number(run.replications)],
    [t("Seed"), String(run.seed)],
    [t("Persons"), number(run.persons)],
    [t("Cells"), number(run.cells)],
    [t("Digest"), run.digest],
    [t("Version"), `contrafact ${view.contrafact}, Python ${run.python}, ${Object.entries(run.packages).map((pair) => pair.join(" ")).join(", ")}`],
  ];
  return [
    h("h2", {}, t("How to do it again")),
    h("pre", {}, run.command),
    h("dl", {}, ...lines.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    h("p", { class: "save" }, h("a", { href: `api/report?lang=${document.documentElement.lang}`, download: "contrafact-report.html" }, t("Download the report"))),
  ];
}

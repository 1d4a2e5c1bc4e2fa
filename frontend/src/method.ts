/** What the page rests on: limits, milestones against the record, provenance, and the command that does it again. */

import { h } from "./dom";
import { amount, Calendar, data, number, t, unitName } from "./i18n";
import { rowLink } from "./story";
import type { Milestone, View } from "./types";
import { outcomeName, placeName, useName } from "./words";

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
  const shown = (value: number | null, unit: string) => (value === null ? "…" : unit === "h since start" ? calendar.short(value) : amount(value, unit));
  const line = (one: Milestone) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, rowLink(one.id)),
      h("td", {}, [one.quantity.replaceAll("_", " "), placeName(view, one.place)].filter(Boolean).join(", ")),
      h("td", { class: "num" }, t("{low} to {high}", { low: shown(one.observed.low, one.observed.unit), high: shown(one.observed.high, one.observed.unit) })),
      h("td", { class: "num" }, one.predicted.median === null ? t("in no replay") : t("{low} to {high}", { low: shown(one.predicted.low, one.observed.unit), high: shown(one.predicted.high, one.observed.unit) })),
      h("td", {}, one.inside ? t("agree") : t("differ")),
      h("td", {}, useName(one.use)),
    );
  return [
    h("h2", {}, t("The record beside the replays")),
    h("p", {}, t("Rows that drive the scenario or may be used for fitting, never rows kept for scoring.")),
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": t("The record beside the replays") },
      h("table", {}, h("thead", {}, h("tr", {}, ...[t("Row"), t("What"), t("Record"), t("Replays, 90 %"), t("Overlap"), t("Use")].map((head) => h("th", { scope: "col" }, head)))), h("tbody", {}, ...view.milestones.map(line))),
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
      ...view.notes.map((text) => h("li", {}, data(text))),
    ),
    h("details", {}, h("summary", {}, t("What no source gives and the model does without")), h("ul", {}, ...view.scenario.left_out.map((text) => h("li", {}, text)))),
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

/** The effect of an arm: harm first, with interval, sign flips, and what assumption decides it. */

import { h } from "./dom";
import { Calendar, data, digitsFor, n, number, said, share, signed, t, unitName } from "./i18n";
import type { Effect, Interval, Job, Provisional, View } from "./types";
import { outcomeName } from "./words";

export function effects(view: View): Node[] {
  const rows = view.effects ?? [];
  return [
    h("h2", {}, t("What difference it makes")),
    h("p", {}, t("What if, less as recorded: mean over {count} pairs and its 95 % interval.", { count: number(view.run?.replications ?? 0) }), " ", first(view)),
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": t("Effects") },
      h(
        "table",
        { class: "effects" },
        h("thead", {}, heads([...BY_OUTCOME(), t("Decided by")])),
        h("tbody", {}, ...rows.map((row) => line(view, row))),
      ),
    ),
    ...decided(view, rows),
    districts(view),
    h("ul", { class: "notes" }, ...view.notes.map((note) => h("li", {}, said(note)))),
  ];
}

function line(view: View, row: Effect): HTMLElement {
  const decided = row.decided_by ? data(view.switches?.[row.decided_by]?.title ?? row.decided_by) : t("no single assumption");
  return h("tr", {}, ...cells(row, t("see below")), h("td", {}, decided));
}

/** What is told of an effect, provisional or not. */
function cells(row: Provisional["effects"][number], decided: string): HTMLElement[] {
  const numbers = row.effect ? [mean(row.effect), interval(row.effect)] : [t("depends"), decided];
  return [
    h("th", { scope: "row" }, outcomeName(row.outcome)),
    ...numbers.map((text) => h("td", { class: "num" }, text)),
    h("td", {}, unitName(row.unit)),
    h("td", { class: "num" }, t("{share} of pairs", { share: share(row.sign_flip_share) })),
    h("td", { class: "num" }, share(row.zero_share)),
  ];
}

/** Effects over the pairs that have finished, filled anew as more do; nothing before the first ones. */
export class ProvisionalEffects {
  readonly element = h("section", { hidden: true });
  private readonly told = h("p", { class: "stamp" });
  private readonly rows = h("tbody", {});

  constructor() {
    this.element.append(
      h("h2", {}, t("What difference it makes, so far")),
      this.told,
      h(
        "div",
        { class: "scroll", tabindex: 0, role: "region", "aria-label": t("Provisional effects") },
        h("table", { class: "effects provisional" }, h("thead", {}, heads(BY_OUTCOME())), this.rows),
      ),
    );
  }

  show(job: Job): void {
    const found = job.provisional;
    this.element.hidden = !found;
    if (!found) return;
    this.told.textContent = t("Provisional: mean over the first {done} of {total} pairs and its 95 % interval. Both still move as pairs come.", {
      done: number(found.pairs),
      total: number(job.total),
    });
    this.rows.replaceChildren(...found.effects.map((row) => h("tr", {}, ...cells(row, t("on an assumption")))));
  }
}

const BY_OUTCOME = () => [t("Outcome"), t("Mean"), t("95 % interval"), t("Unit"), t("Opposite sign"), t("No difference")];

const NUMBERS = [1, 2, 4, 5];

function heads(names: string[]): HTMLElement {
  return h("tr", {}, ...names.map((name, index) => h("th", { scope: "col", class: NUMBERS.includes(index) && "num" }, name)));
}

function mean(effect: Interval): string {
  return effect.mean === null ? "–" : signed(effect.mean, digitsFor(effect.mean));
}

function interval(effect: Interval): string {
  if (effect.low === null || effect.high === null) return t("too few pairs");
  const digits = digitsFor(Math.max(Math.abs(effect.low), Math.abs(effect.high)));
  return t("{low} to {high}", { low: signed(effect.low, digits), high: signed(effect.high, digits) });
}

/** Effects under each setting, where one of them decides the sign. */
function decided(view: View, rows: Effect[]): Node[] {
  return rows
    .filter((row) => row.decided_by)
    .map((row) =>
      h(
        "p",
        { class: "note" },
        h("strong", {}, outcomeName(row.outcome)),
        `: ${data(view.switches?.[row.decided_by!]?.title ?? row.decided_by!)} `,
        row.by_setting
          .filter((one) => one.switch === row.decided_by)
          .map((one) => `${one.setting.replaceAll("_", " ")}: ${mean(one.effect)} (${interval(one.effect)})`)
          .join("; "),
      ),
    );
}

function first(view: View): string {
  const found = (view.first_divergence ?? []).filter((one) => one.time !== null);
  if (!found.length) return t("In no pair does anyone stand elsewhere: the change makes no difference.");
  const calendar = new Calendar(view.scenario.start);
  const hours = found.map((one) => calendar.hour(one.time!)).sort((a, b) => a - b);
  return n(
    "The pair first differs at {when}.",
    "The pairs first differ at {when} (median; earliest {earliest}).",
    found.length,
    { when: calendar.short(hours[Math.floor(hours.length / 2)]), earliest: calendar.short(hours[0]) },
  );
}

function districts(view: View): HTMLElement {
  const all = view.districts ?? [];
  const names = [...new Set(all.map((one) => one.district))];
  const quantities = ["killed_unarmed", "harmed_unarmed", "crowd_hours"].filter((name) => all.some((one) => one.quantity === name));
  const heads: Record<string, string> = {
    killed_unarmed: t("Unarmed persons killed"),
    harmed_unarmed: t("Unarmed persons killed or injured"),
    crowd_hours: t("Person-hours in the street"),
  };
  const cell = (district: string, quantity: string) => {
    const one = all.find((row) => row.district === district && row.quantity === quantity);
    return h("td", { class: "num" }, one ? `${mean(one.effect)} (${interval(one.effect)})` : "");
  };
  return h(
    "details",
    {},
    h("summary", {}, t("Differences by district")),
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": t("Differences by district") },
      h(
        "table",
        {},
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("District")), ...quantities.map((name) => h("th", { scope: "col" }, heads[name])))),
        h("tbody", {}, ...names.map((name) => h("tr", {}, h("th", { scope: "row" }, data(name)), ...quantities.map((quantity) => cell(name, quantity))))),
      ),
    ),
  );
}

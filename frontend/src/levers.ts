/** Controls for what may be changed: each with its unit, the recorded value marked, and a way back to it. */

import { h } from "./dom";
import { Calendar, data, number, t, unitName } from "./i18n";
import { rowLink } from "./story";
import type { Lever, View } from "./types";

export type Changes = Record<string, unknown>;

const GROUPS: [string, () => string][] = [
  ["request", () => t("Request for help")],
  ["alliance", () => t("Alliance: mandate and arrival")],
  ["rules", () => t("Rules of engagement")],
  ["network", () => t("Network: shutdown and jamming")],
  ["concessions", () => t("Concessions")],
  ["order", () => t("Emergency and curfew")],
  ["forces", () => t("Force sizes")],
  ["outside", () => t("Supply from outside")],
];

const CHOICES: Record<string, () => string> = {
  none: () => t("nothing"),
  guard: () => t("guard"),
  clear: () => t("clear"),
};

export class Levers {
  readonly element: HTMLElement;
  private readonly changed = new Map<string, unknown>();
  private readonly calendar: Calendar;

  constructor(
    view: View,
    private readonly told: () => void,
  ) {
    this.calendar = new Calendar(view.scenario.start);
    this.element = h(
      "div",
      { class: "levers" },
      ...GROUPS.map(([id, title]) => {
        const own = view.levers.filter((lever) => lever.group === id);
        if (!own.length) return null;
        return h("details", { open: id === "request" || id === "alliance" }, h("summary", {}, title()), ...own.map((lever) => this.control(lever)));
      }),
    );
  }

  /** Overrides, as the server takes them; an action that does not happen is null. */
  changes(): Changes {
    const found: Changes = {};
    for (const [path, value] of this.changed) {
      const home = path.replace(/\.at$/, "");
      if (home !== path && this.changed.get(home) === null) continue;
      found[path] = value;
    }
    return found;
  }

  /** Changes in words: what a heading can say of them. */
  static told(view: View, changes: Changes): string[] {
    const calendar = new Calendar(view.scenario.start);
    return Object.entries(changes).map(([path, value]) => {
      const lever = view.levers.find((one) => one.path === path);
      if (!lever) return `${path}: ${JSON.stringify(value)}`;
      const what = data(lever.label);
      if (value === null) return t("{what}: does not happen", { what });
      const shown = lever.unit === "time" ? calendar.short(calendar.hour(String(value))) : (CHOICES[String(value)]?.() ?? String(value));
      return t("{what}: {value}", { what, value: shown });
    });
  }

  private control(lever: Lever): HTMLElement {
    const back = h("button", { type: "button", class: "back", hidden: true }, t("as recorded"));
    const set = (value: unknown, isRecorded: boolean) => {
      if (isRecorded) this.changed.delete(lever.path);
      else this.changed.set(lever.path, value);
      back.hidden = isRecorded;
      box.classList.toggle("changed", !isRecorded);
      this.told();
    };
    const { input, words, reset } = this.input(lever, set);
    back.addEventListener("click", () => {
      reset();
      set(undefined, true);
      input.focus();
    });
    const rows = (lever.evidence ?? []).filter((id) => /^R\d+$/.test(id));
    const tick = input.type === "checkbox";
    const box = h(
      "div",
      { class: "lever" },
      h("label", { class: tick ? "check" : "" }, h("span", { class: "what" }, words), input),
      h("span", { class: "recorded" }, t("recorded: {value}", { value: this.shown(lever, lever.recorded) }), " ", ...rows.slice(0, 3).flatMap((id) => [rowLink(id), " "]), lever.assumption ? `(${t("assumed")})` : ""),
      back,
    );
    return box;
  }

  private input(lever: Lever, set: (value: unknown, isRecorded: boolean) => void) {
    const label = data(lever.label);
    if (typeof lever.recorded === "boolean") {
      const input = h("input", { type: "checkbox" });
      input.checked = lever.recorded;
      input.addEventListener("change", () => set(null, input.checked));
      return { input, words: label, reset: () => (input.checked = true) };
    }
    if (lever.choices) {
      const input = h("select", {}, ...lever.choices.map((choice) => h("option", { value: choice }, CHOICES[choice]?.() ?? choice)));
      input.value = String(lever.recorded);
      input.addEventListener("change", () => set(input.value, input.value === lever.recorded));
      return { input, words: t("Mandate of {who}", { who: label }), reset: () => (input.value = String(lever.recorded)) };
    }
    if (lever.unit === "time") {
      const recorded = this.calendar.iso(Number(lever.recorded));
      const input = h("input", { type: "datetime-local", min: this.calendar.iso(lever.low ?? 0), max: this.calendar.iso(lever.high ?? 0), value: recorded });
      input.addEventListener("change", () => input.value && input.validity.valid && set(input.value, input.value === recorded));
      return { input, words: t("Hour of: {what}", { what: label }), reset: () => (input.value = recorded) };
    }
    const input = h("input", { type: "number", min: lever.low, max: lever.high, step: "any", value: Number(lever.recorded) });
    input.addEventListener("change", () => {
      if (input.value === "" || !input.validity.valid) return;
      const unit = lever.unit === "dimensionless" || !lever.unit ? "" : ` ${lever.unit}`;
      set(unit ? `${input.value}${unit}` : Number(input.value), Number(input.value) === lever.recorded);
    });
    return { input, words: this.numberWords(lever, label), reset: () => (input.value = String(lever.recorded)) };
  }

  private numberWords(lever: Lever, label: string): string {
    const unit = unitName(lever.unit ?? "");
    if (lever.what === "ready") return t("{who}: hours from the decision until it sets out", { who: label });
    if (lever.what === "supply") return label === "fighters" ? t("Fighters from outside, a day") : t("Firearms from outside, a day");
    return `${label}, ${unit}`;
  }

  private shown(lever: Lever, value: boolean | number | string): string {
    if (typeof value === "boolean") return t("happens");
    if (typeof value === "string") return CHOICES[value]?.() ?? value;
    return lever.unit === "time" ? this.calendar.short(value) : `${number(value, 1)} ${unitName(lever.unit ?? "")}`;
  }
}

/** First sight: the sentence, the clock, the map, the curves; the same for one arm or for two side by side. */

import { clock } from "./clock";
import { LEVELS, palette } from "./colours";
import { curves } from "./curves";
import { bytes, h } from "./dom";
import { Field, shapes } from "./field";
import { Calendar, data, number, share, t } from "./i18n";
import { CityMap, legend } from "./map";
import { corners } from "./marks";
import { sentences } from "./sentence";
import { address, onHour, onWholeHour, place } from "./store";
import type { Arm, View } from "./types";

/** Share of the cells up to whose hour the colours reach; the last ones have the last colour. */
const LATE = 0.9;

export function story(view: View): Node[] {
  if (!view.shown.length) return [notRun(view)];
  const arm = view.shown[0];
  const field = new Field(arm, view.ground);
  const highest = Math.log1p(Math.max(10, arm.crowd.highest));
  const map = new CityMap(view.ground, shapes(view.ground), field, highest);
  onHour(() => map.draw(place.hour));
  return [
    telling(view, arm, field, map),
    clock(view),
    h(
      "div",
      { class: "sight" },
      h("section", { class: "left", "aria-label": t("Map") }, map.element, crowdLegend(arm.crowd.highest), places(view, [field])),
      h("section", { "aria-label": t("Curves") }, curveKey(view), curves(view, [arm])),
    ),
  ];
}

/** Maps of the recorded run and of the arm on one clock, and a map of where they first differ. */
export function sideBySide(view: View): Node[] {
  const [recorded, arm] = view.shown;
  const fields = [new Field(recorded, view.ground), new Field(arm, view.ground)];
  const most = Math.max(10, recorded.crowd.highest, arm.crowd.highest);
  const outline = shapes(view.ground);
  const maps = fields.map((field) => new CityMap(view.ground, outline, field, Math.log1p(most)));
  const third = divergenceMap(view, arm.name);
  onHour(() => maps.forEach((map) => map.draw(place.hour)));
  const titles = [t("As recorded"), t("What if"), t("Where they first differ")];
  const all = [maps[0].element, maps[1].element, third.element];
  const panes = all.map((element, index) => h("section", { class: "pane", id: `pane${index}`, "aria-label": titles[index] }, h("h3", {}, titles[index]), element));
  panes[0].append(crowdLegend(most));
  panes[1].append(crowdLegend(most));
  panes[2].append(third.legend);
  return [
    telling(view, recorded, fields[0], maps[0], arm, fields[1], maps[1]),
    clock(view),
    tabs(panes, titles),
    h("div", { class: "panes" }, ...panes),
    places(view, fields),
    curveKey(view),
    curves(view, [recorded, arm]),
  ];
}

/** On narrow screens one map is shown at a time. */
function tabs(panes: HTMLElement[], titles: string[]): HTMLElement {
  const buttons = titles.map((title, index) => h("button", { type: "button", "aria-controls": `pane${index}`, click: () => choose(index) }, title));
  const choose = (chosen: number) => {
    panes.forEach((pane, index) => pane.classList.toggle("chosen", index === chosen));
    buttons.forEach((button, index) => button.setAttribute("aria-pressed", String(index === chosen)));
  };
  choose(0);
  return h("div", { class: "panetabs", role: "group", "aria-label": t("Map") }, ...buttons);
}

function telling(view: View, ...parts: (Arm | Field | CityMap)[]): HTMLElement {
  const shown: [Arm, Field, CityMap][] = [];
  for (let i = 0; i < parts.length; i += 3) shown.push([parts[i] as Arm, parts[i + 1] as Field, parts[i + 2] as CityMap]);
  const box = h("div", { class: "telling", "aria-live": "off" });
  const calendar = new Calendar(view.scenario.start);
  const tell = () => {
    const hour = Math.round(place.hour);
    box.replaceChildren(
      ...shown.map(([arm, field, map], index) => {
        const said = sentences(view, arm, field, hour);
        map.describe(`${calendar.full(hour)}. ${said.map((one) => one.text).join(" ")}`);
        const name = shown.length > 1 ? h("strong", {}, index ? t("What if: ") : t("As recorded: ")) : null;
        const visible = index ? said.slice(0, 3) : said;
        return h("p", { class: "sentence" }, name, ...visible.flatMap(({ text, rows }) => [`${text} `, ...rows.flatMap((id) => [rowLink(id), " "])]));
      }),
    );
  };
  onWholeHour(tell);
  tell();
  return box;
}

export function rowLink(id: string): HTMLElement {
  return h("a", { class: "row", href: address({ tab: "evidence", find: id }) }, `[${id}]`);
}

export function crowdLegend(highest: number): HTMLElement {
  return legend(t("People in the street in one cell, mean of the replays"), ["1", number(highest)], palette().crowd);
}

function curveKey(view: View): HTMLElement {
  return h(
    "p",
    { class: "key" },
    t("Line: median of {count} replays. Band: 90 % of them. Marks: the record, with what each source says.", { count: number(view.run?.replications ?? 0) }),
  );
}

/** Contested places by the hour, in words: what the marks of the map say. */
function places(view: View, fields: Field[]): HTMLElement {
  const rows = view.ground.facilities
    .map((facility, index) => ({ facility, index }))
    .filter(({ facility }) => facility.contested)
    .map(({ facility, index }) => {
      const cells = fields.map(() => h("td", { class: "num" }));
      onWholeHour(() => fill());
      const fill = () => cells.forEach((cell, one) => (cell.textContent = share(fields[one].lostShare(place.hour, index))));
      fill();
      const mark = `<path d="M${corners(facility.kind, 6).map((point) => point.map((v) => (v + 7).toFixed(1)).join(",")).join("L")}Z"/>`;
      const icon = new DOMParser().parseFromString(`<svg xmlns="http://www.w3.org/2000/svg" width="14" height="14" class="shape" aria-hidden="true">${mark}</svg>`, "image/svg+xml").documentElement;
      return h("tr", {}, h("th", { scope: "row" }, icon, " ", data(facility.name)), ...cells);
    });
  const heads = fields.length > 1 ? [t("As recorded"), t("What if")] : [t("Share of replays")];
  return h(
    "table",
    { class: "places" },
    h("caption", {}, t("Not held by the state at this hour; marks on the map fill up from below")),
    h("thead", {}, h("tr", {}, h("th", {}, t("Place")), ...heads.map((head) => h("th", { scope: "col", class: "num" }, head)))),
    h("tbody", {}, ...rows),
  );
}

export function divergenceMap(view: View, arm: string): { element: HTMLElement; legend: HTMLElement } {
  const found = view.divergence?.[arm];
  const calendar = new Calendar(view.scenario.start);
  const shares = found ? bytes(found.share) : new Uint8Array(view.ground.cells);
  const hours = found?.hour ?? [];
  const known = hours.filter((hour): hour is number => hour !== null);
  const sorted = [...known].sort((a, b) => a - b);
  const [first, last] = known.length ? [sorted[0], sorted[Math.floor((sorted.length - 1) * LATE)]] : [0, view.scenario.hours];
  const level = new Int16Array(view.ground.cells).fill(-1);
  hours.forEach((hour, cell) => {
    if (hour !== null) level[cell] = Math.min(LEVELS - 1, Math.floor(((hour - first) / Math.max(1, last - first)) * LEVELS));
  });
  const words = (cell: number) => {
    const hour = hours[cell];
    return hour === null || hour === undefined
      ? t("the same in every pair")
      : t("first differs about {when}, in {share} of pairs", { when: calendar.short(hour), share: share(shares[cell] / 255) });
  };
  const map = new CityMap(view.ground, shapes(view.ground), null, 1, { level, words });
  map.describe(t("Map of the hour at which the number of people in each cell first differs"));
  return {
    element: map.element,
    legend: legend(t("Hour at which the number of people first differs, median of pairs"), [calendar.short(first), t("{when} or later", { when: calendar.short(last) })], palette().hours),
  };
}

function notRun(view: View): HTMLElement {
  return h(
    "section",
    { class: "plain" },
    h("p", {}, view.scenario.summary),
    h("p", {}, t("This scenario has not been run yet.")),
    h("p", {}, h("a", { href: address({ tab: "whatif" }) }, t("Run it, or change one thing"))),
  );
}

/** Curves over local time: median and band of the replays, the record's observations on top, a line at the hour shown. */

import { h, s, tip } from "./dom";
import { amount, Calendar, data, number, share, t } from "./i18n";
import { go, onHour, onWholeHour, place, setHour } from "./store";
import type { Arm, Bands, Observation, View } from "./types";

const LEFT = 46;
const RIGHT = 8;
const TOP = 6;
const BOTTOM = 16;
const HEIGHT = 92;

export interface Quantity {
  key: string;
  title: string;
  note?: string;
  isShare?: boolean;
}

/** Quantities in the order in which they are told, harm first. */
export function quantities(view: View): Quantity[] {
  const site = mainSite(view);
  const all: Quantity[] = [
    { key: "deaths_total", title: t("Deaths, all groups") },
    { key: "injured_total", title: t("Injured, all groups") },
    { key: "detained", title: t("Detained"), note: t("Ill-treatment and deaths in custody are not simulated; of Almaty they are documented [R202–R204].") },
    { key: "crowd", title: t("People in the street") },
    ...(site ? [{ key: `crowd@${site.id}`, title: t("People in the street: {place}", { place: data(site.name) }) }] : []),
    { key: "armed", title: t("Armed persons") },
    { key: "network", title: t("Network, share of residents connected"), isShare: true },
  ];
  return all.filter((one) => view.shown.every((arm) => one.key in arm.curves));
}

/** The site of whose crowd the record says most. */
function mainSite(view: View) {
  const count = new Map<string, number>();
  for (const row of view.observations) {
    if (row.curve?.startsWith("crowd@")) count.set(row.curve, (count.get(row.curve) ?? 0) + 1);
  }
  const [best] = [...count].sort((a, b) => b[1] - a[1])[0] ?? [];
  return view.ground.sites.find((site) => `crowd@${site.id}` === best);
}

export function curves(view: View, arms: Arm[]): HTMLElement {
  const calendar = new Calendar(view.scenario.start);
  const panels = quantities(view).map((one) => new Panel(view, arms, one, calendar));
  const box = h("div", { class: "curves" }, ...panels.map((panel) => panel.element));
  new ResizeObserver(() => panels.forEach((panel) => panel.draw(box.clientWidth))).observe(box);
  onHour(() => panels.forEach((panel) => panel.move()));
  onWholeHour(() => panels.forEach((panel) => panel.read()));
  return box;
}

class Panel {
  readonly element: HTMLElement;
  private readonly svg: SVGSVGElement;
  private readonly reading = h("span", { class: "reading num" });
  private readonly cursor = s("line", { class: "cursor", y1: TOP, y2: HEIGHT - BOTTOM });
  private readonly rows: Observation[];
  private width = 0;
  private top = 1;

  constructor(
    private readonly view: View,
    private readonly arms: Arm[],
    private readonly quantity: Quantity,
    private readonly calendar: Calendar,
  ) {
    this.rows = view.observations.filter((row) => row.curve === quantity.key && (row.low !== null || row.high !== null));
    this.svg = s("svg", { height: HEIGHT, role: "group" });
    this.element = h(
      "figure",
      {},
      h("figcaption", {}, h("strong", {}, quantity.title), " ", this.reading),
      this.svg,
      quantity.note ? h("p", { class: "note" }, quantity.note) : null,
    );
    this.svg.addEventListener("click", (event) => this.jump(event));
    this.read();
  }

  draw(width: number): void {
    if (width < 60) return;
    this.width = width;
    this.top = this.highest();
    this.svg.setAttribute("width", String(width));
    this.svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    this.svg.setAttribute("aria-label", this.words());
    this.svg.replaceChildren(
      ...this.axis(),
      ...this.arms.flatMap((arm, index) => this.bands(arm.curves[this.quantity.key], index)),
      this.cursor,
      ...this.rows.map((row) => this.observation(row)),
    );
    this.move();
  }

  move(): void {
    const at = this.x(place.hour);
    this.cursor.setAttribute("x1", String(at));
    this.cursor.setAttribute("x2", String(at));
  }

  read(): void {
    this.reading.textContent = this.words();
  }

  private words(): string {
    const hour = Math.round(place.hour);
    const unit = this.quantity.isShare ? "dimensionless" : "persons";
    return this.arms
      .map((arm, index) => {
        const { median, low, high } = this.values(arm, hour);
        const name = this.arms.length < 2 ? "" : `${index ? t("what if") : t("as recorded")}: `;
        return name + t("{median} ({low} to {high})", { median: amount(median, unit), low: amount(low, unit), high: amount(high, unit) });
      })
      .join(" · ");
  }

  private values(arm: Arm, hour: number) {
    const bands = arm.curves[this.quantity.key];
    const at = Math.min(hour, bands.median.length - 1);
    return { median: bands.median[at], low: bands.low[at], high: bands.high[at] };
  }

  private highest(): number {
    if (this.quantity.isShare) return 1;
    const shown = this.arms.flatMap((arm) => arm.curves[this.quantity.key].high);
    const seen = this.rows.flatMap((row) => [row.low ?? 0, row.high ?? 0]);
    return Math.max(1, ...shown, ...seen) * 1.06;
  }

  private get hours(): number {
    return this.view.scenario.hours;
  }

  private x(hour: number): number {
    return LEFT + (hour / this.hours) * Math.max(0, this.width - LEFT - RIGHT);
  }

  private y(value: number): number {
    return HEIGHT - BOTTOM - (value / this.top) * (HEIGHT - BOTTOM - TOP);
  }

  private axis(): SVGElement[] {
    const label = (value: number) => (this.quantity.isShare ? share(value) : number(value));
    const step = this.quantity.isShare ? 0.5 : Math.max(1, nice(this.top * 0.7));
    const parts: SVGElement[] = [];
    for (let value = 0; value <= this.top; value += step) {
      parts.push(s("line", { class: "rule", x1: LEFT, x2: this.width - RIGHT, y1: this.y(value), y2: this.y(value) }));
      parts.push(s("text", { class: "tick", x: LEFT - 5, y: this.y(value) + 4, "text-anchor": "end" }, label(value)));
    }
    const days = Math.ceil((this.hours * 58) / Math.max(1, this.width) / 24) * 24;
    for (let hour = this.calendar.midnight; hour < this.hours; hour += days) {
      parts.push(s("text", { class: "tick", x: this.x(hour), y: HEIGHT - 3 }, this.calendar.day(hour)));
    }
    return parts;
  }

  private bands(bands: Bands, index: number): SVGElement[] {
    const line = (values: number[]) => values.map((value, hour) => `${this.x(hour).toFixed(1)},${this.y(value).toFixed(1)}`);
    const area = [...line(bands.high), ...line(bands.low).reverse()].join(" ");
    return [
      s("polygon", { class: `band arm${index}`, points: area }),
      s("polyline", { class: `median arm${index}`, points: line(bands.median).join(" ") }),
    ];
  }

  /** A mark for one row, which the keyboard reaches; Enter opens the row. */
  private observation(row: Observation): SVGElement {
    const hours = [Math.min(row.begins, this.hours), Math.min(row.ends, this.hours)];
    const [x0, x1] = hours.map((hour) => this.x(hour));
    const low = row.low ?? row.high ?? 0;
    const high = row.high ?? row.low ?? 0;
    const [y0, y1] = [this.y(high), this.y(low)];
    const open = row.low === null || row.high === null;
    const middle = (x0 + x1) / 2;
    const up = row.high === null ? -5 : 5;
    const mark = s("g", { class: "seen", tabindex: 0, role: "link", "aria-label": this.lines(row).join(". ") });
    mark.append(s("rect", { class: "hit", x: x0 - 7, y: y0 - 9, width: x1 - x0 + 14, height: y1 - y0 + 18 }));
    if (x1 - x0 > 2) mark.append(s("line", { x1: x0, x2: x1, y1: (y0 + y1) / 2, y2: (y0 + y1) / 2 }));
    if (y1 - y0 > 2) mark.append(s("line", { class: "range", x1: middle, x2: middle, y1: y0, y2: y1 }));
    else if (open) mark.append(s("path", { d: `M${middle - 5},${y0} h10 l-5,${up} z` }));
    else mark.append(s("circle", { cx: middle, cy: y0, r: 3.4 }));
    tip(mark, () => this.lines(row));
    const open_row = () => go({ tab: "evidence", find: row.id });
    mark.addEventListener("click", (event) => {
      event.stopPropagation();
      open_row();
    });
    mark.addEventListener("keydown", (event) => {
      if ((event as KeyboardEvent).key === "Enter") open_row();
    });
    return mark;
  }

  private lines(row: Observation): string[] {
    const range =
      row.high === null
        ? t("at least {value}", { value: this.amount(row.low) })
        : row.low === null
          ? t("at most {value}", { value: this.amount(row.high) })
          : row.low === row.high
            ? this.amount(row.low)
            : t("{low} to {high}", { low: this.amount(row.low), high: this.amount(row.high) });
    const when = row.begins === row.ends ? this.calendar.short(row.ends) : `${this.calendar.short(row.begins)} – ${this.calendar.short(row.ends)}`;
    return [`${row.id}: ${range}`, when, `“${row.quote}”`, row.source, row.use === "fit" ? t("may be used for fitting") : t("drives the scenario")];
  }

  private amount(value: number | null): string {
    return amount(value, this.quantity.isShare ? "dimensionless" : "persons");
  }

  private jump(event: MouseEvent): void {
    const box = this.svg.getBoundingClientRect();
    const hour = ((event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT)) * this.hours;
    setHour(Math.round(Math.min(Math.max(hour, 0), this.hours)));
  }
}

/** 1, 2 or 5 times a power of ten, not above a number. */
function nice(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(most, 1e-9)));
  return ([5, 2, 1].find((part) => part * power <= most) ?? 1) * power;
}

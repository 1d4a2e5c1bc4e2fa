/** One map of the city on a canvas: hexagons by the number of people in the street, districts, and places by who holds them. */

import { LEVELS, palette, type Palette } from "./colours";
import { h } from "./dom";
import { type Field, type Shapes } from "./field";
import { data, number, share, t } from "./i18n";
import { drawMark, seats, type Seat } from "./marks";
import { place } from "./store";
import type { Ground } from "./types";

const MARGIN = 18;
const SHOWN = Math.log1p(0.8);

export class CityMap {
  readonly element: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  private readonly context: CanvasRenderingContext2D | null;
  private readonly base = document.createElement("canvas");
  private readonly note = h("p", { class: "hint" });
  private colours: Palette = palette();
  private paths: Path2D[] = [];
  private places: Seat[] = [];
  private scale = 1;
  private width = 0;
  private height = 0;
  private last = "";
  private hour = place.hour;
  private levels: Uint8Array;

  /**
   * @param highest log(1 + people) that has the strongest colour, the same on all maps that stand side by side
   * @param still  colours that do not change with the hour, by cell, -1 for none, in place of a field
   */
  constructor(
    private readonly ground: Ground,
    private readonly shapes: Shapes,
    private readonly field: Field | null,
    private readonly highest: number,
    private readonly still: { level: Int16Array; words: (cell: number) => string } | null = null,
  ) {
    this.canvas = h("canvas", { role: "img", "aria-label": "" }, t("This browser cannot draw maps; the tables below say the same."));
    this.context = this.canvas.getContext("2d");
    this.levels = new Uint8Array(ground.cells);
    this.element = h("div", { class: "map" }, this.canvas, this.note);
    new ResizeObserver(() => this.resize()).observe(this.element);
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerleave", () => (this.note.textContent = ""));
  }

  describe(text: string): void {
    this.canvas.setAttribute("aria-label", text);
  }

  /** Forget all that depends on size or colours, and draw anew. */
  resize(): void {
    const width = this.element.clientWidth;
    if (width < 40) return;
    const ratio = this.ground.height_km / this.ground.width_km;
    this.scale = (width - 2 * MARGIN) / this.ground.width_km;
    this.width = width;
    this.height = Math.round((width - 2 * MARGIN) * ratio + 2 * MARGIN);
    const dots = Math.min(window.devicePixelRatio || 1, 2);
    for (const canvas of [this.canvas, this.base]) {
      canvas.width = Math.round(this.width * dots);
      canvas.height = Math.round(this.height * dots);
    }
    this.canvas.style.aspectRatio = `${this.width} / ${this.height}`;
    this.colours = palette();
    this.paths = this.cellPaths();
    this.places = seats(this.ground.facilities, (x, y) => this.dots(x, y));
    this.drawBase(dots);
    this.last = "";
    this.draw(this.hour);
  }

  /** Show an hour, whole or between two; nothing is done where nothing would look different. */
  draw(hour: number): void {
    this.hour = hour;
    if (!this.context || !this.paths.length) return;
    const cells = this.cellLevels(hour);
    const key = `${cells.join()}|${this.field ? Math.round(hour) : ""}`;
    if (key === this.last) return;
    this.last = key;
    const context = this.context;
    const dots = this.canvas.width / this.width;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(this.base, 0, 0);
    context.setTransform(dots, 0, 0, dots, 0, 0);
    const ramp = this.still ? this.colours.hours : this.colours.crowd;
    for (let i = 0; i < cells.length; i += 2) {
      context.fillStyle = ramp[cells[i + 1]];
      context.fill(this.paths[cells[i]]);
    }
    this.drawOutlines(context);
    if (this.field) for (const seat of this.places) drawMark(context, seat, this.field.lostShare(hour, seat.index), this.colours);
  }

  /** Cells that have a colour and its level, two numbers each. */
  private cellLevels(hour: number): number[] {
    const found: number[] = [];
    for (let cell = 0; cell < this.levels.length; cell++) {
      if (this.still) {
        if (this.still.level[cell] >= 0) found.push(cell, this.still.level[cell]);
        continue;
      }
      const log = this.field!.log(hour, cell);
      if (log >= SHOWN) found.push(cell, Math.min(LEVELS - 1, Math.floor((log / this.highest) * LEVELS)));
    }
    return found;
  }

  private dots(x: number, y: number): [number, number] {
    return [MARGIN + x * this.scale, MARGIN + (this.ground.height_km - y) * this.scale];
  }

  private cellPaths(): Path2D[] {
    const { corners, ends } = this.shapes;
    const paths: Path2D[] = [];
    for (let cell = 0, first = 0; cell < ends.length; first = ends[cell], cell++) {
      const path = new Path2D();
      for (let i = first; i < ends[cell]; i++) path.lineTo(...this.dots(corners[i * 2], corners[i * 2 + 1]));
      path.closePath();
      paths.push(path);
    }
    return paths;
  }

  private drawBase(dots: number): void {
    const context = this.base.getContext("2d");
    if (!context) return;
    context.setTransform(dots, 0, 0, dots, 0, 0);
    context.fillStyle = this.colours.paper;
    context.fillRect(0, 0, this.width, this.height);
    const all = new Path2D();
    this.paths.forEach((path, cell) => {
      if (this.shapes.residents[cell]) all.addPath(path);
    });
    context.fillStyle = this.colours.empty;
    context.fill(all);
    context.strokeStyle = this.colours.paper;
    context.lineWidth = 0.6;
    context.stroke(all);
    this.drawRuler(context);
  }

  private drawOutlines(context: CanvasRenderingContext2D): void {
    context.strokeStyle = this.colours.border;
    context.lineWidth = 0.8;
    context.beginPath();
    for (const ring of this.ground.outlines) {
      ring.forEach(([x, y], index) => (index ? context.lineTo(...this.dots(x, y)) : context.moveTo(...this.dots(x, y))));
    }
    context.stroke();
  }

  private drawRuler(context: CanvasRenderingContext2D): void {
    const room = (this.width / this.scale) * 0.3;
    const length = [500, 200, 100, 50, 20, 10, 5, 2, 1].find((km) => km <= room) ?? 1;
    const right = this.width - 8;
    context.strokeStyle = context.fillStyle = this.colours.ink;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(right - length * this.scale, this.height - 6);
    context.lineTo(right, this.height - 6);
    context.stroke();
    context.font = "11px system-ui, sans-serif";
    context.textAlign = "right";
    context.fillText(`${number(length)} km`, right, this.height - 10);
  }

  /** Say what is under the pointer. */
  private point(event: PointerEvent): void {
    const box = this.canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * this.width;
    const y = ((event.clientY - box.top) / box.height) * this.height;
    const seat = this.places.find((one) => Math.hypot(one.x - x, one.y - y) < 11);
    if (seat && this.field) {
      const facility = this.ground.facilities[seat.index];
      this.note.textContent = t("{place}: not held by the state in {share} of replays", {
        place: data(facility.name),
        share: share(this.field.lostShare(this.hour, seat.index)),
      });
      return;
    }
    const cell = this.cellAt((x - MARGIN) / this.scale, this.ground.height_km - (y - MARGIN) / this.scale);
    this.note.textContent = cell < 0 ? "" : this.words(cell);
  }

  private words(cell: number): string {
    const district = data(this.ground.district_names[this.shapes.district[cell]] ?? "");
    if (this.still) return `${district}: ${this.still.words(cell)}`;
    return t("{district}: about {people} people in the street here, mean of the replays; {residents} residents", {
      district,
      people: number(Math.round(this.field!.people(this.hour, cell))),
      residents: number(this.shapes.residents[cell]),
    });
  }

  private cellAt(x: number, y: number): number {
    const { centres } = this.shapes;
    let best = -1;
    let nearest = Infinity;
    for (let cell = 0; cell < this.ground.cells; cell++) {
      const away = (centres[cell * 2] - x) ** 2 + (centres[cell * 2 + 1] - y) ** 2;
      if (away < nearest) [best, nearest] = [cell, away];
    }
    const { corners, ends } = this.shapes;
    if (best < 0) return -1;
    const first = best ? ends[best - 1] : 0;
    const reach = Math.hypot(corners[first * 2] - centres[best * 2], corners[first * 2 + 1] - centres[best * 2 + 1]);
    return Math.sqrt(nearest) <= reach ? best : -1;
  }
}

/** The strip of colours with its numbers, for crowds or for hours. */
export function legend(title: string, ends: [string, string], ramp: string[]): HTMLElement {
  const strip = h("canvas", { width: ramp.length, height: 1, class: "strip", "aria-hidden": "true" });
  const context = strip.getContext("2d");
  ramp.forEach((colour, index) => {
    if (!context) return;
    context.fillStyle = colour;
    context.fillRect(index, 0, 1, 1);
  });
  return h("div", { class: "legend" }, h("span", {}, title), h("span", { class: "num" }, ends[0]), strip, h("span", { class: "num" }, ends[1]));
}

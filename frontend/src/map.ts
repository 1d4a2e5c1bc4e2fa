/** One map of the city on a canvas: hexagons by the number of people in the street, districts, and places by who holds them. */

import { LEVELS, palette, type Palette } from "./colours";
import { h } from "./dom";
import { Dots, type Point } from "./dots";
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
  private readonly over = document.createElement("canvas");
  private readonly note = h("p", { class: "hint" });
  private readonly levels: Uint8Array;
  private dots = new Dots();
  private colours: Palette = palette();
  private places: Seat[] = [];
  private scale = 1;
  private width = 0;
  private height = 0;
  private drawn = false;
  private hour = place.hour;

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
    const owner = ground.attribution ? h("p", { class: "note" }, t("District borders {owner}.", { owner: ground.attribution })) : null;
    this.element = h("div", { class: "map" }, this.canvas, owner, this.note);
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
    for (const canvas of [this.canvas, this.over]) {
      canvas.width = Math.round(this.width * dots);
      canvas.height = Math.round(this.height * dots);
    }
    this.canvas.style.aspectRatio = `${this.width} / ${this.height}`;
    this.colours = palette();
    this.places = seats(this.ground.facilities, (x, y) => this.at(x, y));
    this.dots = new Dots(this.shapes, this.canvas.width, this.canvas.height, (x, y) => this.at(x, y).map((one) => one * dots) as Point);
    this.drawOver(dots);
    this.drawn = false;
    this.draw(this.hour);
  }

  /** Show an hour, whole or between two; nothing is done where nothing would look different. */
  draw(hour: number): void {
    const other = this.field !== null && Math.round(hour) !== Math.round(this.hour);
    this.hour = hour;
    if (!this.context || !this.width) return;
    if (!this.setLevels(hour) && !other && this.drawn) return;
    this.drawn = true;
    const context = this.context;
    const ramp = [this.colours.paper, this.colours.empty, ...(this.still ? this.colours.hours : this.colours.crowd)];
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.putImageData(this.dots.filled(this.levels, ramp), 0, 0);
    context.drawImage(this.over, 0, 0);
    const dots = this.canvas.width / this.width;
    context.setTransform(dots, 0, 0, dots, 0, 0);
    if (this.field) for (const seat of this.places) drawMark(context, seat, this.field.lostShare(hour, seat.index), this.colours);
  }

  /** Index of each cell's colour: paper where nobody lives, then empty, then the ramp; whether any has changed. */
  private setLevels(hour: number): boolean {
    let changed = false;
    for (let cell = 0; cell < this.levels.length; cell++) {
      let level = this.shapes.residents[cell] ? 1 : 0;
      if (this.still) {
        if (this.still.level[cell] >= 0) level = 2 + this.still.level[cell];
      } else if (this.field) {
        const log = this.field.log(hour, cell);
        if (log >= SHOWN) level = 2 + Math.min(LEVELS - 1, Math.floor((log / this.highest) * LEVELS));
      }
      if (level !== this.levels[cell]) {
        this.levels[cell] = level;
        changed = true;
      }
    }
    return changed;
  }

  private at(x: number, y: number): Point {
    return [MARGIN + x * this.scale, MARGIN + (this.ground.height_km - y) * this.scale];
  }

  /** What lies over the colours and never changes: seams between cells, borders of districts, a ruler. */
  private drawOver(dots: number): void {
    const context = this.over.getContext("2d");
    if (!context) return;
    context.setTransform(dots, 0, 0, dots, 0, 0);
    context.strokeStyle = this.colours.paper;
    context.lineWidth = 0.7;
    context.beginPath();
    const { corners, ends } = this.shapes;
    for (let cell = 0, first = 0; cell < ends.length; first = ends[cell], cell++) {
      for (let i = first; i < ends[cell]; i++) {
        const point = this.at(corners[i * 2], corners[i * 2 + 1]);
        if (i === first) context.moveTo(...point);
        else context.lineTo(...point);
      }
      context.closePath();
    }
    context.stroke();
    this.drawOutlines(context);
    this.drawRuler(context);
  }

  private drawOutlines(context: CanvasRenderingContext2D): void {
    context.strokeStyle = this.colours.border;
    context.lineWidth = 0.8;
    context.beginPath();
    for (const ring of this.ground.outlines) {
      ring.forEach(([x, y], index) => (index ? context.lineTo(...this.at(x, y)) : context.moveTo(...this.at(x, y))));
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

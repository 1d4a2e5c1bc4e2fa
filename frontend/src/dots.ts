/** Which cell each dot of a canvas lies in, found once, so that a frame is one pass over the dots however many cells there are. */

import type { Shapes } from "./field";

export type Point = [number, number];

export class Dots {
  private readonly image: ImageData;
  private readonly colours: Uint32Array;
  private readonly where: Uint32Array;
  private readonly cell: Uint16Array;

  constructor(shapes?: Shapes, width = 1, height = 1, at: (x: number, y: number) => Point = (x, y) => [x, y]) {
    this.image = new ImageData(width, height);
    this.colours = new Uint32Array(this.image.data.buffer);
    const where: number[] = [];
    const cells: number[] = [];
    for (let cell = 0, first = 0; shapes && cell < shapes.ends.length; first = shapes.ends[cell], cell++) {
      const ring: Point[] = [];
      for (let i = first; i < shapes.ends[cell]; i++) ring.push(at(shapes.corners[i * 2], shapes.corners[i * 2 + 1]));
      for (const [y, from, to] of rows(ring, height)) {
        for (let x = Math.max(0, from); x <= Math.min(width - 1, to); x++) {
          where.push(y * width + x);
          cells.push(cell);
        }
      }
    }
    this.where = Uint32Array.from(where);
    this.cell = Uint16Array.from(cells);
  }

  /** The picture in which each cell has the colour of its level; the first colour is that of the paper. */
  filled(levels: Uint8Array, colours: string[]): ImageData {
    const codes = colours.map(code);
    if (this.colours[0] !== codes[0]) this.colours.fill(codes[0]);
    const { where, cell } = this;
    for (let i = 0; i < where.length; i++) this.colours[where[i]] = codes[levels[cell[i]]];
    return this.image;
  }
}

/** Rows of dots whose middles lie inside a convex ring: y, first x, last x. */
function rows(ring: Point[], height: number): [number, number, number][] {
  const ys = ring.map((point) => point[1]);
  const found: [number, number, number][] = [];
  const last = Math.min(height - 1, Math.floor(Math.max(...ys) - 0.5));
  for (let y = Math.max(0, Math.ceil(Math.min(...ys) - 0.5)); y <= last; y++) {
    let from = Infinity;
    let to = -Infinity;
    ring.forEach(([x0, y0], index) => {
      const [x1, y1] = ring[(index + 1) % ring.length];
      const middle = y + 0.5;
      if (y0 > middle === y1 > middle) return;
      const x = x0 + ((middle - y0) / (y1 - y0)) * (x1 - x0);
      from = Math.min(from, x);
      to = Math.max(to, x);
    });
    if (from <= to) found.push([y, Math.ceil(from - 0.5), Math.ceil(to - 0.5) - 1]);
  }
  return found;
}

/** A colour as the four bytes of a dot, in the order of this machine, which is little-endian wherever browsers run. */
function code(colour: string): number {
  const parts = colour.startsWith("#")
    ? [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16))
    : (colour.match(/\d+/g) ?? []).map(Number);
  return ((255 << 24) | (parts[2] << 16) | (parts[1] << 8) | parts[0]) >>> 0;
}

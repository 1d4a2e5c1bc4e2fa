/** Numbers of one arm, unpacked once: crowds by hour and cell, and how often each facility is not held by the state. */

import { bytes } from "./dom";
import type { Arm, Ground } from "./types";

const CODES = 255;

export class Field {
  readonly hours: number;
  private readonly codes: Uint8Array;
  private readonly lost: Uint8Array;
  private readonly scale: number;
  private readonly facilities: number;

  constructor(
    arm: Arm,
    private readonly ground: Ground,
  ) {
    this.codes = bytes(arm.crowd.bytes);
    this.lost = bytes(arm.lost);
    this.hours = this.codes.length / ground.cells;
    this.facilities = this.hours ? this.lost.length / this.hours : 0;
    this.scale = Math.log1p(arm.crowd.highest) / CODES;
  }

  /** log(1 + people) in a cell, between two hours in proportion. */
  log(hour: number, cell: number): number {
    const low = Math.min(Math.floor(hour), this.hours - 1);
    const a = this.codes[low * this.ground.cells + cell];
    const part = hour - low;
    if (part === 0 || low + 1 >= this.hours) return a * this.scale;
    const b = this.codes[(low + 1) * this.ground.cells + cell];
    return (a + (b - a) * part) * this.scale;
  }

  people(hour: number, cell: number): number {
    return Math.expm1(this.log(hour, cell));
  }

  /** Share of the replays in which the state does not hold a facility. */
  lostShare(hour: number, facility: number): number {
    if (facility >= this.facilities) return 0;
    const at = Math.min(Math.round(hour), this.hours - 1);
    return this.lost[at * this.facilities + facility] / CODES;
  }
}

export interface Shapes {
  /** Corners of all cells, x and y in km from the lower left corner, one after the other. */
  corners: Float32Array;
  ends: Uint32Array;
  centres: Float32Array;
  district: Uint16Array;
  residents: Uint32Array;
}

export function shapes(ground: Ground): Shapes {
  const raw = new Uint16Array(bytes(ground.rings).buffer);
  const ends = new Uint32Array(bytes(ground.ring_ends).buffer);
  const corners = new Float32Array(raw.length);
  for (let i = 0; i < raw.length; i += 2) {
    corners[i] = (raw[i] / 65535) * ground.width_km;
    corners[i + 1] = (raw[i + 1] / 65535) * ground.height_km;
  }
  const centres = new Float32Array(ends.length * 2);
  for (let cell = 0, first = 0; cell < ends.length; first = ends[cell], cell++) {
    const count = ends[cell] - first;
    for (let i = first; i < ends[cell]; i++) {
      centres[cell * 2] += corners[i * 2] / count;
      centres[cell * 2 + 1] += corners[i * 2 + 1] / count;
    }
  }
  return {
    corners,
    ends,
    centres,
    district: new Uint16Array(bytes(ground.district_of).buffer),
    residents: new Uint32Array(bytes(ground.residents).buffer),
  };
}

/** Marks of places: the shape tells the kind, and they fill up from below as far as the state does not hold the place. */

import type { Palette } from "./colours";
import type { Facility } from "./types";

const SIZE = 8;
const APART = 21;

/** Where a mark stands, and the place that it stands for, both in dots. */
export interface Seat {
  index: number;
  kind: string;
  x: number;
  y: number;
  x0: number;
  y0: number;
}

/** Seats of the places that crowds can contest; where they are too near, around their middle. */
export function seats(facilities: Facility[], dots: (x: number, y: number) => [number, number]): Seat[] {
  const found: Seat[] = [];
  facilities.forEach((facility, index) => {
    if (!facility.contested || !facility.at) return;
    const [x, y] = dots(...facility.at);
    found.push({ index, kind: facility.kind, x, y, x0: x, y0: y });
  });
  for (const group of groups(found)) {
    if (group.length < 2) continue;
    const mx = group.reduce((sum, seat) => sum + seat.x0, 0) / group.length;
    const my = group.reduce((sum, seat) => sum + seat.y0, 0) / group.length;
    const radius = Math.max(24, (group.length * APART) / (2 * Math.PI));
    const turned = [...group].sort((a, b) => Math.atan2(a.y0 - my, a.x0 - mx) - Math.atan2(b.y0 - my, b.x0 - mx));
    turned.forEach((seat, place) => {
      const angle = -Math.PI + ((place + 0.5) * 2 * Math.PI) / group.length;
      seat.x = mx + radius * Math.cos(angle);
      seat.y = my + radius * Math.sin(angle);
    });
  }
  return found;
}

function groups(all: Seat[]): Seat[][] {
  let found: Seat[][] = [];
  for (const seat of all) {
    const near = found.filter((group) => group.some((one) => Math.hypot(one.x0 - seat.x0, one.y0 - seat.y0) < APART));
    found = [...found.filter((group) => !near.includes(group)), [...near.flat(), seat]];
  }
  return found;
}

export function drawMark(context: CanvasRenderingContext2D, seat: Seat, lost: number, colours: Palette): void {
  const shape = outline(seat.kind, SIZE);
  context.save();
  context.strokeStyle = context.fillStyle = colours.ink;
  context.lineWidth = 0.8;
  if (seat.x !== seat.x0 || seat.y !== seat.y0) {
    context.beginPath();
    context.moveTo(seat.x0, seat.y0);
    context.lineTo(seat.x, seat.y);
    context.stroke();
    context.beginPath();
    context.arc(seat.x0, seat.y0, 2, 0, 7);
    context.fill();
  }
  context.translate(seat.x, seat.y);
  context.fillStyle = colours.state;
  context.fill(shape);
  if (lost > 0) {
    context.save();
    context.clip(shape);
    context.fillStyle = colours.lost;
    context.fillRect(-SIZE, SIZE - 2 * SIZE * lost, 2 * SIZE, 2 * SIZE);
    context.restore();
  }
  context.lineWidth = 1.6;
  context.strokeStyle = colours.paper;
  context.stroke(shape);
  context.lineWidth = 0.9;
  context.strokeStyle = colours.ink;
  context.stroke(shape);
  context.restore();
}

/** Corners of a kind's shape around the origin, as the pictures of the report have them. */
export function corners(kind: string, size: number): [number, number][] {
  const of: Record<string, [number, number][]> = {
    government: [[-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]],
    broadcast: [[0, -1], [1, 0.85], [-1, 0.85]],
    airport: [[0, -1.1], [1.1, 0], [0, 1.1], [-1.1, 0]],
    airfield: [[0, -1.1], [1.1, 0], [0, 1.1], [-1.1, 0]],
    armoury: [[-1, -0.85], [1, -0.85], [0, 1]],
    telecom: [[-0.85, -1], [1, 0], [-0.85, 1]],
    security: [[-0.9, -0.35], [0, -1], [0.9, -0.35], [0.55, 0.85], [-0.55, 0.85]],
    other: [[0.85, -1], [0.85, 1], [-1, 0]],
  };
  const round = Array.from({ length: 20 }, (_, i): [number, number] => [Math.cos(i / 3.183), Math.sin(i / 3.183)]);
  return (of[kind] ?? round).map(([x, y]) => [x * size, y * size]);
}

function outline(kind: string, size: number): Path2D {
  const path = new Path2D();
  for (const [x, y] of corners(kind, size)) path.lineTo(x, y);
  path.closePath();
  return path;
}

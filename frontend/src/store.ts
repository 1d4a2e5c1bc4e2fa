/** What the reader looks at: kept in the address, so that a link shows the same. */

export interface Place {
  tab: string;
  hour: number;
  arm: string;
  job: string;
  find: string;
}

type Listener = () => void;

const START: Place = { tab: "story", hour: 0, arm: "", job: "", find: "" };
export const place: Place = { ...START };
const hourListeners = new Set<Listener>();
const wholeHourListeners = new Set<Listener>();
let whole = 0;

export function readAddress(): void {
  const given = new URLSearchParams(location.hash.slice(1));
  place.tab = given.get("tab") ?? START.tab;
  place.arm = given.get("arm") ?? "";
  place.job = given.get("job") ?? "";
  place.find = given.get("find") ?? "";
  const hour = Number(given.get("hour"));
  if (given.has("hour") && Number.isFinite(hour)) place.hour = Math.max(0, hour);
}

export function address(changes: Partial<Place> = {}): string {
  const next = { ...place, ...changes };
  const shown = new URLSearchParams({ tab: next.tab, hour: String(Math.round(next.hour)) });
  for (const key of ["arm", "job", "find"] as const) if (next[key]) shown.set(key, next[key]);
  return `#${shown}`;
}

export function go(changes: Partial<Place>): void {
  location.hash = address(changes);
}

/** Keep the address in step without a new entry in the history. */
export function note(changes: Partial<Place>): void {
  Object.assign(place, changes);
  history.replaceState(null, "", address());
}

export function setHour(hour: number): void {
  place.hour = hour;
  for (const listener of hourListeners) listener();
  if (Math.round(hour) === whole) return;
  whole = Math.round(hour);
  for (const listener of wholeHourListeners) listener();
}

export function onHour(listener: Listener): void {
  hourListeners.add(listener);
}

/** As onHour, and only when another whole hour is nearest: for words, which change with those alone. */
export function onWholeHour(listener: Listener): void {
  wholeHourListeners.add(listener);
}

export function forgetHourListeners(): void {
  whole = Math.round(place.hour);
  hourListeners.clear();
  wholeHourListeners.clear();
}

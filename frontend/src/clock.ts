/** The time line: play, pause, drag and keyboard, with what the record says happened above the track. */

import { h, s, tip } from "./dom";
import { Calendar, data, t } from "./i18n";
import { go, note, onWholeHour, place, setHour } from "./store";
import { eventName } from "./words";
import type { View } from "./types";

const HOURS_A_SECOND = 5;
const STILL_HOURS_A_SECOND = 2;
const STRIP = 34;

let running = 0;

export function stopClock(): void {
  cancelAnimationFrame(running);
  running = 0;
}

export function clock(view: View): HTMLElement {
  const calendar = new Calendar(view.scenario.start);
  const last = view.scenario.hours;
  const time = h("time", { class: "now" });
  const slider = h("input", { type: "range", min: 0, max: last, step: 1, "aria-label": t("Hour") });
  const play = h("button", { type: "button", class: "play" });
  const strip = s("svg", { class: "events", height: STRIP, role: "group", "aria-label": t("Events of the record") });
  const sync = () => {
    const hour = Math.round(place.hour);
    slider.value = String(hour);
    slider.setAttribute("aria-valuetext", calendar.full(hour));
    time.textContent = calendar.full(hour);
  };
  const label = () => (play.textContent = running ? t("Pause") : t("Play"));
  const toggle = () => {
    if (running) {
      stopClock();
      note({ hour: Math.round(place.hour) });
    } else {
      if (place.hour >= last) setHour(0);
      run(last, label);
    }
    label();
  };
  slider.addEventListener("input", () => {
    stopClock();
    label();
    setHour(Number(slider.value));
  });
  slider.addEventListener("change", () => note({}));
  play.addEventListener("click", toggle);
  onWholeHour(sync);
  sync();
  label();
  const box = h("section", { class: "clock", "aria-label": t("Time") }, h("div", { class: "head" }, play, time), strip, slider);
  new ResizeObserver(() => drawEvents(strip, view, calendar, box.clientWidth)).observe(box);
  return box;
}

/** Move the hour with the clock of the browser; in whole hours for who wants less motion. */
function run(last: number, ended: () => void): void {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const from = place.hour;
  let begun = 0;
  const step = (now: number) => {
    begun ||= now;
    const hour = Math.min(last, from + ((now - begun) / 1000) * (still ? STILL_HOURS_A_SECOND : HOURS_A_SECOND));
    setHour(still ? Math.floor(hour) : hour);
    if (hour >= last) {
      stopClock();
      note({ hour: last });
      ended();
      return;
    }
    running = requestAnimationFrame(step);
  };
  running = requestAnimationFrame(step);
}

/** Filled marks: the record. They stand where the slider's thumb has its middle at that hour. */
function drawEvents(strip: SVGSVGElement, view: View, calendar: Calendar, width: number): void {
  const last = view.scenario.hours;
  const x = (hour: number) => 9 + (Math.min(hour, last) / last) * (width - 18);
  strip.setAttribute("width", String(width));
  const parts: SVGElement[] = [];
  for (let hour = calendar.midnight; hour < last; hour += 24) {
    parts.push(s("line", { class: "rule", x1: x(hour), x2: x(hour), y1: 0, y2: STRIP }));
    if (width > 500 || (hour - calendar.midnight) % 48 === 0) parts.push(s("text", { class: "tick", x: x(hour) + 3, y: 10 }, calendar.day(hour)));
  }
  for (const action of view.actions) {
    const mark = s("path", { class: "action", d: `M${x(action.at)},${STRIP - 9} l4,8 h-8 z` });
    parts.push(focusable(mark, [data(action.label), calendar.short(action.at), sources(action.evidence, action.assumption)], action.evidence[0]));
  }
  for (const row of view.observations.filter((one) => one.curve === null)) {
    const mark = s("g", { class: "event" });
    mark.append(
      s("line", { x1: x(row.begins), x2: x(row.ends), y1: STRIP - 16, y2: STRIP - 16 }),
      s("circle", { cx: x((row.begins + row.ends) / 2), cy: STRIP - 16, r: 3.2 }),
    );
    const window = `${calendar.short(row.begins)} – ${calendar.short(row.ends)}`;
    parts.push(focusable(mark, [eventName(view, row), window, `“${row.quote}”`, `${row.source} [${row.id}]`], row.id));
  }
  strip.replaceChildren(...parts);
}

function sources(evidence: string[], assumption: string | null): string {
  const listed = evidence.length ? `[${evidence.join(", ")}]` : "";
  return assumption ? `${t("The hour is an assumption")} ${listed}` : listed;
}

function focusable<E extends SVGElement>(mark: E, lines: string[], row: string | undefined): E {
  mark.setAttribute("tabindex", "0");
  mark.setAttribute("role", "link");
  mark.setAttribute("aria-label", lines.join(". "));
  tip(mark, () => lines.filter(Boolean));
  if (row) {
    mark.addEventListener("click", () => go({ tab: "evidence", find: row }));
    mark.addEventListener("keydown", (event) => {
      if ((event as KeyboardEvent).key === "Enter") go({ tab: "evidence", find: row });
    });
  }
  return mark;
}

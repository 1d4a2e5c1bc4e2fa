/** The map in a notebook: what anywidget loads. Results come as the view document in the widget's model. */

import { isDark } from "./colours";
import { h } from "./dom";
import { Field, shapes } from "./field";
import { Calendar, data, speak, t, type Language } from "./i18n";
import { limits } from "./limits";
import { CityMap } from "./map";
import { crowdLegend, divergenceMap } from "./story";
import type { View } from "./types";
import "./widget.css";

const HOURS_A_SECOND = 5;
const STILL_HOURS_A_SECOND = 2;

/** What of anywidget's model is used. */
interface Model {
  get(name: "view"): View;
  get(name: "language"): Language;
  get(name: "words"): Record<string, string | string[]>;
  get(name: "hour"): number;
  set(name: "hour", value: number): void;
  save_changes(): void;
  on(event: "change:hour", then: () => void): void;
  off(event: "change:hour", then: () => void): void;
}

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  speak(model.get("language"), model.get("words"));
  const view = model.get("view");
  const maps = view.shown.length ? crowds(view) : [];
  const calendar = new Calendar(view.scenario.start);
  const time = h("time", {});
  const slider = h("input", { type: "range", min: 0, max: view.scenario.hours, step: 1, "aria-label": t("Hour") });
  const play = h("button", { type: "button" });
  let running = 0;
  const show = (hour: number) => {
    const whole = Math.round(hour);
    slider.value = String(whole);
    time.textContent = calendar.full(whole);
    slider.setAttribute("aria-valuetext", time.textContent);
    maps.forEach(({ map, title }) => {
      map.draw(hour);
      map.describe(`${title}. ${t("People in the street in one cell, mean of the replays")}. ${time.textContent}`);
    });
  };
  const keep = (hour: number) => {
    model.set("hour", hour);
    model.save_changes();
  };
  const label = () => (play.textContent = running ? t("Pause") : t("Play"));
  const stop = () => {
    cancelAnimationFrame(running);
    running = 0;
    label();
  };
  const start = () => {
    const last = view.scenario.hours;
    const from = model.get("hour") >= last ? 0 : model.get("hour");
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let begun = 0;
    const step = (now: number) => {
      begun ||= now;
      const hour = Math.min(last, from + ((now - begun) / 1000) * (still ? STILL_HOURS_A_SECOND : HOURS_A_SECOND));
      show(still ? Math.floor(hour) : hour);
      if (hour < last) running = requestAnimationFrame(step);
      else pause();
    };
    running = requestAnimationFrame(step);
    label();
  };
  const pause = () => {
    stop();
    keep(Number(slider.value));
  };
  const moved = () => {
    if (!running) show(model.get("hour"));
  };
  play.addEventListener("click", () => (running ? pause() : start()));
  slider.addEventListener("input", () => {
    stop();
    show(Number(slider.value));
  });
  slider.addEventListener("change", () => keep(Number(slider.value)));
  model.on("change:hour", moved);
  label();
  el.append(
    h(
      "div",
      { class: `contrafact${isDark() ? " dark" : ""}`, role: "group", "aria-label": data(view.scenario.title) },
      h("p", { class: "title" }, h("strong", {}, data(view.scenario.title)), " ", time),
      h("div", { class: "clock" }, play, slider),
      h("div", { class: "maps" }, ...maps.map((one) => one.element), ...differences(view)),
      view.shown.length ? h("p", { class: "note" }, t("Not held by the state at this hour; marks on the map fill up from below")) : null,
      ...limits(view),
    ),
  );
  show(model.get("hour"));
  return () => {
    cancelAnimationFrame(running);
    model.off("change:hour", moved);
  };
}

/** One map of crowds an arm, all with the same colours. */
function crowds(view: View): { map: CityMap; title: string; element: HTMLElement }[] {
  const outline = shapes(view.ground);
  const most = Math.max(10, ...view.shown.map((arm) => arm.crowd.highest));
  return view.shown.map((arm, index) => {
    const map = new CityMap(view.ground, outline, new Field(arm, view.ground), Math.log1p(most));
    const title = index || view.kind === "run" ? data(arm.title || arm.name) : t("As recorded");
    const heading = view.shown.length > 1 ? h("p", { class: "arm" }, title) : null;
    return { map, title, element: h("section", { "aria-label": title }, heading, map.element, crowdLegend(most)) };
  });
}

/** Where each arm first differs from the recorded run. */
function differences(view: View): HTMLElement[] {
  return Object.keys(view.divergence ?? {}).map((arm) => {
    const found = divergenceMap(view, arm);
    const several = view.shown.length > 2 ? `: ${arm}` : "";
    const title = `${t("Where they first differ")}${several}`;
    return h("section", { "aria-label": title }, h("p", { class: "arm" }, title), found.element, found.legend);
  });
}

export default { render };

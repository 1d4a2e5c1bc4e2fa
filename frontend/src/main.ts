/** The page: header, tabs, and what each shows. */

import * as api from "./api";
import { claimsView } from "./claims";
import { stopClock } from "./clock";
import { h } from "./dom";
import { evidenceView } from "./evidence";
import { current, data, LANGUAGES, t, use, wanted, type Language } from "./i18n";
import { limits } from "./limits";
import { method } from "./method";
import { address, forgetHourListeners, place, readAddress, setHour } from "./store";
import { story } from "./story";
import type { View } from "./types";
import { problems, whatIf } from "./whatif";

const OPENING_H = 37;
const main = document.getElementById("main") as HTMLElement;
const top_ = document.getElementById("top") as HTMLElement;
let shown = "";

const TABS: [string, () => string][] = [
  ["story", () => t("Story")],
  ["whatif", () => t("What if")],
  ["claims", () => t("Claims")],
  ["evidence", () => t("Evidence")],
  ["method", () => t("Method")],
];

function header(view: View): void {
  const language = h("select", { "aria-label": t("Language") }, ...Object.entries(LANGUAGES).map(([id, name]) => h("option", { value: id, lang: id }, name)));
  language.value = current();
  language.addEventListener("change", () => void speak(language.value as Language));
  const theme = h("select", { "aria-label": t("Colours") }, ...[["", t("as the system")], ["light", t("light")], ["dark", t("dark")]].map(([id, name]) => h("option", { value: id }, name)));
  theme.value = document.documentElement.dataset.theme ?? "";
  theme.addEventListener("change", () => paint(theme.value));
  top_.replaceChildren(
    h("h1", {}, h("span", { class: "brand" }, "contrafact"), " ", data(view.scenario.title)),
    h("nav", { "aria-label": t("Parts of the page") }, ...TABS.map(([id, name]) => h("a", { href: address({ tab: id, find: "" }), "aria-current": id === place.tab ? "page" : false }, name()))),
    h("div", { class: "settings" }, language, theme),
  );
  document.querySelector(".skip")!.textContent = t("Skip to the content");
  document.querySelector<HTMLAnchorElement>(".skip")!.href = "#main";
  document.title = `${data(view.scenario.title)} – contrafact`;
}

async function speak(language: Language): Promise<void> {
  await use(language);
  keep("language", language);
  await render(true);
}

function paint(theme: string): void {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  keep("theme", theme);
  void render(true);
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A browser that keeps nothing shows the same, and forgets the choice.
  }
}

function kept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

async function render(anew = false): Promise<void> {
  const wish = [place.tab, place.job, place.find, current()].join("|");
  if (wish === shown && !anew) {
    setHour(place.hour);
    return;
  }
  const moved = shown !== "" && !anew;
  shown = wish;
  stopClock();
  forgetHourListeners();
  try {
    const view = await api.firstView();
    header(view);
    const parts = await content(view);
    if (shown !== wish) return;
    main.replaceChildren(...limits(view), ...parts);
    if (moved) main.focus({ preventScroll: true });
  } catch (error) {
    main.replaceChildren(problems(error));
  }
}

async function content(view: View): Promise<Node[]> {
  if (place.tab === "whatif") return await whatIf(view);
  if (place.tab === "claims") return await claimsView();
  if (place.tab === "evidence") return await evidenceView();
  if (place.tab === "method") return method(view);
  return story(view);
}

async function begin(): Promise<void> {
  const theme = kept("theme");
  if (theme) document.documentElement.dataset.theme = theme;
  const view = api.firstView();
  await use(wanted(new URLSearchParams(location.search).get("lang") ?? kept("language")));
  place.hour = Math.min(OPENING_H, (await view.catch(() => null))?.scenario.hours ?? 0);
  readAddress();
  await render();
}

window.addEventListener("hashchange", () => {
  if (location.hash === "#main") return;
  readAddress();
  void render();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => void render(true));
document.addEventListener("keydown", (event) => {
  const target = event.target as HTMLElement;
  if (event.key === " " && !["INPUT", "SELECT", "BUTTON", "TEXTAREA", "SUMMARY", "A"].includes(target.tagName)) {
    const play = document.querySelector<HTMLButtonElement>(".play");
    if (play) {
      event.preventDefault();
      play.click();
    }
  }
});
void begin();

/** Change one thing, run pairs, and see both side by side. */

import * as api from "./api";
import { h } from "./dom";
import { effects, ProvisionalEffects } from "./effects";
import { data, n, number, t } from "./i18n";
import { Levers } from "./levers";
import { ownScenario } from "./own";
import { sideBySide, story } from "./story";
import { address, go, note, place } from "./store";
import type { Job, View } from "./types";

const PAIRS = 40;

export async function whatIf(view: View): Promise<Node[]> {
  if (place.job) return await followed();
  return [form(view, null), await earlier()];
}

/** The form that asks for a run; `id` names a scenario that was brought. */
export function form(view: View, id: string | null): HTMLElement {
  const errors = h("div", { role: "alert" });
  const arm = h("select", {}, h("option", { value: "" }, t("nothing yet: use the controls below")), ...view.arms.map((one) => h("option", { value: one.id }, data(one.title))));
  arm.value = view.arms.some((one) => one.id === place.arm) ? place.arm : "";
  const asserts = h("p", { class: "note" });
  const pairs = h("input", { type: "number", min: 8, max: 400, step: 1, value: PAIRS });
  const seed = h("input", { type: "number", min: 0, max: 2 ** 32 - 1, step: 1, value: 1 });
  const button = h("button", { type: "submit", class: "run" });
  const label = () => {
    const said = view.arms.find((one) => one.id === arm.value)?.asserts;
    asserts.textContent = said ? t("Asserted only by: {who}", { who: said }) : "";
    const changed = arm.value || Object.keys(levers.changes()).length;
    button.textContent = changed ? n("Run {count} pair", "Run {count} pairs", Number(pairs.value)) : n("Run {count} replay", "Run {count} replays", Number(pairs.value));
  };
  const levers = new Levers(view, label);
  arm.addEventListener("change", () => {
    note({ arm: arm.value });
    label();
  });
  pairs.addEventListener("input", label);
  label();
  const ask = async (event: Event) => {
    event.preventDefault();
    const changes = levers.changes();
    const isRun = !arm.value && !Object.keys(changes).length;
    const body = { kind: isRun ? "run" : "comparison", scenario: id, arm: arm.value || null, changes, replications: Number(pairs.value), seed: Number(seed.value) };
    button.disabled = true;
    try {
      const job = await api.start(body);
      go({ tab: "whatif", job: job.id });
    } catch (error) {
      errors.replaceChildren(problems(error));
    } finally {
      button.disabled = false;
    }
  };
  return h(
    "form",
    { class: "whatif", submit: ask },
    h("h2", {}, t("What if one thing had been different?")),
    h("label", {}, h("span", { class: "what" }, t("A question that comes with the scenario")), arm),
    asserts,
    h("p", {}, t("Or change something here. What is not changed stays as recorded; each pair shares all its random numbers.")),
    levers.element,
    h("div", { class: "runrow" }, h("label", {}, t("Pairs"), pairs), h("label", {}, t("Seed"), seed), button),
    errors,
  );
}

export function problems(error: unknown): HTMLElement {
  const list = error instanceof api.Refused ? error.problems.map(api.told) : [String(error)];
  return h("ul", { class: "errors" }, ...list.map((text) => h("li", {}, text)));
}

async function earlier(): Promise<HTMLElement> {
  const found = await api.jobs().catch(() => [] as Job[]);
  return h(
    "section",
    {},
    found.length ? h("h2", {}, t("Earlier runs")) : null,
    h("ul", { class: "jobs" }, ...found.reverse().map((job) => h("li", {}, h("a", { href: address({ tab: "whatif", job: job.id }) }, `${job.title ? data(job.title) : job.scenario}: ${stateName(job)}`)))),
    ownScenario(),
  );
}

function stateName(job: Job): string {
  const words: Record<Job["state"], string> = {
    waiting: t("waiting"),
    running: t("running"),
    done: t("done"),
    cancelled: t("stopped"),
    failed: t("failed"),
  };
  return `${words[job.state]}, ${number(job.done)}/${number(job.total)}`;
}

/** The job in the address: how far it is, then what it found. */
async function followed(): Promise<Node[]> {
  const id = place.job;
  const box = h("section", { class: "progress", "aria-live": "polite" });
  const found = h("div", { class: "found" });
  const sofar = new ProvisionalEffects();
  try {
    show(await api.job(id), box, found, sofar);
  } catch (error) {
    box.replaceChildren(problems(error), h("a", { href: address({ job: "" }) }, t("Change something else")));
    return [box];
  }
  const end = api.follow(id, (job) => {
    if (place.job !== id || !box.isConnected) end();
    else show(job, box, found, sofar);
  });
  return [box, sofar.element, found];
}

function show(job: Job, box: HTMLElement, found: HTMLElement, sofar: ProvisionalEffects): void {
  const ended = ["done", "cancelled", "failed"].includes(job.state);
  const left = job.done && !ended ? (job.elapsed_s / job.done) * (job.total - job.done) : 0;
  const bar = h("progress", { max: job.total, value: job.done, "aria-label": stateName(job) });
  const stop = h("button", { type: "button", click: () => void api.cancel(job.id) }, t("Stop, and keep what is done"));
  const again = h("a", { href: address({ job: "" }) }, t("Change something else"));
  const wait = left ? t("about {seconds} s left", { seconds: number(Math.ceil(left)) }) : job.state === "running" ? data(job.message) || t("preparing") : "";
  box.replaceChildren(
    h("p", {}, `${stateName(job)} `, ended ? again : wait),
    ...(ended ? [] : [bar, stop]),
    ...(job.state === "failed" ? [problems(job.errors.length ? new api.Refused(job.errors) : job.message)] : []),
  );
  sofar.show(job);
  if (ended && job.has_result && !found.childElementCount) void fill(job, found);
}

async function fill(job: Job, found: HTMLElement): Promise<void> {
  const view = await api.jobView(job.id);
  const base = `api/jobs/${encodeURIComponent(job.id)}`;
  const lang = document.documentElement.lang;
  const save = h(
    "p",
    { class: "save" },
    h("a", { href: `${base}/report?lang=${lang}`, download: "contrafact-report.html" }, t("Download the report")),
    " · ",
    h("a", { href: `${base}/results.zip`, download: "contrafact-results.zip" }, t("Download the results")),
  );
  if (view.kind === "comparison") found.replaceChildren(h("h2", {}, job.title ? data(job.title) : Levers.told(view, job.changes ?? {}).join("; ")), ...sideBySide(view), ...effects(view), save);
  else found.replaceChildren(...story(view), save);
}

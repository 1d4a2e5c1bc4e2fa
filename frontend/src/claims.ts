/** Claims: the words, who says so, what other sources say, the verdict of the record, the reading of the model. */

import * as api from "./api";
import { h } from "./dom";
import { current, data, n, number, said, share, signed, t } from "./i18n";
import { rowLink } from "./story";
import { address } from "./store";
import type { Answer, Claim, Ends } from "./types";
import { runsSay, verdict } from "./words";

export async function claimsView(): Promise<Node[]> {
  const all = await api.claims();
  if (!all.length) return [h("p", {}, t("No claims come with this scenario."))];
  const list = h("div", { class: "claims" });
  const find = h("input", { type: "search" });
  const which = h("select", {}, h("option", { value: "" }, t("all verdicts")), ...[...new Set(all.map((one) => one.record_verdict))].map((name) => h("option", { value: name }, verdict(name))));
  const count = h("p", { class: "note", role: "status" });
  const show = () => {
    const words = find.value.toLowerCase();
    const found = all.filter((one) => (!which.value || one.record_verdict === which.value) && `${one.id} ${one.quote} ${one.paraphrase} ${one.attributed_to}`.toLowerCase().includes(words));
    count.textContent = n("{count} claim", "{count} claims", found.length);
    list.replaceChildren(...found.map((one) => card(one)));
  };
  find.addEventListener("input", show);
  which.addEventListener("change", show);
  show();
  return [
    h("h2", {}, t("Claims of the source article, beside the record")),
    h("p", {}, t("A claim is asked about and never relied on. The verdict is that of independent sources; the model is asked only where a question was written down beforehand.")),
    h("div", { class: "filters" }, h("label", {}, t("Search"), find), h("label", {}, t("Verdict of the record"), which)),
    count,
    list,
  ];
}

function card(claim: Claim): HTMLElement {
  const own = h("q", { lang: "vi" }, claim.quote);
  const words = current() === "vi" ? [own, h("span", { lang: "en" }, claim.paraphrase)] : [claim.paraphrase, own];
  const sources = claim.observations.map((row) =>
    h("li", {}, rowLink(row.id), ` ${row.publisher}${row.published ? `, ${row.published}` : ""}`, row.quote ? h("q", {}, row.quote) : ` (${t("kept for scoring: not shown here")})`),
  );
  return h(
    "article",
    { class: "claim", id: claim.id },
    h("h3", {}, `${claim.id} · `, words[0]),
    h("p", { class: "quote" }, words[1]),
    h("p", {}, t("Who says so: {who}", { who: data(claim.attributed_to) })),
    h("p", {}, t("Verdict of the record: "), h("strong", {}, verdict(claim.record_verdict)), claim.reason ? ` – ${data(claim.reason)}` : ""),
    claim.model
      ? h("p", {}, t("Asked of the model: {question}", { question: data(claim.model.question) }), " ", t("Reading: "), h("strong", {}, verdict(worded(claim))), ". ", claim.model.result ? `${said(claim.model.result.text)} ` : "", t("Assumption: {assumption}", { assumption: data(claim.model.assumption) }))
      : null,
    claim.model?.result ? answers(claim.model.result.answers, claim.model.result.arm) : null,
    claim.arm ? h("p", {}, h("a", { href: address({ tab: "whatif", job: "", arm: claim.arm }) }, t("Open the comparison"))) : null,
    sources.length ? h("details", {}, h("summary", {}, n("{count} row of the record", "{count} rows of the record", sources.length)), h("ul", {}, ...sources)) : null,
  );
}

/** The reading as it is shown: where no more was asked than whether a thing is rare, "consistent" says too much. */
function worded(claim: Claim): string {
  if (claim.model?.result?.kind !== "probability") return claim.model_reading;
  return { consistent: "not_rare", inconsistent: "rare" }[claim.model_reading] ?? claim.model_reading;
}

/** The answer under every setting, harm first. */
function answers(found: Answer[], arm: string): HTMLElement {
  const heads = [t("Deaths"), t("Injured"), t("Detained"), t("Setting"), t("Arm"), t("Answer"), t("The runs"), t("Runs"), t("Never reached")];
  const rows = found.map((one) => {
    const harm = ["deaths_total", "injured_total", "detained"].map((name) => ends(one.harm[name] ?? null, one.against !== null));
    const setting = one.switch?.replaceAll("_", " ") ?? t("as recorded");
    const plain = arm.replaceAll("_", " ");
    const arms = one.against === null ? plain : t("{arm} less {other}", { arm: plain, other: one.against.replaceAll("_", " ") });
    const cells = [...harm, setting, arms, ends(one.estimate, one.against !== null), runsSay(one.verdict), number(one.runs), share(one.unreached)];
    return h("tr", {}, ...cells.map((cell) => h("td", {}, cell)));
  });
  const head = h("thead", {}, h("tr", {}, ...heads.map((name) => h("th", { scope: "col" }, name))));
  return h("details", {}, h("summary", {}, t("Answers under each setting, with the harm of each")), h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t("Answers under each setting, with the harm of each") }, h("table", {}, head, h("tbody", {}, ...rows))));
}

function ends(one: Ends | null, less: boolean): string {
  if (!one) return t("no run to read");
  const written = less ? signed : number;
  const [mean, low, high] = [one.mean, one.low, one.high].map((value) => written(Number(value.toPrecision(3)), 3));
  return t("{mean} ({low} to {high})", { mean, low, high });
}

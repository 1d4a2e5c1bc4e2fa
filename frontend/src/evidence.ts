/** The ledger: every row that may be seen, searchable; of rows kept for scoring only that they exist. */

import * as api from "./api";
import { h } from "./dom";
import { n, t } from "./i18n";
import { note, place } from "./store";
import type { Row } from "./types";
import { useName } from "./words";

const AT_ONCE = 60;

export async function evidenceView(): Promise<Node[]> {
  const all = await api.evidence();
  if (!all.length) return [h("p", {}, t("No record comes with this scenario."))];
  const find = h("input", { type: "search", value: place.find });
  const use = h("select", {}, h("option", { value: "" }, t("all uses")), ...["input", "fit", "score", "context"].map((name) => h("option", { value: name }, useName(name))));
  const count = h("p", { class: "note", role: "status" });
  const body = h("tbody", {});
  const more = h("button", { type: "button" }, t("Show all"));
  const show = (limit: number) => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = all.filter((row) => (!use.value || row.use === use.value) && words.every((word) => text(row).includes(word)));
    found.sort((a, b) => Number(b.id === find.value) - Number(a.id === find.value));
    count.textContent = n("{count} row", "{count} rows", found.length);
    body.replaceChildren(...found.slice(0, limit).map(line));
    more.hidden = found.length <= limit;
  };
  find.addEventListener("input", () => {
    note({ find: find.value });
    show(AT_ONCE);
  });
  use.addEventListener("change", () => show(AT_ONCE));
  more.addEventListener("click", () => show(all.length));
  show(AT_ONCE);
  return [
    h("h2", {}, t("The record")),
    h("p", {}, t("A row says what a source said, not that it is so; rows contradict each other and are all kept. Rows kept for scoring are shown by contrafact score alone.")),
    h("div", { class: "filters" }, h("label", {}, t("Search"), find), h("label", {}, t("Use"), use)),
    count,
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": t("The record") },
      h("table", { class: "ledger" }, h("thead", {}, h("tr", {}, ...[t("Row"), t("What"), t("Value"), t("When and where"), t("Words"), t("Source"), t("Use")].map((head) => h("th", { scope: "col" }, head)))), body),
    ),
    more,
  ];
}

function text(row: Row): string {
  return [row.id, row.fact, row.quantity, row.place, row.publisher, row.quote, row.time_start, row.use].join(" ").toLowerCase();
}

function line(row: Row): HTMLElement {
  const range = row.low !== null || row.high !== null ? ` (${row.low ?? "…"} – ${row.high ?? "…"})` : "";
  const source = `${row.publisher}${row.published ? `, ${row.published}` : ""}`;
  return h(
    "tr",
    { id: row.id },
    h("th", { scope: "row" }, row.id),
    h("td", {}, row.quantity.replaceAll("_", " ")),
    h("td", { class: "value" }, row.use === "score" ? "" : `${row.value ?? ""}${range} ${row.unit}`),
    h("td", {}, [row.time_start, row.time_end && row.time_end !== row.time_start ? `– ${row.time_end}` : "", row.place].filter(Boolean).join(" ")),
    h("td", {}, row.quote ? h("q", {}, row.quote) : useName("score"), row.reliability ? h("p", { class: "note" }, row.reliability) : null),
    h("td", {}, row.url ? h("a", { href: row.url, rel: "noreferrer noopener external", target: "_blank" }, source) : source),
    h("td", {}, useName(row.use)),
  );
}

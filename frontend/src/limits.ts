/** What must be seen beside everything that is shown, on the page and in a notebook. */

import { h } from "./dom";
import { t } from "./i18n";
import type { View } from "./types";

export function limits(view: View): Node[] {
  const stamp = view.scenario.recent ? h("p", { class: "stamp" }, t("Not for operational use: this scenario ends less than a year ago.")) : null;
  const scale = view.scenario.residents_per_person > 1 ? h("p", { class: "note" }, t("Each synthetic person stands for {count} residents; casualties are not to be read off this run.", { count: view.scenario.residents_per_person })) : null;
  return [stamp, h("p", { class: "limits" }, t("A simulation: all persons are synthetic. Detentions: ill-treatment and deaths in custody are documented and not simulated.")), scale].filter((node): node is HTMLParagraphElement => node !== null);
}

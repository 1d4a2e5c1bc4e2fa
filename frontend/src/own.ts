/** A scenario of one's own: its files are read here, checked by the server, and errors are shown at their line. */

import * as api from "./api";
import { h } from "./dom";
import { t } from "./i18n";
import { form } from "./whatif";

export function ownScenario(): HTMLElement {
  const input = h("input", { type: "file", multiple: true, accept: ".yaml,.yml,.csv,.geojson,.json" });
  const answer = h("div", { "aria-live": "polite" });
  input.addEventListener("change", () => void read(input.files, answer));
  return h(
    "section",
    { class: "own" },
    h("h2", {}, t("A scenario of your own")),
    h("p", {}, t("Choose scenario.yaml together with the files that it names. They are checked and run on this machine and sent nowhere else.")),
    h("label", {}, h("span", { class: "what" }, t("Files of the scenario")), input),
    answer,
  );
}

async function read(files: FileList | null, answer: HTMLElement): Promise<void> {
  const texts: Record<string, string> = {};
  for (const file of files ?? []) {
    const isOnlyYaml = /\.ya?ml$/.test(file.name) && [...(files ?? [])].filter((one) => /\.ya?ml$/.test(one.name)).length === 1;
    texts[isOnlyYaml ? "scenario.yaml" : file.name] = await file.text();
  }
  if (!Object.keys(texts).length) return;
  answer.replaceChildren(h("p", {}, t("checking")));
  try {
    const { id, view } = await api.bring(texts);
    answer.replaceChildren(h("p", {}, t("{title}: no errors", { title: view.scenario.title })), form(view, id));
  } catch (error) {
    const found = error instanceof api.Refused ? error.problems : [];
    const lines = (texts["scenario.yaml"] ?? "").split("\n");
    answer.replaceChildren(
      h("p", {}, t("The scenario cannot be run as it is:")),
      h(
        "ol",
        { class: "errors" },
        ...found.map((one) => {
          const shown = one.line !== null && (one.file ?? "").endsWith("scenario.yaml") ? lines[one.line - 1] : undefined;
          return h("li", {}, api.told(one), shown ? h("pre", {}, `${one.line}  ${shown}`) : null);
        }),
      ),
    );
  }
}

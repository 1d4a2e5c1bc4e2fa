/** Names of outcomes, events and verdicts, in the words of the tables of the command line. */

import { data, t } from "./i18n";
import type { Milestone, Observation, View } from "./types";

const GROUPS: Record<string, () => string> = {
  bystanders: () => t("bystanders"),
  protesters: () => t("protesters"),
  armed_persons: () => t("armed persons"),
  state_forces: () => t("state forces"),
  contingents: () => t("contingents"),
  total: () => t("all groups"),
};

const OUTCOMES: Record<string, () => string> = {
  detained: () => t("Detained"),
  offline_person_hours: () => t("Time without communications"),
  facility_hours_lost: () => t("Time facilities were not held by the state"),
  time_to_end: () => t("From the start until violence ended"),
  peak_crowd: () => t("Most people in the street at one time"),
  peak_armed: () => t("Most armed persons at one time"),
};

export function outcomeName(name: string): string {
  const known = OUTCOMES[name];
  if (known) return known();
  const [kind, ...rest] = name.split("_");
  const group = GROUPS[rest.join("_")]?.() ?? rest.join(" ");
  return kind === "deaths" ? t("Deaths, {group}", { group }) : t("Injured, {group}", { group });
}

/** Unit of the hour of an event. */
export const HOURS = "h since start";

/** What one row of the record is about, as the tables of the command line say it. */
export function milestoneName(view: View, one: Milestone): string {
  const place = placeName(view, one.place);
  if (one.quantity === "seizure") return t("{place} falls", { place });
  if (one.quantity === "recapture") return t("{place} is retaken", { place });
  if (one.quantity === "overrun") return t("A unit gives way: {place}", { place });
  const levels: Record<string, () => string> = { crowd: () => t("Crowd"), network: () => t("Network"), facilities_lost: () => t("Facilities lost") };
  const what = levels[one.quantity]?.() ?? outcomeName(one.quantity);
  if (one.statistic === "first") return t("First {what}", { what: what.charAt(0).toLowerCase() + what.slice(1) });
  const manner = one.statistic === "mean" ? t("mean") : one.statistic === "min" ? t("lowest") : "";
  return [[what, manner].filter(Boolean).join(", "), place].filter(Boolean).join(": ");
}

export function placeName(view: View, id: string | null): string {
  if (!id) return "";
  const known = [...view.ground.facilities, ...view.ground.sites, ...view.ground.posts].find((one) => one.id === id);
  return known ? data(known.name) : id.replaceAll("_", " ");
}

export function eventName(view: View, row: Observation): string {
  const place = placeName(view, row.place);
  if (row.quantity === "seizure") return t("{place} is taken, says the record", { place });
  if (row.quantity === "recapture") return t("{place} is taken back, says the record", { place });
  if (row.quantity === "overrun") return t("A police line gives way, says the record: {place}", { place });
  return t("First injury among state forces, says the record");
}

export function verdict(name: string): string {
  const words: Record<string, () => string> = {
    supported: () => t("supported"),
    supported_in_part: () => t("supported in part"),
    contested: () => t("contested"),
    contradicted: () => t("contradicted"),
    unsupported: () => t("unsupported"),
    opinion: () => t("opinion"),
    consistent: () => t("consistent"),
    inconsistent: () => t("inconsistent"),
    not_identified: () => t("not identified"),
    decided_by_assumption: () => t("decided by an assumption"),
    not_asked: () => t("not asked"),
    not_rare: () => t("not rare in the model"),
    rare: () => t("rare in the model"),
  };
  return words[name]?.() ?? name;
}

/** What runs say under one setting. */
export function runsSay(name: string): string {
  const words: Record<string, () => string> = {
    "bears out": () => t("bears it out"),
    "speaks against": () => t("speaks against it"),
    "leaves open": () => t("leaves it open"),
  };
  return words[name]?.() ?? name;
}

export function useName(use: string): string {
  const words: Record<string, () => string> = {
    input: () => t("drives the scenario"),
    fit: () => t("may be used for fitting"),
    score: () => t("kept for scoring: not shown here"),
    context: () => t("context"),
  };
  return words[use]?.() ?? use;
}

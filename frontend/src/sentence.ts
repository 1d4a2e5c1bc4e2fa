/** What is being seen, in plain sentences: generated from the replays and the record, with the rows they rest on. */

import type { Field } from "./field";
import { Calendar, data, number, t } from "./i18n";
import { eventName } from "./words";
import type { Arm, View } from "./types";

const NEAR_H = 3;

/** Sentences about one hour of one arm; the last ones tell what the record says of it. */
export function sentences(view: View, arm: Arm, field: Field, hour: number): { text: string; rows: string[] }[] {
  const at = Math.round(hour);
  return [harm(arm, at), people(arm, at), ...places(view, field, at), ...recorded(view, at)];
}

function band(arm: Arm, key: string, hour: number) {
  const bands = arm.curves[key];
  const at = Math.min(hour, bands.median.length - 1);
  return { median: bands.median[at], low: about(bands.low[at]), high: about(bands.high[at]) };
}

/** A number with two digits that count; small ones as they are. */
function about(value: number): string {
  return number(value < 100 ? value : Number(value.toPrecision(2)));
}

function people(arm: Arm, hour: number) {
  const { median, low, high } = band(arm, "crowd", hour);
  if (median < 1) return { text: t("In most replays nobody is protesting in the street."), rows: [] };
  return {
    text: t("About {people} people are in the street; 90 % of replays have {low} to {high}.", {
      people: about(median),
      low,
      high,
    }),
    rows: [],
  };
}

function harm(arm: Arm, hour: number) {
  const deaths = band(arm, "deaths_total", hour);
  const injured = band(arm, "injured_total", hour);
  if (deaths.high === "0" && injured.high === "0") return { text: t("In no replay has anyone been hurt so far."), rows: [] };
  return {
    text: t("So far {deaths} people have been killed ({low} to {high}) and {injured} injured ({from} to {to}).", {
      deaths: about(deaths.median),
      low: deaths.low,
      high: deaths.high,
      injured: about(injured.median),
      from: injured.low,
      to: injured.high,
    }),
    rows: [],
  };
}

function places(view: View, field: Field, hour: number) {
  const replays = view.run?.replications ?? 0;
  const lost = view.ground.facilities
    .map((facility, index) => ({ facility, count: Math.round(field.lostShare(hour, index) * replays) }))
    .filter(({ facility, count }) => facility.contested && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, 3);
  if (!lost.length) return [];
  const listed = lost.map(({ facility, count }) =>
    t("{place} ({count} of {replays})", { place: data(facility.name), count: number(count), replays: number(replays) }),
  );
  return [
    {
      text: t("Not held by the state, in so many replays: {list}.", { list: listed.join(", ") }),
      rows: [],
    },
  ];
}

/** Rows whose window holds the hour, and actions that happened in the hours before. */
function recorded(view: View, hour: number) {
  const calendar = new Calendar(view.scenario.start);
  const events = view.observations
    .filter((row) => row.curve === null && row.begins <= hour + 0.5 && row.ends >= hour - 0.5 && row.ends - row.begins < 24)
    .slice(0, 1)
    .map((row) => ({
      text: t("{event}, between {from} and {to}.", { event: eventName(view, row), from: calendar.short(row.begins), to: calendar.short(row.ends) }),
      rows: [row.id],
    }));
  const done = view.actions
    .filter((action) => action.at <= hour && action.at > hour - NEAR_H)
    .slice(-1)
    .map((action) => ({
      text: t("{when}: {what}.", { when: calendar.short(action.at), what: data(action.label) }),
      rows: action.evidence.filter((id) => /^R\d+$/.test(id)).slice(0, 2),
    }));
  return [...done, ...events];
}

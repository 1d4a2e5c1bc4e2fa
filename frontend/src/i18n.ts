/** Words, numbers and times in the reader's language. Catalogues come from the same source as the command line's. */

export const LANGUAGES = { en: "English", vi: "Tiếng Việt" } as const;
export type Language = keyof typeof LANGUAGES;
type Params = Record<string, string | number>;

let language: Language = "en";
let catalogue: Record<string, string | string[]> = {};

export function current(): Language {
  return language;
}

/** The language that was asked for, else the first of the browser's that there is, else English. */
export function wanted(asked: string | null): Language {
  const known = [asked ?? "", ...navigator.languages.map((name) => name.slice(0, 2))];
  return (known.find((name) => name in LANGUAGES) as Language | undefined) ?? "en";
}

export async function use(chosen: Language): Promise<void> {
  const words = chosen === "en" ? {} : ((await (await fetch(`locale/${chosen}.json`)).json()) as typeof catalogue);
  speak(chosen, words);
  document.documentElement.lang = chosen;
}

/** Speak a language whose words are at hand. */
export function speak(chosen: Language, words: Record<string, string | string[]>): void {
  language = chosen;
  catalogue = words;
}

/** A text of the page; {name} is filled from the parameters. */
export function t(text: string, params: Params = {}): string {
  const found = catalogue[text];
  return filled(typeof found === "string" ? found : text, params);
}

/** A text with a count in it; Vietnamese has one form for all counts. */
export function n(one: string, many: string, count: number, params: Params = {}): string {
  const found = catalogue[one];
  const forms = Array.isArray(found) ? found : [one, many];
  const form = forms.length === 1 || count === 1 ? forms[0] : forms[1];
  return filled(form, { count: number(count), ...params });
}

/** A text that came with the scenario: translated where the catalogue has it. */
export function data(text: string): string {
  const found = catalogue[text];
  return typeof found === "string" ? found : text;
}

/** A sentence that came in every language. */
export function said(sentence: Record<string, string>): string {
  return sentence[language] ?? sentence.en;
}

function filled(text: string, params: Params): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole));
}

const formats = new Map<string, Intl.NumberFormat>();

/** Formats are kept, since making one takes longer than drawing a map. */
function format(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${language} ${JSON.stringify(options)}`;
  const kept = formats.get(key) ?? new Intl.NumberFormat(language, options);
  formats.set(key, kept);
  return kept;
}

export function number(value: number, digits = 0): string {
  return format({ maximumFractionDigits: digits }).format(value);
}

export function share(value: number): string {
  return format({ style: "percent", maximumFractionDigits: 0 }).format(value);
}

/** A number with its sign, a true minus included; zero has none. */
export function signed(value: number, digits = 0): string {
  return format({ maximumFractionDigits: digits, signDisplay: "exceptZero" }).format(value).replace("-", "−");
}

/** Digits after the point that a number of this size deserves. */
export function digitsFor(value: number): number {
  return Math.abs(value) >= 20 ? 0 : 1;
}

export function amount(value: number | null, unit: string): string {
  if (value === null) return t("not reached");
  if (unit === "dimensionless") return share(value);
  return number(value, digitsFor(value));
}

export function unitName(unit: string): string {
  const names: Record<string, string> = {
    persons: t("persons"),
    h: t("hours"),
    "person h": t("person-hours"),
    "facility h": t("facility-hours"),
    dimensionless: "",
    "1/day": t("a day"),
    time: "",
  };
  return names[unit] ?? unit;
}

/** Local civil time of an hour since the start; the offset of the scenario's start is not used. */
export class Calendar {
  private readonly start: number;

  constructor(start: string) {
    this.start = Date.parse(`${start.slice(0, 16)}Z`);
  }

  /** Hours from the start to the first midnight. */
  get midnight(): number {
    return (24 - (this.start / 3_600_000) % 24) % 24;
  }

  at(hour: number): Date {
    return new Date(this.start + Math.round(hour * 60) * 60_000);
  }

  /** "Wed 5 January 2022, 13:00" */
  full(hour: number): string {
    return this.format(hour, { weekday: "short", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" });
  }

  /** "5 Jan, 13:00" */
  short(hour: number): string {
    return this.format(hour, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  }

  day(hour: number): string {
    return this.format(hour, { day: "numeric", month: "short" });
  }

  /** As an input of type datetime-local and a scenario file have it. */
  iso(hour: number): string {
    return this.at(hour).toISOString().slice(0, 16);
  }

  hour(iso: string): number {
    return (Date.parse(`${iso.slice(0, 16)}Z`) - this.start) / 3_600_000;
  }

  private format(hour: number, parts: Intl.DateTimeFormatOptions): string {
    const locale = language === "en" ? "en-GB" : language;
    return new Intl.DateTimeFormat(locale, { ...parts, hourCycle: "h23", timeZone: "UTC" }).format(this.at(hour));
  }
}

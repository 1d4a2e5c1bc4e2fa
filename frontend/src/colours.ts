/** Colours of maps: one hue for crowds, two quiet hues for who holds, alike for readers with colour-blindness. */

const CROWD_LIGHT = ["#d0e2e6", "#a9ccd3", "#7bb0bc", "#4d90a4", "#2b6f8b", "#174f70", "#0d2f50"];
const CROWD_DARK = ["#1d3d47", "#255866", "#2f7485", "#4591a2", "#6db0bd", "#a3d0d8", "#e4f4f6"];
// Batlow of cmcrameri (Crameri 2018), seven steps, from early to late.
const HOURS = ["#011959", "#114360", "#226b5f", "#5e7f39", "#a78f35", "#e6a06f", "#fbbfc9"];

export const LEVELS = 48;

export interface Palette {
  paper: string;
  empty: string;
  border: string;
  ink: string;
  state: string;
  lost: string;
  crowd: string[];
  hours: string[];
}

/** What the reader chose on the page, else the notebook around the map, else the system. */
export function isDark(): boolean {
  const forced = document.documentElement.dataset.theme;
  if (forced) return forced === "dark";
  const notebook = document.body.dataset.jpThemeLight;
  return notebook ? notebook === "false" : matchMedia("(prefers-color-scheme: dark)").matches;
}

export function palette(): Palette {
  const dark = isDark();
  return {
    paper: dark ? "#14191c" : "#ffffff",
    empty: dark ? "#20272b" : "#eef0ee",
    border: dark ? "#65737b" : "#8b959b",
    ink: dark ? "#e8ecee" : "#23292e",
    state: dark ? "#a493dc" : "#6a55a0",
    lost: dark ? "#f0b545" : "#dc9a1c",
    crowd: ramp(dark ? CROWD_DARK : CROWD_LIGHT, LEVELS),
    hours: ramp(HOURS, LEVELS),
  };
}

function ramp(stops: string[], count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const at = (index / (count - 1)) * (stops.length - 1);
    const low = Math.min(Math.floor(at), stops.length - 2);
    return mixed(stops[low], stops[low + 1], at - low);
  });
}

function mixed(from: string, to: string, part: number): string {
  const parts = [1, 3, 5].map((at) => {
    const a = parseInt(from.slice(at, at + 2), 16);
    const b = parseInt(to.slice(at, at + 2), 16);
    return Math.round(a + (b - a) * part);
  });
  return `rgb(${parts.join(",")})`;
}

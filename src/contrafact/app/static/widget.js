const q = ["#d0e2e6", "#a9ccd3", "#7bb0bc", "#4d90a4", "#2b6f8b", "#174f70", "#0d2f50"], G = ["#1d3d47", "#255866", "#2f7485", "#4591a2", "#6db0bd", "#a3d0d8", "#e4f4f6"], z = ["#011959", "#114360", "#226b5f", "#5e7f39", "#a78f35", "#e6a06f", "#fbbfc9"];
function U() {
  const e = document.documentElement.dataset.theme;
  if (e) return e === "dark";
  const t = document.body.dataset.jpThemeLight;
  return t ? t === "false" : matchMedia("(prefers-color-scheme: dark)").matches;
}
function _() {
  const e = U();
  return {
    paper: e ? "#14191c" : "#ffffff",
    empty: e ? "#20272b" : "#eef0ee",
    border: e ? "#65737b" : "#8b959b",
    ink: e ? "#e8ecee" : "#23292e",
    state: e ? "#a493dc" : "#6a55a0",
    lost: e ? "#f0b545" : "#dc9a1c",
    crowd: $(e ? G : q, 48),
    hours: $(z, 48)
  };
}
function $(e, t) {
  return Array.from({ length: t }, (s, n) => {
    const r = n / (t - 1) * (e.length - 1), i = Math.min(Math.floor(r), e.length - 2);
    return B(e[i], e[i + 1], r - i);
  });
}
function B(e, t, s) {
  return `rgb(${[1, 3, 5].map((r) => {
    const i = parseInt(e.slice(r, r + 2), 16), o = parseInt(t.slice(r, r + 2), 16);
    return Math.round(i + (o - i) * s);
  }).join(",")})`;
}
function c(e, t = {}, ...s) {
  return J(document.createElement(e), t, s);
}
function J(e, t, s) {
  for (const [n, r] of Object.entries(t))
    typeof r == "function" ? e.addEventListener(n, r) : r === !0 ? e.setAttribute(n, "") : r !== !1 && r !== null && r !== void 0 && e.setAttribute(n, String(r));
  return e.append(...s.filter((n) => n != null && n !== !1)), e;
}
function b(e) {
  const t = atob(e), s = new Uint8Array(t.length);
  for (let n = 0; n < t.length; n++) s[n] = t.charCodeAt(n);
  return s;
}
const x = 255;
class K {
  constructor(t, s) {
    this.ground = s, this.codes = b(t.crowd.bytes), this.lost = b(t.lost), this.hours = this.codes.length / s.cells, this.facilities = this.hours ? this.lost.length / this.hours : 0, this.scale = Math.log1p(t.crowd.highest) / x;
  }
  hours;
  codes;
  lost;
  scale;
  facilities;
  /** log(1 + people) in a cell, between two hours in proportion. */
  log(t, s) {
    const n = Math.min(Math.floor(t), this.hours - 1), r = this.codes[n * this.ground.cells + s], i = t - n;
    if (i === 0 || n + 1 >= this.hours) return r * this.scale;
    const o = this.codes[(n + 1) * this.ground.cells + s];
    return (r + (o - r) * i) * this.scale;
  }
  people(t, s) {
    return Math.expm1(this.log(t, s));
  }
  /** Share of the replays in which the state does not hold a facility. */
  lostShare(t, s) {
    if (s >= this.facilities) return 0;
    const n = Math.min(Math.round(t), this.hours - 1);
    return this.lost[n * this.facilities + s] / x;
  }
}
function N(e) {
  const t = new Uint16Array(b(e.rings).buffer), s = new Uint32Array(b(e.ring_ends).buffer), n = new Float32Array(t.length);
  for (let i = 0; i < t.length; i += 2)
    n[i] = t[i] / 65535 * e.width_km, n[i + 1] = t[i + 1] / 65535 * e.height_km;
  const r = new Float32Array(s.length * 2);
  for (let i = 0, o = 0; i < s.length; o = s[i], i++) {
    const a = s[i] - o;
    for (let h = o; h < s[i]; h++)
      r[i * 2] += n[h * 2] / a, r[i * 2 + 1] += n[h * 2 + 1] / a;
  }
  return {
    corners: n,
    ends: s,
    centres: r,
    district: new Uint16Array(b(e.district_of).buffer),
    residents: new Uint32Array(b(e.residents).buffer)
  };
}
let k = "en", C = {};
function X(e, t) {
  k = e, C = t;
}
function f(e, t = {}) {
  const s = C[e];
  return Y(typeof s == "string" ? s : e, t);
}
function A(e) {
  const t = C[e];
  return typeof t == "string" ? t : e;
}
function Y(e, t) {
  return e.replace(/\{(\w+)\}/g, (s, n) => n in t ? String(t[n]) : s);
}
const P = /* @__PURE__ */ new Map();
function W(e) {
  const t = `${k} ${JSON.stringify(e)}`, s = P.get(t) ?? new Intl.NumberFormat(k, e);
  return P.set(t, s), s;
}
function L(e, t = 0) {
  return W({ maximumFractionDigits: t }).format(e);
}
function F(e) {
  return W({ style: "percent", maximumFractionDigits: 0 }).format(e);
}
class H {
  start;
  constructor(t) {
    this.start = Date.parse(`${t.slice(0, 16)}Z`);
  }
  /** Hours from the start to the first midnight. */
  get midnight() {
    return (24 - this.start / 36e5 % 24) % 24;
  }
  at(t) {
    return new Date(this.start + Math.round(t * 60) * 6e4);
  }
  /** "Wed 5 January 2022, 13:00" */
  full(t) {
    return this.format(t, { weekday: "short", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" });
  }
  /** "5 Jan, 13:00" */
  short(t) {
    return this.format(t, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  }
  day(t) {
    return this.format(t, { day: "numeric", month: "short" });
  }
  /** As an input of type datetime-local and a scenario file have it. */
  iso(t) {
    return this.at(t).toISOString().slice(0, 16);
  }
  hour(t) {
    return (Date.parse(`${t.slice(0, 16)}Z`) - this.start) / 36e5;
  }
  format(t, s) {
    const n = k === "en" ? "en-GB" : k;
    return new Intl.DateTimeFormat(n, { ...s, hourCycle: "h23", timeZone: "UTC" }).format(this.at(t));
  }
}
function Q(e) {
  const t = e.scenario.recent ? c("p", { class: "stamp" }, f("Not for operational use: this scenario ends less than a year ago.")) : null, s = e.scenario.residents_per_person > 1 ? c("p", { class: "note" }, f("Each synthetic person stands for {count} residents; casualties are not to be read off this run.", { count: e.scenario.residents_per_person })) : null;
  return [t, c("p", { class: "limits" }, f("A simulation: all persons are synthetic. Detentions: ill-treatment and deaths in custody are documented and not simulated.")), s].filter((n) => n !== null);
}
class R {
  image;
  colours;
  where;
  cell;
  constructor(t, s = 1, n = 1, r = (i, o) => [i, o]) {
    this.image = new ImageData(s, n), this.colours = new Uint32Array(this.image.data.buffer);
    const i = [], o = [];
    for (let a = 0, h = 0; t && a < t.ends.length; h = t.ends[a], a++) {
      const l = [];
      for (let u = h; u < t.ends[a]; u++) l.push(r(t.corners[u * 2], t.corners[u * 2 + 1]));
      for (const [u, g, p] of tt(l, n))
        for (let d = Math.max(0, g); d <= Math.min(s - 1, p); d++)
          i.push(u * s + d), o.push(a);
    }
    this.where = Uint32Array.from(i), this.cell = Uint16Array.from(o);
  }
  /** The picture in which each cell has the colour of its level; the first colour is that of the paper. */
  filled(t, s) {
    const n = s.map(et);
    this.colours[0] !== n[0] && this.colours.fill(n[0]);
    const { where: r, cell: i } = this;
    for (let o = 0; o < r.length; o++) this.colours[r[o]] = n[t[i[o]]];
    return this.image;
  }
}
function tt(e, t) {
  const s = e.map((i) => i[1]), n = [], r = Math.min(t - 1, Math.floor(Math.max(...s) - 0.5));
  for (let i = Math.max(0, Math.ceil(Math.min(...s) - 0.5)); i <= r; i++) {
    let o = 1 / 0, a = -1 / 0;
    e.forEach(([h, l], u) => {
      const [g, p] = e[(u + 1) % e.length], d = i + 0.5;
      if (l > d == p > d) return;
      const m = h + (d - l) / (p - l) * (g - h);
      o = Math.min(o, m), a = Math.max(a, m);
    }), o <= a && n.push([i, Math.ceil(o - 0.5), Math.ceil(a - 0.5) - 1]);
  }
  return n;
}
function et(e) {
  const t = e.startsWith("#") ? [1, 3, 5].map((s) => parseInt(e.slice(s, s + 2), 16)) : (e.match(/\d+/g) ?? []).map(Number);
  return (255 << 24 | t[2] << 16 | t[1] << 8 | t[0]) >>> 0;
}
const M = 8, V = 21;
function st(e, t) {
  const s = [];
  e.forEach((n, r) => {
    if (!n.contested || !n.at) return;
    const [i, o] = t(...n.at);
    s.push({ index: r, kind: n.kind, x: i, y: o, x0: i, y0: o });
  });
  for (const n of nt(s)) {
    if (n.length < 2) continue;
    const r = n.reduce((h, l) => h + l.x0, 0) / n.length, i = n.reduce((h, l) => h + l.y0, 0) / n.length, o = Math.max(24, n.length * V / (2 * Math.PI));
    [...n].sort((h, l) => Math.atan2(h.y0 - i, h.x0 - r) - Math.atan2(l.y0 - i, l.x0 - r)).forEach((h, l) => {
      const u = -Math.PI + (l + 0.5) * 2 * Math.PI / n.length;
      h.x = r + o * Math.cos(u), h.y = i + o * Math.sin(u);
    });
  }
  return s;
}
function nt(e) {
  let t = [];
  for (const s of e) {
    const n = t.filter((r) => r.some((i) => Math.hypot(i.x0 - s.x0, i.y0 - s.y0) < V));
    t = [...t.filter((r) => !n.includes(r)), [...n.flat(), s]];
  }
  return t;
}
function rt(e, t, s, n) {
  const r = ot(t.kind, M);
  e.save(), e.strokeStyle = e.fillStyle = n.ink, e.lineWidth = 0.8, (t.x !== t.x0 || t.y !== t.y0) && (e.beginPath(), e.moveTo(t.x0, t.y0), e.lineTo(t.x, t.y), e.stroke(), e.beginPath(), e.arc(t.x0, t.y0, 2, 0, 7), e.fill()), e.translate(t.x, t.y), e.fillStyle = n.state, e.fill(r), s > 0 && (e.save(), e.clip(r), e.fillStyle = n.lost, e.fillRect(-M, M - 2 * M * s, 2 * M, 2 * M), e.restore()), e.lineWidth = 1.6, e.strokeStyle = n.paper, e.stroke(r), e.lineWidth = 0.9, e.strokeStyle = n.ink, e.stroke(r), e.restore();
}
function it(e, t) {
  const s = {
    government: [[-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]],
    broadcast: [[0, -1], [1, 0.85], [-1, 0.85]],
    airport: [[0, -1.1], [1.1, 0], [0, 1.1], [-1.1, 0]],
    airfield: [[0, -1.1], [1.1, 0], [0, 1.1], [-1.1, 0]],
    armoury: [[-1, -0.85], [1, -0.85], [0, 1]],
    telecom: [[-0.85, -1], [1, 0], [-0.85, 1]],
    security: [[-0.9, -0.35], [0, -1], [0.9, -0.35], [0.55, 0.85], [-0.55, 0.85]],
    other: [[0.85, -1], [0.85, 1], [-1, 0]]
  }, n = Array.from({ length: 20 }, (r, i) => [Math.cos(i / 3.183), Math.sin(i / 3.183)]);
  return (s[e] ?? n).map(([r, i]) => [r * t, i * t]);
}
function ot(e, t) {
  const s = new Path2D();
  for (const [n, r] of it(e, t)) s.lineTo(n, r);
  return s.closePath(), s;
}
const at = { tab: "story", hour: 0, arm: "", job: "", find: "" }, ht = { ...at }, w = 18, lt = Math.log1p(0.8);
class j {
  /**
   * @param highest log(1 + people) that has the strongest colour, the same on all maps that stand side by side
   * @param still  colours that do not change with the hour, by cell, -1 for none, in place of a field
   */
  constructor(t, s, n, r, i = null) {
    this.ground = t, this.shapes = s, this.field = n, this.highest = r, this.still = i, this.canvas = c("canvas", { role: "img", "aria-label": "" }, f("This browser cannot draw maps; the tables below say the same.")), this.context = this.canvas.getContext("2d"), this.levels = new Uint8Array(t.cells);
    const o = t.attribution ? c("p", { class: "note" }, f("District borders {owner}.", { owner: t.attribution })) : null;
    this.element = c("div", { class: "map" }, this.canvas, o, this.note), new ResizeObserver(() => this.resize()).observe(this.element), this.canvas.addEventListener("pointermove", (a) => this.point(a)), this.canvas.addEventListener("pointerleave", () => this.note.textContent = "");
  }
  element;
  canvas;
  context;
  over = document.createElement("canvas");
  note = c("p", { class: "hint" });
  levels;
  dots = new R();
  colours = _();
  places = [];
  scale = 1;
  width = 0;
  height = 0;
  drawn = !1;
  hour = ht.hour;
  describe(t) {
    this.canvas.setAttribute("aria-label", t);
  }
  /** Forget all that depends on size or colours, and draw anew. */
  resize() {
    const t = this.element.clientWidth;
    if (t < 40) return;
    const s = this.ground.height_km / this.ground.width_km;
    this.scale = (t - 2 * w) / this.ground.width_km, this.width = t, this.height = Math.round((t - 2 * w) * s + 2 * w);
    const n = Math.min(window.devicePixelRatio || 1, 2);
    for (const r of [this.canvas, this.over])
      r.width = Math.round(this.width * n), r.height = Math.round(this.height * n);
    this.canvas.style.aspectRatio = `${this.width} / ${this.height}`, this.colours = _(), this.places = st(this.ground.facilities, (r, i) => this.at(r, i)), this.dots = new R(this.shapes, this.canvas.width, this.canvas.height, (r, i) => this.at(r, i).map((o) => o * n)), this.drawOver(n), this.drawn = !1, this.draw(this.hour);
  }
  /** Show an hour, whole or between two; nothing is done where nothing would look different. */
  draw(t) {
    const s = this.field !== null && Math.round(t) !== Math.round(this.hour);
    if (this.hour = t, !this.context || !this.width || !this.setLevels(t) && !s && this.drawn) return;
    this.drawn = !0;
    const n = this.context, r = [this.colours.paper, this.colours.empty, ...this.still ? this.colours.hours : this.colours.crowd];
    n.setTransform(1, 0, 0, 1, 0, 0), n.putImageData(this.dots.filled(this.levels, r), 0, 0), n.drawImage(this.over, 0, 0);
    const i = this.canvas.width / this.width;
    if (n.setTransform(i, 0, 0, i, 0, 0), this.field) for (const o of this.places) rt(n, o, this.field.lostShare(t, o.index), this.colours);
  }
  /** Index of each cell's colour: paper where nobody lives, then empty, then the ramp; whether any has changed. */
  setLevels(t) {
    let s = !1;
    for (let n = 0; n < this.levels.length; n++) {
      let r = this.shapes.residents[n] ? 1 : 0;
      if (this.still)
        this.still.level[n] >= 0 && (r = 2 + this.still.level[n]);
      else if (this.field) {
        const i = this.field.log(t, n);
        i >= lt && (r = 2 + Math.min(47, Math.floor(i / this.highest * 48)));
      }
      r !== this.levels[n] && (this.levels[n] = r, s = !0);
    }
    return s;
  }
  at(t, s) {
    return [w + t * this.scale, w + (this.ground.height_km - s) * this.scale];
  }
  /** What lies over the colours and never changes: seams between cells, borders of districts, a ruler. */
  drawOver(t) {
    const s = this.over.getContext("2d");
    if (!s) return;
    s.setTransform(t, 0, 0, t, 0, 0), s.strokeStyle = this.colours.paper, s.lineWidth = 0.7, s.beginPath();
    const { corners: n, ends: r } = this.shapes;
    for (let i = 0, o = 0; i < r.length; o = r[i], i++) {
      for (let a = o; a < r[i]; a++) {
        const h = this.at(n[a * 2], n[a * 2 + 1]);
        a === o ? s.moveTo(...h) : s.lineTo(...h);
      }
      s.closePath();
    }
    s.stroke(), this.drawOutlines(s), this.drawRuler(s);
  }
  drawOutlines(t) {
    t.strokeStyle = this.colours.border, t.lineWidth = 0.8, t.beginPath();
    for (const s of this.ground.outlines)
      s.forEach(([n, r], i) => i ? t.lineTo(...this.at(n, r)) : t.moveTo(...this.at(n, r)));
    t.stroke();
  }
  drawRuler(t) {
    const s = this.width / this.scale * 0.3, n = [500, 200, 100, 50, 20, 10, 5, 2, 1].find((i) => i <= s) ?? 1, r = this.width - 8;
    t.strokeStyle = t.fillStyle = this.colours.ink, t.lineWidth = 1, t.beginPath(), t.moveTo(r - n * this.scale, this.height - 6), t.lineTo(r, this.height - 6), t.stroke(), t.font = "11px system-ui, sans-serif", t.textAlign = "right", t.fillText(`${L(n)} km`, r, this.height - 10);
  }
  /** Say what is under the pointer. */
  point(t) {
    const s = this.canvas.getBoundingClientRect(), n = (t.clientX - s.left) / s.width * this.width, r = (t.clientY - s.top) / s.height * this.height, i = this.places.find((a) => Math.hypot(a.x - n, a.y - r) < 11);
    if (i && this.field) {
      const a = this.ground.facilities[i.index];
      this.note.textContent = f("{place}: not held by the state in {share} of replays", {
        place: A(a.name),
        share: F(this.field.lostShare(this.hour, i.index))
      });
      return;
    }
    const o = this.cellAt((n - w) / this.scale, this.ground.height_km - (r - w) / this.scale);
    this.note.textContent = o < 0 ? "" : this.words(o);
  }
  words(t) {
    const s = A(this.ground.district_names[this.shapes.district[t]] ?? "");
    return this.still ? `${s}: ${this.still.words(t)}` : f("{district}: about {people} people in the street here, mean of the replays; {residents} residents", {
      district: s,
      people: L(Math.round(this.field.people(this.hour, t))),
      residents: L(this.shapes.residents[t])
    });
  }
  cellAt(t, s) {
    const { centres: n } = this.shapes;
    let r = -1, i = 1 / 0;
    for (let u = 0; u < this.ground.cells; u++) {
      const g = (n[u * 2] - t) ** 2 + (n[u * 2 + 1] - s) ** 2;
      g < i && ([r, i] = [u, g]);
    }
    const { corners: o, ends: a } = this.shapes;
    if (r < 0) return -1;
    const h = r ? a[r - 1] : 0, l = Math.hypot(o[h * 2] - n[r * 2], o[h * 2 + 1] - n[r * 2 + 1]);
    return Math.sqrt(i) <= l ? r : -1;
  }
}
function Z(e, t, s) {
  const n = c("canvas", { width: s.length, height: 1, class: "strip", "aria-hidden": "true" }), r = n.getContext("2d");
  return s.forEach((i, o) => {
    r && (r.fillStyle = i, r.fillRect(o, 0, 1, 1));
  }), c("div", { class: "legend" }, c("span", {}, e), c("span", { class: "num" }, t[0]), n, c("span", { class: "num" }, t[1]));
}
const ct = 0.9;
function ut(e) {
  return Z(f("People in the street in one cell, mean of the replays"), ["1", L(e)], _().crowd);
}
function ft(e, t) {
  const s = e.divergence?.[t], n = new H(e.scenario.start), r = s ? b(s.share) : new Uint8Array(e.ground.cells), i = s?.hour ?? [], o = i.filter((d) => d !== null), a = [...o].sort((d, m) => d - m), [h, l] = o.length ? [a[0], a[Math.floor((a.length - 1) * ct)]] : [0, e.scenario.hours], u = new Int16Array(e.ground.cells).fill(-1);
  i.forEach((d, m) => {
    d !== null && (u[m] = Math.min(47, Math.floor((d - h) / Math.max(1, l - h) * 48)));
  });
  const g = (d) => {
    const m = i[d];
    return m == null ? f("the same in every pair") : f("first differs about {when}, in {share} of pairs", { when: n.short(m), share: F(r[d] / 255) });
  }, p = new j(e.ground, N(e.ground), null, 1, { level: u, words: g });
  return p.describe(f("Map of the hour at which the number of people in each cell first differs")), {
    element: p.element,
    legend: Z(f("Hour at which the number of people first differs, median of pairs"), [n.short(h), f("{when} or later", { when: n.short(l) })], _().hours)
  };
}
const dt = 5, mt = 2;
function gt({ model: e, el: t }) {
  X(e.get("language"), e.get("words"));
  const s = e.get("view"), n = s.shown.length ? pt(s) : [], r = new H(s.scenario.start), i = c("time", {}), o = c("input", { type: "range", min: 0, max: s.scenario.hours, step: 1, "aria-label": f("Hour") }), a = c("button", { type: "button" });
  let h = 0;
  const l = (y) => {
    const S = Math.round(y);
    o.value = String(S), i.textContent = r.full(S), o.setAttribute("aria-valuetext", i.textContent), n.forEach(({ map: v, title: E }) => {
      v.draw(y), v.describe(`${E}. ${f("People in the street in one cell, mean of the replays")}. ${i.textContent}`);
    });
  }, u = (y) => {
    e.set("hour", y), e.save_changes();
  }, g = () => a.textContent = f(h ? "Pause" : "Play"), p = () => {
    cancelAnimationFrame(h), h = 0, g();
  }, d = () => {
    const y = s.scenario.hours, S = e.get("hour") >= y ? 0 : e.get("hour"), v = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let E = 0;
    const D = (O) => {
      E ||= O;
      const T = Math.min(y, S + (O - E) / 1e3 * (v ? mt : dt));
      l(v ? Math.floor(T) : T), T < y ? h = requestAnimationFrame(D) : m();
    };
    h = requestAnimationFrame(D), g();
  }, m = () => {
    p(), u(Number(o.value));
  }, I = () => {
    h || l(e.get("hour"));
  };
  return a.addEventListener("click", () => h ? m() : d()), o.addEventListener("input", () => {
    p(), l(Number(o.value));
  }), o.addEventListener("change", () => u(Number(o.value))), e.on("change:hour", I), g(), t.append(
    c(
      "div",
      { class: `contrafact${U() ? " dark" : ""}`, role: "group", "aria-label": A(s.scenario.title) },
      c("p", { class: "title" }, c("strong", {}, A(s.scenario.title)), " ", i),
      c("div", { class: "clock" }, a, o),
      c("div", { class: "maps" }, ...n.map((y) => y.element), ...yt(s)),
      s.shown.length ? c("p", { class: "note" }, f("Not held by the state at this hour; marks on the map fill up from below")) : null,
      ...Q(s)
    )
  ), l(e.get("hour")), () => {
    cancelAnimationFrame(h), e.off("change:hour", I);
  };
}
function pt(e) {
  const t = N(e.ground), s = Math.max(10, ...e.shown.map((n) => n.crowd.highest));
  return e.shown.map((n, r) => {
    const i = new j(e.ground, t, new K(n, e.ground), Math.log1p(s)), o = r || e.kind === "run" ? A(n.title || n.name) : f("As recorded"), a = e.shown.length > 1 ? c("p", { class: "arm" }, o) : null;
    return { map: i, title: o, element: c("section", { "aria-label": o }, a, i.element, ut(s)) };
  });
}
function yt(e) {
  return Object.keys(e.divergence ?? {}).map((t) => {
    const s = ft(e, t), n = e.shown.length > 2 ? `: ${t}` : "", r = `${f("Where they first differ")}${n}`;
    return c("section", { "aria-label": r }, c("p", { class: "arm" }, r), s.element, s.legend);
  });
}
const wt = { render: gt };
export {
  wt as default
};

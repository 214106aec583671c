// A time chart on a canvas: lines with gaps where nothing was measured, a crosshair that tells the values,
// dragging or + and - to zoom. Draws once for each change; costs nothing while it rests.

import { h, setText } from "./dom.js";
import { moment, value as plainValue } from "./format.js";

const DAY = 86400;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, DAY, 2 * DAY, 7 * DAY, 30 * DAY];
const PAD = { top: 10, right: 12, bottom: 24, left: 48 };

/**
 * @param options.series `[{name, color (CSS variable name), fill, unit, format}]`
 * @param options.height pixels
 * @param options.format how a value is written
 * @param options.onZoom called with the seconds from and to that were dragged over, or chosen by + and -
 * @param options.stats adds least, mean and most to the legend
 * @param options.hidden names of series that are not drawn at first, with commas
 * @param options.onHide called with those that are not drawn, in the same form
 */
export function chart(options) {
  const hidden = options.series.map((series) => (options.hidden ?? "").split(",").includes(series.name));
  const canvas = h("canvas", { class: "chart-canvas", role: "img", tabindex: "0", "aria-label": (options.label ?? "chart") + ", arrow keys tell the values" });
  const values = options.series.map(() => h("b", { class: "num" }, "–"));
  const stats = options.series.map(() => h("span", { class: "faint num chart-stats" }));
  const when = h("span", { class: "chart-time faint num", "aria-live": "polite" });
  const legend = h(
    "div",
    { class: "chart-legend" },
    options.series.map((series, i) =>
      h("button", { type: "button", class: "legend-item", "aria-pressed": String(!hidden[i]), onclick: (event) => {
        hidden[i] = !hidden[i];
        event.currentTarget.setAttribute("aria-pressed", String(!hidden[i]));
        options.onHide?.(options.series.filter((_, each) => hidden[each]).map((each) => each.name).join());
        draw();
      } }, h("i", { class: "swatch " + series.color }), series.name, " ", values[i], stats[i]),
    ),
    when,
  );
  const note = h("div", { class: "chart-note" });
  const box = h("div", { class: "chart-box" }, canvas, note);
  const element = h("div", { class: "chart" }, legend, box);
  box.style.minHeight = (options.height ?? 220) + "px";

  const format = options.format ?? plainValue;
  let data = { times: [], values: options.series.map(() => []), from: 0, to: 1, step: 0 };
  let cursor = null;
  let drag = null;
  let width = 0;
  let height = 0;
  let queued = false;

  function draw() {
    if (queued) return;
    queued = true;
    requestAnimationFrame(() => {
      queued = false;
      paint();
    });
  }

  const xOf = (t) => PAD.left + ((t - data.from) / (data.to - data.from || 1)) * (width - PAD.left - PAD.right);
  const tOf = (x) => data.from + ((x - PAD.left) / Math.max(1, width - PAD.left - PAD.right)) * (data.to - data.from);

  function paint() {
    const pixels = window.devicePixelRatio || 1;
    const context = canvas.getContext("2d");
    if (width === 0 || height === 0) return;
    context.setTransform(pixels, 0, 0, pixels, 0, 0);
    context.clearRect(0, 0, width, height);
    const style = getComputedStyle(element);
    const color = (name) => style.getPropertyValue(name).trim();
    context.font = "11px " + style.fontFamily;
    const [low, high, ticks] = range();
    const yOf = (v) => height - PAD.bottom - ((v - low) / (high - low || 1)) * (height - PAD.top - PAD.bottom);
    grid(context, color, ticks, yOf);
    setText(note, data.times.length === 0 ? options.empty ?? "No values in this time." : "");
    context.save();
    context.beginPath();
    context.rect(PAD.left, 0, width - PAD.left - PAD.right + 2, height);
    context.clip();
    options.series.forEach((series, i) => {
      if (!hidden[i]) line(context, series, data.values[i], color("--" + series.color), yOf, low);
    });
    context.restore();
    if (drag) {
      context.fillStyle = color("--select");
      context.fillRect(Math.min(drag.from, drag.to), PAD.top, Math.abs(drag.to - drag.from), height - PAD.top - PAD.bottom);
    }
    tell(context, color, yOf);
  }

  function range() {
    let low = Infinity;
    let high = -Infinity;
    data.values.forEach((column, i) => {
      if (hidden[i]) return;
      for (const v of column) {
        if (v === null || v === undefined) continue;
        if (v < low) low = v;
        if (v > high) high = v;
      }
    });
    if (low === Infinity) [low, high] = [0, 1];
    if (options.fromZero) low = Math.min(0, low);
    if (options.limits) [low, high] = options.limits;
    if (high === low) [low, high] = [low - (options.fromZero ? 0 : Math.abs(low) * 0.05 || 1), high + (Math.abs(high) * 0.05 || 1)];
    const step = nice((high - low) / Math.max(2, Math.floor((height - 40) / 44)));
    const bottom = options.limits ? low : Math.floor(low / step + 1e-9) * step;
    const top = options.limits ? high : Math.ceil(high / step - 1e-9) * step;
    const ticks = [];
    for (let tick = bottom; tick <= top + step / 1e6; tick += step) ticks.push(tick);
    return [bottom, top, ticks];
  }

  function nice(raw) {
    const size = 10 ** Math.floor(Math.log10(raw));
    const lead = raw / size;
    return (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 2.5 ? 2.5 : lead <= 5 ? 5 : 10) * size;
  }

  function grid(context, color, ticks, yOf) {
    context.strokeStyle = color("--line");
    context.fillStyle = color("--faint");
    context.lineWidth = 1;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const tick of ticks) {
      const y = Math.round(yOf(tick)) + 0.5;
      context.beginPath();
      context.moveTo(PAD.left, y);
      context.lineTo(width - PAD.right, y);
      context.stroke();
      context.fillText(options.axis ? options.axis(tick) : axisText(tick, ticks), PAD.left - 8, y);
    }
    context.textAlign = "center";
    context.textBaseline = "top";
    const wanted = (data.to - data.from) / Math.max(2, Math.floor((width - PAD.left) / 88));
    const step = STEPS.find((each) => each >= wanted) ?? STEPS.at(-1);
    const zone = new Date(data.from * 1000).getTimezoneOffset() * 60;
    for (let t = Math.ceil((data.from - zone) / step) * step + zone; t <= data.to; t += step) {
      const x = xOf(t);
      if (x > PAD.left + 10 && x < width - 24) context.fillText(timeText(t, step), x, height - PAD.bottom + 8);
    }
  }

  function axisText(tick, ticks) {
    const step = ticks.length > 1 ? ticks[1] - ticks[0] : 1;
    if (Math.abs(tick) >= 1e6) return +(tick / 1e6).toFixed(2) + "M";
    if (Math.abs(tick) >= 1e4) return +(tick / 1e3).toFixed(1) + "k";
    return tick.toFixed(Math.min(4, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9) + (step.toString().includes("25") ? 1 : 0))));
  }

  function timeText(t, step) {
    const at = new Date(t * 1000);
    const two = (n) => String(n).padStart(2, "0");
    if (step >= DAY) return two(at.getDate()) + "." + two(at.getMonth() + 1) + ".";
    return two(at.getHours()) + ":" + two(at.getMinutes()) + (step < 60 ? ":" + two(at.getSeconds()) : "");
  }

  function line(context, series, column, color, yOf, low) {
    const gap = options.gap ?? (data.step ? data.step * 3 : Infinity);
    context.strokeStyle = color;
    context.lineWidth = 1.75;
    context.lineJoin = "round";
    const runs = [];
    let run = [];
    let previous = null;
    data.times.forEach((t, i) => {
      const v = column[i];
      const missing = v === null || v === undefined;
      if (run.length && (missing || t - previous > gap)) {
        runs.push(run);
        run = [];
      }
      if (!missing) {
        run.push([xOf(t), yOf(v)]);
        previous = t;
      }
    });
    if (run.length) runs.push(run);
    for (const points of runs) {
      if (points.length === 1) {
        context.fillStyle = color;
        context.beginPath();
        context.arc(points[0][0], points[0][1], 2, 0, 7);
        context.fill();
        continue;
      }
      context.beginPath();
      points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
      context.stroke();
      if (series.fill) {
        context.lineTo(points.at(-1)[0], yOf(low));
        context.lineTo(points[0][0], yOf(low));
        context.closePath();
        context.globalAlpha = 0.1;
        context.fillStyle = color;
        context.fill();
        context.globalAlpha = 1;
      }
    }
  }

  function tell(context, color, yOf) {
    const last = data.times.length - 1;
    const i = cursor === null ? last : nearest(tOf(cursor));
    options.series.forEach((series, s) => {
      const v = i < 0 ? null : data.values[s][i];
      setText(values[s], v === null || v === undefined ? "–" : (series.format ?? format)(v, i));
    });
    if (cursor === null || i < 0) {
      setText(when, "");
      return;
    }
    const x = xOf(data.times[i]);
    const at = new Date(data.times[i] * 1000);
    setText(when, moment(at));
    when.title = at.toISOString() + " (UTC)";
    context.strokeStyle = color("--faint");
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(Math.round(x) + 0.5, PAD.top);
    context.lineTo(Math.round(x) + 0.5, height - PAD.bottom);
    context.stroke();
    options.series.forEach((series, s) => {
      const v = data.values[s][i];
      if (hidden[s] || v === null || v === undefined) return;
      context.fillStyle = color("--" + series.color);
      context.beginPath();
      context.arc(x, yOf(v), 3.5, 0, 7);
      context.fill();
    });
  }

  function summary(column) {
    const known = column.filter((v) => v !== null && v !== undefined);
    if (known.length === 0) return "";
    const mean = known.reduce((sum, v) => sum + v, 0) / known.length;
    return [["least", Math.min(...known)], ["mean", mean], ["most", Math.max(...known)]].map(([name, v]) => `${name} ${format(v)}`).join(", ");
  }

  function nearest(t) {
    let best = -1;
    let distance = Infinity;
    data.times.forEach((each, i) => {
      const d = Math.abs(each - t);
      if (d < distance) [best, distance] = [i, d];
    });
    return best;
  }

  /** Moves the crosshair by so many values. */
  function move(by) {
    const last = data.times.length - 1;
    const now = cursor === null ? last : nearest(tOf(cursor));
    if (last >= 0) cursor = xOf(data.times[Math.max(0, Math.min(last, now + by))]);
    draw();
  }

  /** Shows this share of the time, around the crosshair. */
  function zoom(share) {
    const half = ((data.to - data.from) * share) / 2;
    const middle = cursor === null ? (data.from + data.to) / 2 : tOf(cursor);
    options.onZoom?.(middle - half, middle + half);
  }

  const keys = { ArrowLeft: () => move(-1), ArrowRight: () => move(1), Home: () => move(-Infinity), End: () => move(Infinity), "+": () => zoom(0.5), "-": () => zoom(2) };
  canvas.addEventListener("keydown", (event) => {
    if (!keys[event.key] || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    keys[event.key]();
  });
  const rest = () => {
    [cursor, drag] = [null, null];
    draw();
  };
  canvas.addEventListener("blur", rest);
  const place = (event) => event.clientX - canvas.getBoundingClientRect().left;
  canvas.addEventListener("pointermove", (event) => {
    cursor = place(event);
    if (drag) drag.to = Math.max(PAD.left, Math.min(width - PAD.right, cursor));
    draw();
  });
  canvas.addEventListener("pointerleave", rest);
  canvas.addEventListener("pointercancel", rest);
  canvas.addEventListener("pointerdown", (event) => {
    if (!options.onZoom || event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    drag = { from: place(event), to: place(event) };
  });
  canvas.addEventListener("pointerup", () => {
    const done = drag;
    drag = null;
    if (done && Math.abs(done.to - done.from) > 8) options.onZoom(tOf(Math.min(done.from, done.to)), tOf(Math.max(done.from, done.to)));
    draw();
  });

  const observer = new ResizeObserver(([entry]) => {
    width = entry.contentRect.width;
    height = entry.contentRect.height;
    const pixels = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * pixels);
    canvas.height = Math.round(height * pixels);
    paint();
  });
  observer.observe(box);
  const life = new AbortController();
  window.addEventListener("weir-theme", draw, { signal: life.signal });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw, { signal: life.signal });

  return {
    element,
    /** Shows `{times (seconds), values (one column for each series), from, to, step}`. */
    set(next) {
      data = next;
      if (options.stats) options.series.forEach((_, i) => setText(stats[i], summary(data.values[i])));
      draw();
    },
    close() {
      observer.disconnect();
      life.abort();
    },
  };
}

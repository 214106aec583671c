// One tab for each registered application, with the device types that it registered for and no others.

import { h, fill, setText, card, badge, empty, segments } from "./dom.js";
import { get } from "./api.js";
import { attempt, poll } from "./live.js";
import { chart } from "./chart.js";
import { endpointCard, endpointsCard } from "./deliveries.js";
import { messages } from "./messages.js";
import * as f from "./format.js";

const WINDOWS = [5, 10, 30, 60, 120];
const ENDPOINTS = "/console/applications/endpoints";
const COLORS = ["c1", "c2", "c3", "c4", "c5", "c6"];

export async function show(view) {
  const { applications } = await get("/api/applications", view.signal);
  view.title("Applications");
  if (applications.length === 0) {
    fill(view.page, h("div", { class: "page-head" }, h("h1", null, "Applications")), h("section", { class: "card" }, empty("No application has registered.", "An application registers for device types over POST /api/applications, and gets a tab here.")));
    return;
  }
  const all = location.pathname === ENDPOINTS;
  const chosen = applications.find((each) => each.id === view.names[0]) ?? (view.names[0] ? null : applications.find((each) => each.name === "Smart Grid Monitor") ?? applications[0]);
  const body = h("div", { class: "tab-body" });
  fill(
    view.page,
    h("div", { class: "page-head" }, h("div", { class: "grow" }, h("h1", null, "Applications"), h("p", null, "Each sees only the device types that it registered for."))),
    h("nav", { class: "tabs", "aria-label": "Applications" }, applications.map((each) => h("a", { href: "/console/applications/" + each.id, dataset: { link: "", carry: "minutes messages" }, "aria-current": each === chosen ? "page" : null }, each.name)), h("a", { href: ENDPOINTS, dataset: { link: "" }, "aria-current": all ? "page" : null }, "All endpoints")),
    body,
  );
  view.carry();
  if (all) {
    view.title("Endpoints");
    fill(body, await endpointsCard(view));
    return;
  }
  if (!chosen) {
    fill(body, empty("There is no such application."));
    return;
  }
  view.title(chosen.name);
  await monitor(view, body, chosen);
}

async function monitor(view, body, application) {
  let minutes = WINDOWS.includes(+view.parameters.get("minutes")) ? +view.parameters.get("minutes") : 30;
  if (application.devicetypes.length === 0) {
    fill(body, appHead(application), (await endpointCard(view, application)) ?? h("section", { class: "card" }, empty("It has registered for no device type, and has no callback URL.")));
    return;
  }
  const figures = h("div", { class: "app-figures" });
  const ranges = h("div", { class: "app-ranges" });
  const part = h("p", { class: "soft", hidden: true });
  const charts = h("div", { class: "grid" });
  const recent = messages(view, { application: application.id, title: "Recent messages" });
  const drawn = new Map();
  let turn = 0;
  fill(
    body,
    appHead(application, segments("Window", WINDOWS.map((each) => [each, each + " min"]), minutes, (next) => {
      minutes = next;
      view.remember({ minutes: next === 30 ? "" : next });
      attempt(view, load);
    }), figures, ranges, part),
    charts,
    await endpointCard(view, application),
    recent.element,
  );

  async function load() {
    await draw(await get(`/api/applications/${application.id}/monitor?minutes=${minutes}`, view.signal));
  }

  /** Charts that are new come one in each frame, so that the page answers in between. */
  async function draw(now) {
    const mine = ++turn;
    const kinds = [["events", now.events], ["telemetry", now.kinds.telemetry ?? 0], ["trends", now.kinds.trends ?? 0], ["devices", now.devices]];
    fill(figures, kinds.map(([name, number]) => figure(name, f.count(number), "")));
    const partly = [
      Date.parse(now.measured_since) > Date.parse(now.from) && `Ranges and charts begin at ${f.moment(new Date(now.measured_since))}; what came before is being read.`,
      now.values_left_out > 0 && `${f.count(now.values_left_out)} values of further metrics are left out.`,
      now.metrics_left_out > 0 && `${f.count(now.metrics_left_out)} metrics with fewer values are left out.`,
    ].filter(Boolean);
    part.hidden = partly.length === 0;
    setText(part, partly.join(" "));
    const groups = grouped(now.metrics);
    fill(ranges, groups.map((group) => figure(group.title, group.series.length ? `${f.value(group.low)} … ${f.value(group.high)}` : "–", group.unit)));
    if (groups.length === 0) {
      for (const each of drawn.values()) each.lines.close();
      drawn.clear();
      fill(charts, h("section", { class: "card w12" }, empty("Nothing was measured in this time.", "Values of its device types appear here as they come.")));
      return;
    }
    if (drawn.size === 0) fill(charts);
    const gone = [...drawn.keys()].filter((key) => key !== "combined" && !groups.some((group) => group.title === key));
    for (const key of gone) {
      drawn.get(key).lines.close();
      drawn.get(key).box.remove();
      drawn.delete(key);
    }
    const step = now.step_seconds;
    const from = Date.parse(now.from) / 1000;
    const to = Date.parse(now.to) / 1000;
    for (const group of groups) {
      if (!drawn.has(group.title)) await new Promise(requestAnimationFrame);
      if (mine !== turn || view.signal.aborted) return;
      const lines = chartOf(group.title, capital(group.title) + (group.unit ? " in " + group.unit : ""), "w6", group.series.map((series, i) => ({ name: series.name, color: COLORS[i % 6] })), (v) => f.value(v) + " " + group.unit);
      lines.set({ ...columns(group.series.map((series) => series.metric), (metric, i) => metric.averages[i]), from, to, step });
    }
    const main = groups.filter((group) => group.series.length).slice(0, 4).map((group) => ({ name: group.title, unit: group.unit, metric: group.series[0].metric, series: group.series }));
    if (main.length > 1) {
      if (!drawn.has("combined")) await new Promise(requestAnimationFrame);
      if (mine !== turn || view.signal.aborted) return;
      const combined = chartOf("combined", "All together, each in its own range", "w12", main.map((each, i) => ({ name: each.name, color: COLORS[i], format: (v) => f.value(each.low + (v / 100) * (each.high - each.low)) + " " + each.unit })), f.value, [0, 100]);
      for (const each of main) {
        each.low = Math.min(...each.metric.averages);
        each.high = Math.max(...each.metric.averages);
      }
      combined.spans = main;
      combined.set({ ...columns(main.map((each) => each.metric), (metric, i) => {
        const low = Math.min(...metric.averages);
        const high = Math.max(...metric.averages);
        return high === low ? 50 : ((metric.averages[i] - low) / (high - low)) * 100;
      }), from, to, step });
    }
  }

  function chartOf(key, title, width, series, format, limits) {
    const names = series.map((each) => each.name).join();
    let known = drawn.get(key);
    if (known?.names !== names) {
      known?.lines.close();
      const spans = { now: series };
      const lines = chart({ label: title, height: limits ? 220 : 190, series: series.map((each, i) => ({ ...each, format: each.format && ((v) => spans.now[i].format(v)) })), format, limits, axis: limits ? (tick) => tick + " %" : undefined, hidden: new URLSearchParams(location.search).get("hide-" + key), onHide: (hide) => view.remember({ ["hide-" + key]: hide }) });
      const box = h("div", { class: width }, card(title, {}, lines.element));
      if (known) known.box.replaceWith(box);
      else charts.append(box);
      known = { names, lines, box, spans };
      drawn.set(key, known);
      view.onLeave(lines.close);
    }
    known.spans.now = series;
    return known.lines;
  }

  await load();
  recent.start();
  poll(view, load, 1500);
}

const capital = (text) => text[0].toUpperCase() + text.slice(1).replaceAll("_", " ");

function appHead(application, aside, ...more) {
  return h("section", { class: "card", "aria-label": application.name },
    h("header", { class: "card-head" },
      h("div", null, h("h2", null, application.name, " ", badge(application.status, application.status === "active" ? "good" : "")), h("p", { class: "soft app-about" }, application.description ?? "", " ", h("span", { class: "faint" }, "by " + application.developer))),
      aside),
    h("p", { class: "types" }, application.devicetypes.length ? ["Device types: ", application.devicetypes.map((type) => badge(type))] : "It takes events by subscription, not by device type."),
    more);
}

function figure(label, big, unit) {
  return h("div", { class: "figure", dataset: { figure: label } }, h("span", { class: "label" }, label), h("span", { class: "big" }, big, unit ? h("span", { class: "unit" }, " " + unit) : ""));
}

/** Metrics that belong together: by the first part of their name, in the unit that most of them have. */
function grouped(metrics) {
  const order = ["voltage", "current", "power", "temperature"];
  const byName = new Map();
  for (const metric of metrics) {
    const name = metric.metric.split(".")[0];
    if (!metric.unit || name === "trends") continue;
    byName.set(name, [...(byName.get(name) ?? []), metric]);
  }
  const groups = [...byName].map(([title, all]) => group(title, all)).filter((each) => each.series.length);
  const rank = (each) => (order.includes(each.title) ? order.indexOf(each.title) : order.length);
  return groups.sort((a, b) => rank(a) - rank(b)).slice(0, 4);
}

/** What few devices measure in their own way would bend the scale of all others, and is left out. */
function group(title, all) {
  const most = all.reduce((a, b) => (b.count > a.count ? b : a));
  const series = all.filter((metric) => metric.unit === most.unit && metric.count >= most.count / 4 && !(title === "power" && metric.metric.endsWith("factor"))).slice(0, 6);
  return {
    title,
    unit: most.unit,
    series: series.map((metric) => ({ name: metric.metric.split(".").slice(1).join(" ").replaceAll("_", " ") || title, metric })),
    low: Math.min(...series.map((metric) => metric.min)),
    high: Math.max(...series.map((metric) => metric.max)),
  };
}

/** One column of times for all, and a column of values for each metric. */
function columns(metrics, value) {
  const times = [...new Set(metrics.flatMap((metric) => metric.times))].sort((a, b) => a - b);
  const values = metrics.map((metric) => {
    const at = new Map(metric.times.map((t, i) => [t, value(metric, i)]));
    return times.map((t) => at.get(t) ?? null);
  });
  return { times, values };
}

// One device: what it is, its latest values, their history, and what it sent.

import { h, fill, setText, card, table, badge, empty, link, segments, copyLine, eventLink } from "./dom.js";
import { get, query, settings, unless404 } from "./api.js";
import { attempt, poll } from "./live.js";
import { chart } from "./chart.js";
import { messages } from "./messages.js";
import { record, records } from "./records.js";
import { commandsCard, presenceCard, presenceDot, presenceOf } from "./lifecycle.js";
import * as f from "./format.js";

const RANGES = { "15m": 900, "1h": 3600, "6h": 21600, "24h": 86400, "7d": 604800, "30d": 2592000 };
const AGGREGATES = ["avg", "min", "max", "sum", "count", "last"];

export async function show(view) {
  const id = view.names[0];
  view.title(id);
  const path = "/api/devices/" + encodeURIComponent(id);
  const [device, first] = await Promise.all([
    get(path, view.signal).catch(unless404(null)),
    get(path + "/latest", view.signal),
  ]);
  const dot = h("span");
  const showPresence = async () => fill(dot, presenceDot((await presenceOf([id], view.signal)).get(id), device.enabled));
  if (device) await showPresence();
  if (!device && first.items.length === 0) {
    fill(view.page, empty("No device has this id.", link("/console/devices?q=" + encodeURIComponent(id), "Search for it")));
    return;
  }
  const tab = view.parameters.get("tab") ?? "values";
  const tabs = [["values", "Values"], ["messages", "Messages"], ["commands", "Commands"], ["presence", "Presence"], ["connect", "Connect"], ["details", "Details"]];
  const body = h("div", { class: "tab-body" });
  fill(
    view.page,
    h(
      "div",
      { class: "page-head" },
      h("div", { class: "grow" }, h("div", { class: "crumb" }, link("/console/devices", "Devices")), h("h1", null, device?.name ?? id), h("p", null, device ? [dot, " · ", device.type, device.name !== id ? " · " + id : "", device.location ? " · " + device.location : ""] : "It speaks, and is not registered.")),
    ),
    h("nav", { class: "tabs", "aria-label": "About this device" }, tabs.map(([name, text]) => h("a", { href: location.pathname + (name === "values" ? "" : "?tab=" + name), dataset: { link: "", carry: "metric range aggregate from to hide messages" }, "aria-current": name === tab ? "page" : null }, text))),
    body,
  );
  view.carry();
  const content = { values, messages: sent, commands, presence: there, connect, details }[tab] ?? values;
  if (device) poll(view, showPresence, 1500);
  await content(view, body, id, device, first);
}

async function values(view, body, id, device, first) {
  const asked = Object.fromEntries(view.parameters);
  const isTime = (text) => !Number.isNaN(Date.parse(text));
  const span = isTime(asked.from) && isTime(asked.to) ? { from: asked.from, to: asked.to } : {};
  const state = { metric: asked.metric, range: asked.range in RANGES ? asked.range : "1h", aggregate: AGGREGATES.includes(asked.aggregate) ? asked.aggregate : "avg", ...span };
  if (first.items.length === 0) {
    fill(body, h("section", { class: "card" }, empty("It has not sent a value yet.", "Its values appear here as they come. The tab Connect has lines to try it with.")));
    return;
  }
  const numeric = first.items.filter((item) => typeof item.value === "number");
  state.metric ??= numeric[0]?.metric;
  const latest = h("tbody");
  const rows = new Map();
  const title = h("h2", null);
  let lines = chart(options(""));
  const holder = h("div", null, lines.element);

  function options(unit) {
    return { label: "History", height: 280, series: [{ name: state.aggregate === "avg" ? "average" : state.aggregate, color: "c1", fill: false }], format: (v) => f.value(v) + (unit && state.aggregate !== "count" ? " " + unit : ""), stats: true, hidden: new URLSearchParams(location.search).get("hide"), onHide: (hide) => view.remember({ hide }), onZoom: (from, to) => choose({ from: new Date(from * 1000).toISOString(), to: new Date(to * 1000).toISOString() }), empty: "No values in this time." };
  }

  function choose(next) {
    Object.assign(state, next);
    view.remember({ metric: state.metric, range: state.range === "1h" ? "" : state.range, aggregate: state.aggregate === "avg" ? "" : state.aggregate, from: state.from, to: state.to });
    for (const [metric, row] of rows) row.setAttribute("aria-selected", String(metric === state.metric));
    reset.hidden = !state.from;
    const unit = numeric.find((item) => item.metric === state.metric)?.unit ?? "";
    lines.close();
    lines = chart(options(unit));
    fill(holder, lines.element);
    setText(title, state.metric ? state.metric + (unit ? " in " + unit : "") : "No number to draw");
    attempt(view, load);
  }

  async function load() {
    if (!state.metric) return;
    const to = state.to ? new Date(state.to) : new Date();
    const from = state.from ? new Date(state.from) : new Date(to - RANGES[state.range] * 1000);
    const seconds = (to - from) / 1000;
    const step = Math.max(1, Math.ceil(seconds / 240));
    const found = await get(`/api/devices/${encodeURIComponent(id)}/readings` + query({ metric: state.metric, from: from.toISOString(), to: to.toISOString(), step: (step > 60 ? Math.ceil(step / 60) * 60 : step) + "s", aggregate: state.aggregate }), view.signal);
    const times = found.items.map((item) => Date.parse(item.time) / 1000);
    lines.set({ times, values: [found.items.map((item) => item.value)], from: from / 1000, to: to / 1000, step: typical(times, found.step_seconds) });
  }

  async function refresh() {
    const now = await get(`/api/devices/${encodeURIComponent(id)}/latest`, view.signal);
    now.items.forEach(put);
    if (!state.to) await load();
  }

  function put(item) {
    let row = rows.get(item.metric);
    if (!row) {
      const pick = typeof item.value === "number" ? h("button", { type: "button", class: "metric-pick", onclick: () => choose({ metric: item.metric }) }, item.metric) : h("span", { class: "metric-pick" }, item.metric);
      row = h("tr", { "aria-selected": String(item.metric === state.metric) }, h("td", null, pick), h("td", { class: "num metric-value" }), h("td", { class: "soft tight" }), h("td", { class: "faint tight wide-only" }));
      rows.set(item.metric, row);
      latest.append(row);
    }
    setText(row.children[1], f.value(item.value));
    setText(row.children[2], item.unit);
    fill(row.children[3], f.time(item.time));
  }

  const reset = h("button", { type: "button", class: "small", hidden: !state.from, onclick: () => choose({ from: null, to: null }) }, "Whole range");
  const aggregate = h("select", { "aria-label": "Aggregate", class: "small", onchange: () => choose({ aggregate: aggregate.value }) }, AGGREGATES.map((each) => h("option", { value: each, selected: each === state.aggregate }, each)));
  first.items.forEach(put);
  fill(
    body,
    h("section", { class: "card", "aria-label": "History" }, h("header", { class: "card-head" }, title, h("div", { class: "bar" }, reset, aggregate, segments("Range", Object.keys(RANGES).map((each) => [each, each]), state.range, (range) => choose({ range, from: null, to: null })))), holder),
    card("Latest values", {}, h("div", { class: "table-wrap" }, h("table", { class: "compact latest" }, h("thead", null, h("tr", null, h("th", null, "metric"), h("th", { class: "num" }, "value"), h("th", null, "unit"), h("th", { class: "wide-only" }, "when"))), latest))),
  );
  choose({});
  poll(view, refresh, 1000);
  view.onLeave(() => lines.close());
}

/** How far apart values usually are, so that only real gaps are shown as gaps. */
function typical(times, step) {
  const gaps = times.slice(1).map((t, i) => t - times[i]).sort((a, b) => a - b);
  return Math.max(step, gaps[Math.floor(gaps.length * 0.8)] ?? step);
}

async function sent(view, body, id) {
  const live = messages(view, { device: id, raw: true, title: "Live" });
  const stored = h("section", { class: "card" }, h("p", { class: "faint" }, "…"));
  const { "topics.raw": topic } = await settings(view.signal);
  const list = records([], { key: false });
  const foot = h("div", { class: "records-foot" });
  const told = h("span", { class: "soft num" });
  const raw = h("section", { class: "card", "aria-label": "As received" }, h("header", { class: "card-head" }, h("h2", null, "As received"), h("div", { class: "bar" }, told, link(`/console/topics/${encodeURIComponent(topic)}?key=${encodeURIComponent(id)}`, "In the topic browser"))), list, foot);
  let looked = 0;

  /** Who speaks rarely is far back in the log: each answer tells from where to look on. */
  async function receive(cursor) {
    fill(foot);
    setText(told, "looking …");
    const page = await get(`/api/topics/${encodeURIComponent(topic)}/messages` + query({ key: id, limit: 20, cursor }), view.signal);
    looked += page.scanned;
    page.items.forEach((item) => list.append(record(item, { key: false })));
    setText(told, `${f.count(looked)} messages looked at`);
    if (list.children.length === 0) fill(foot, page.next_cursor ? empty("None among those.", "The log goes further back.") : empty("The log has none of it.", "It keeps messages for some days only."));
    if (page.next_cursor) foot.append(h("button", { type: "button", onclick: () => attempt(view, () => receive(page.next_cursor)) }, page.items.length ? "More" : "Search further"));
  }

  fill(body, live.element, raw, stored);
  live.start();
  const store = async () => {
    const { items } = await get(`/api/devices/${encodeURIComponent(id)}/events?limit=20`, view.signal);
    fill(stored, h("header", { class: "card-head" }, h("h2", null, "Stored events")), items.length ? table([
      { title: "Time", class: "tight", cell: (event) => f.time(event.time) },
      { title: "Kind", class: "tight", cell: (event) => event.kind },
      { title: "Event", cell: (event) => eventLink(event.event_id, id) },
    ], items, { label: "Stored events" }) : empty("Nothing is stored of it."));
  };
  await Promise.all([receive(), store()]);
}

async function commands(view, body, id, device) {
  fill(body, await commandsCard(view, id, device));
}

async function there(view, body, id) {
  fill(body, await presenceCard(view, id));
}

async function connect(view, body, id, device, first) {
  const { mqtt_port: port, settings } = await get("/api/system", view.signal);
  const open = settings["mqtt.anonymous"] === "true" && ["127.0.0.1", "localhost", "[::1]"].includes(location.hostname);
  // Without a door in this process devices speak to another host, of which the console knows nothing.
  const elsewhere = port === undefined;
  const host = elsewhere ? '"$MQTT_HOST"' : location.hostname.replace(/^\[|\]$/g, "");
  const broker = `-h ${host} -p ${port ?? settings["mqtt.port"]}` + (open ? "" : ` -u '${id}' -P "$DEVICE_TOKEN"`);
  const quoted = (text) => "'" + text.replaceAll("'", "'\\''") + "'";
  const metric = first.items.find((item) => typeof item.value === "number");
  const payload = JSON.stringify({ device_id: id, ...(device ? { device_type: device.type } : {}), measurements: { [metric?.metric.split(".")[0] ?? "temperature"]: { value: metric?.value ?? 21.5, unit: metric?.unit || "°C" } } });
  const http = JSON.stringify({ ...JSON.parse(payload), timestamp: new Date().toISOString() });
  const basic = open ? "" : ` -u '${id}':"$DEVICE_TOKEN"`;
  fill(
    body,
    card("Send as this device", {}, open ? null : h("p", null, "DEVICE_TOKEN is what POST /api/devices/{id}/credentials answers once."), elsewhere ? h("p", null, "MQTT_HOST is where devices speak: a process with the role gateway, or a broker of yours.") : null, h("p", { class: "soft" }, "Over MQTT:"), copyLine(`mosquitto_pub ${broker} -q 1 -t ${quoted("iot/" + id + "/raw")} -m ${quoted(payload)}`, "the MQTT line"), h("p", { class: "soft gap" }, "Over HTTP:"), copyLine(`curl -s${basic} ${quoted(location.origin + "/ingest")} -H 'Content-Type: application/json' -d ${quoted(http)}`, "the HTTP line")),
    card("Listen", {}, h("p", { class: "soft" }, "What it publishes:"), copyLine(`mosquitto_sub ${broker} -v -t ${quoted("iot/" + id + "/#")}`, "the subscription"), h("p", { class: "soft gap" }, "Its newest values:"), copyLine(`curl -s ${quoted(location.origin + "/api/devices/" + encodeURIComponent(id) + "/latest")} -H "Authorization: Bearer $WEIR_ADMIN_TOKEN"`, "the query")),
  );
}

async function details(view, body, id, device) {
  if (!device) {
    fill(body, h("section", { class: "card" }, empty("It is not registered.", "Register it over POST /api/devices.")));
    return;
  }
  const [credentials, owner] = await Promise.all([
    get(`/api/devices/${encodeURIComponent(id)}/credentials`, view.signal).catch(() => ({})),
    device.owner ? get(`/api/devices/${encodeURIComponent(id)}/owner`, view.signal).catch(unless404(undefined)) : undefined,
  ]);
  const fact = (name, value) => (value === undefined || value === null || value === "" ? null : [h("dt", null, name), h("dd", null, value)]);
  fill(
    body,
    card("Details", {}, h("dl", { class: "facts" }, fact("id", h("span", { class: "mono" }, id)), fact("name", device.name), fact("type", link("/console/devices?type=" + encodeURIComponent(device.type), device.type)), fact("model", device.model), fact("location", device.location), fact("owner", owner ? [owner.name, h("span", { class: "faint mono" }, " " + owner.id)] : device.owner), fact("contact", [owner?.email, owner?.phone].filter(Boolean).join(", ")), fact("description", device.description), fact("firmware", device.firmware_version), fact("enabled", device.enabled ? "yes" : "no"), fact("registered", f.time(device.created_at)), fact("changed", f.time(device.updated_at)), fact("version", device.version), fact("credentials", credentials.items ? credentials.items.length || "none" : null))),
    card("Metadata", {}, Object.keys(device.metadata ?? {}).length ? h("pre", null, JSON.stringify(device.metadata, null, 2)) : empty("No metadata.")),
  );
}

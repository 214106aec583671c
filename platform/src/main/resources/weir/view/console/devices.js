// All devices: searched, filtered and paged on the server.

import { h, fill, refresh, setText, table, empty, deviceLink, link } from "./dom.js";
import { presenceDot, presenceOf } from "./lifecycle.js";
import { get, query } from "./api.js";
import { attempt, poll } from "./live.js";
import * as f from "./format.js";

const SIZE = 50;
const STATES = [["", "Any state"], ["online", "Online"], ["stale", "Stale"], ["offline", "Offline"]];

export async function show(view) {
  view.title("Devices");
  const state = { q: "", type: "", state: "", page: "", cursor: "", ...Object.fromEntries(view.parameters) };
  const results = h("section", { class: "card", "aria-label": "Devices" });
  const search = h("input", { type: "search", class: "full", id: "device-search", placeholder: "Id, name, model or location", "aria-label": "Search devices", value: state.q, oninput: () => change({ q: search.value }) });
  const types = h("select", { "aria-label": "Device type", onchange: () => change({ type: types.value }) }, h("option", { value: "" }, "All types"));
  const states = h("select", { "aria-label": "Presence", onchange: () => change({ state: states.value }) }, STATES.map(([value, text]) => h("option", { value, selected: value === state.state }, text)));
  const total = h("p", { role: "status" });
  let pending = new AbortController();
  let timer;

  function change(next) {
    Object.assign(state, { page: "", cursor: "" }, next);
    view.remember(state);
    clearTimeout(timer);
    timer = setTimeout(() => attempt(view, load), "q" in next ? 200 : 0);
  }

  async function load() {
    pending.abort();
    pending = new AbortController();
    await (state.state ? loadState(pending.signal) : loadAll(pending.signal));
  }

  const there = (more) => "/console/devices" + query({ ...state, ...more });
  const open = (id) => view.go("/console/devices/" + encodeURIComponent(id));

  async function loadAll(signal) {
    const page = Math.max(1, +state.page || 1);
    const found = await get("/api/devices" + query({ q: state.q, type: state.type, page, page_size: SIZE }), signal);
    const presence = await presenceOf(found.items.map((device) => device.id), signal);
    const pages = Math.ceil(found.total / SIZE);
    setText(total, f.count(found.total) + (found.total === 1 ? " device" : " devices"));
    refresh(results, [state, found], () => [found.items.length ? deviceTable(found.items, open) : empty("No device matches.", "Devices register themselves when they first speak, or over POST /api/devices."), pages > 1 ? h("nav", { class: "pager", "aria-label": "Pages" }, page > 1 ? link(there({ page: page - 1 }), "Previous") : null, h("span", { class: "num soft" }, `Page ${f.count(page)} of ${f.count(pages)}`), page < pages ? link(there({ page: page + 1 }), "Next") : null) : null]);
    tellPresence(found.items, (device) => presenceDot(presence.get(device.id), device.enabled), (device) => presence.get(device.id)?.last_heard);
  }

  /** Who is in one state, in the order of their ids. */
  async function loadState(signal) {
    const found = await get("/api/presence" + query({ state: state.state, q: state.q, type: state.type, page_size: SIZE, cursor: state.cursor }), signal);
    setText(total, state.q || state.type ? `Those that are ${state.state} and match` : f.count(found.counts[state.state]) + " devices are " + state.state);
    refresh(results, [state, found.next_cursor, found.items.map((each) => ({ ...each, last_heard: "" }))], () => [found.items.length ? table([
      { title: "State", class: "tight status-cell", cell: () => null },
      { title: "Device", cell: (each) => deviceLink(each.device_id) },
      { title: "Reason", cell: (each) => each.reason },
      { title: "Since", class: "tight wide-only", cell: (each) => f.time(each.since) },
      { title: "Last heard", class: "tight heard-cell", cell: () => null },
    ], found.items, { label: "Devices", key: (each) => each.device_id, onRow: (each) => open(each.device_id) }) : empty(found.next_cursor ? "None of those looked at matches." : "No device matches."), state.cursor || found.next_cursor ? h("nav", { class: "pager", "aria-label": "Pages" }, state.cursor ? link(there({ cursor: "" }), "First") : null, found.next_cursor ? link(there({ cursor: found.next_cursor }), "Next") : null) : null]);
    tellPresence(found.items, presenceDot, (each) => each.last_heard);
  }

  /** Fills in what changes all the time, and leaves the links where they are. */
  function tellPresence(items, dot, heard) {
    const byId = new Map(items.map((item) => [item.device_id ?? item.id, item]));
    for (const row of results.querySelectorAll("tbody tr")) {
      const item = byId.get(row.dataset.key);
      // While a row is pressed the table stays, though others may have come.
      if (!item) continue;
      fill(row.querySelector(".status-cell"), dot(item));
      fill(row.querySelector(".heard-cell"), heard(item) ? f.ago(heard(item)) : h("span", { class: "faint" }, "never"));
    }
  }

  fill(
    view.page,
    h("div", { class: "page-head" }, h("div", { class: "grow" }, h("h1", null, "Devices"), total)),
    h("div", { class: "bar" }, h("div", { class: "grow" }, search), types, states),
    results,
  );
  view.onLeave(() => pending.abort());
  view.onLeave(() => clearTimeout(timer));
  await load();
  const known = await get("/api/device-types", view.signal);
  for (const type of known.items ?? known.device_types ?? []) types.append(h("option", { value: type.name }, type.name));
  types.value = state.type;
  poll(view, load, 1500);
}

function deviceTable(items, open) {
  const none = h("span", { class: "faint" }, "–");
  return table(
    [
      { title: "Status", class: "tight status-cell", cell: () => null },
      { title: "Device", cell: (device) => [deviceLink(device.id), device.name !== device.id && h("div", { class: "soft" }, device.name)] },
      { title: "Type", cell: (device) => device.type },
      { title: "Location", class: "wide-only", cell: (device) => device.location ?? none.cloneNode(true) },
      { title: "Owner", class: "wide-only", cell: (device) => device.owner ?? none.cloneNode(true) },
      { title: "Last heard", class: "tight wide-only heard-cell", cell: () => null },
    ],
    items,
    { label: "Devices", key: (device) => device.id, onRow: (device) => open(device.id) },
  );
}

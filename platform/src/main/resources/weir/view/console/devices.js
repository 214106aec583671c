// All devices: searched, filtered and paged on the server.

import { h, fill, table, empty, deviceLink } from "./dom.js";
import { presenceDot, presenceOf } from "./lifecycle.js";
import { get, query } from "./api.js";
import * as f from "./format.js";

const SIZE = 50;

export async function show(view) {
  view.title("Devices");
  const state = { q: "", type: "", state: "", page: "", ...Object.fromEntries(view.parameters) };
  const results = h("section", { class: "card", "aria-live": "polite", "aria-label": "Devices" });
  const search = h("input", { type: "search", id: "device-search", placeholder: "Id, name, model or location", "aria-label": "Search devices", value: state.q, oninput: () => change({ q: search.value }) });
  const types = h("select", { "aria-label": "Device type", onchange: () => change({ type: types.value }) }, h("option", { value: "" }, "All types"));
  const states = h("select", { "aria-label": "Presence", onchange: () => change({ state: states.value }) }, [["", "Any state"], ["online", "Online"], ["stale", "Stale"], ["offline", "Offline"]].map(([value, text]) => h("option", { value, selected: value === state.state }, text)));
  const total = h("p");
  let pending = new AbortController();
  let timer;

  function change(next) {
    Object.assign(state, { page: "" }, next);
    clearTimeout(timer);
    timer = setTimeout(load, "q" in next ? 200 : 0);
  }

  async function load() {
    pending.abort();
    pending = new AbortController();
    view.remember(state);
    const page = Math.max(1, +state.page || 1);
    search.disabled = types.disabled = state.state !== "";
    try {
      if (state.state) {
        await loadState();
        return;
      }
      const found = await get("/api/devices" + query({ q: state.q, type: state.type, page, page_size: SIZE }), pending.signal);
      const presence = await presenceOf(found.items.map((device) => device.id), pending.signal);
      total.textContent = f.count(found.total) + (found.total === 1 ? " device" : " devices");
      fill(results, found.items.length ? [deviceTable(found.items, presence, view), pager(found.total, page, (next) => {
        state.page = next === 1 ? "" : next;
        window.scrollTo(0, 0);
        load();
      })] : empty("No device matches.", "Devices register themselves when they first speak, or over POST /api/devices."));
    } catch (failure) {
      if (failure.name !== "AbortError") fill(results, h("div", { class: "empty bad", role: "alert" }, h("p", { class: "empty-title" }, "The devices could not be listed."), h("p", null, failure.message)));
    }
  }

  /** Who is in one state, without other filters. */
  async function loadState(cursor) {
    const found = await get("/api/presence" + query({ state: state.state, page_size: SIZE, cursor }), pending.signal);
    total.textContent = f.count(found.counts[state.state]) + " devices are " + state.state;
    fill(results, found.items.length ? table([
      { title: "State", class: "tight", cell: (each) => presenceDot(each) },
      { title: "Device", cell: (each) => deviceLink(each.device_id) },
      { title: "Reason", cell: (each) => each.reason },
      { title: "Since", class: "tight wide-only", cell: (each) => f.time(each.since) },
      { title: "Last heard", class: "tight", cell: (each) => (each.last_heard ? f.ago(each.last_heard) : "never") },
    ], found.items, { label: "Devices", onRow: (each) => view.go("/console/devices/" + encodeURIComponent(each.device_id)) }) : empty("No device is " + state.state + "."),
    found.next_cursor ? h("div", { class: "pager" }, h("button", { type: "button", onclick: () => loadState(found.next_cursor) }, "Next")) : null);
  }

  fill(
    view.page,
    h("div", { class: "page-head" }, h("div", { class: "grow" }, h("h1", null, "Devices"), total)),
    h("div", { class: "bar" }, h("div", { class: "grow" }, search), types, states),
    results,
  );
  search.classList.add("full");
  view.onLeave(() => pending.abort());
  view.onLeave(() => clearTimeout(timer));
  await load();
  const known = await get("/api/device-types", view.signal);
  for (const type of known.items ?? known.device_types ?? []) types.append(h("option", { value: type.name }, type.name));
  types.value = state.type;
}

function deviceTable(items, presence, view) {
  return table(
    [
      { title: "Status", class: "tight", cell: (device) => presenceDot(presence.get(device.id), device.enabled) },
      { title: "Device", cell: (device) => [deviceLink(device.id), device.name !== device.id && h("div", { class: "soft" }, device.name)] },
      { title: "Type", cell: (device) => device.type },
      { title: "Location", class: "wide-only", cell: (device) => device.location ?? h("span", { class: "faint" }, "–") },
      { title: "Owner", class: "wide-only", cell: (device) => device.owner ?? h("span", { class: "faint" }, "–") },
      { title: "Last heard", class: "tight wide-only", cell: (device) => (presence.get(device.id)?.last_heard ? f.ago(presence.get(device.id).last_heard) : h("span", { class: "faint" }, "–")) },
    ],
    items,
    { label: "Devices", onRow: (device) => view.go("/console/devices/" + encodeURIComponent(device.id)) },
  );
}

export function pager(total, page, onPage) {
  const pages = Math.max(1, Math.ceil(total / SIZE));
  if (pages === 1) return null;
  return h(
    "div",
    { class: "pager" },
    h("button", { type: "button", disabled: page <= 1, onclick: () => onPage(page - 1) }, "Previous"),
    h("span", { class: "num soft" }, `Page ${f.count(page)} of ${f.count(pages)}`),
    h("button", { type: "button", disabled: page >= pages, onclick: () => onPage(page + 1) }, "Next"),
  );
}

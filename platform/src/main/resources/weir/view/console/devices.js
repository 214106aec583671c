// All devices: searched, filtered and paged on the server.

import { h, fill, table, link, badge, empty, deviceLink } from "./dom.js";
import { get, query } from "./api.js";
import * as f from "./format.js";

const SIZE = 50;

export async function show(view) {
  view.title("Devices");
  const state = { q: "", type: "", status: "", page: "", ...Object.fromEntries(view.parameters) };
  const results = h("section", { class: "card", "aria-live": "polite", "aria-label": "Devices" });
  const search = h("input", { type: "search", id: "device-search", placeholder: "Id, name, model or location", "aria-label": "Search devices", value: state.q, oninput: () => change({ q: search.value }) });
  const types = h("select", { "aria-label": "Device type", onchange: () => change({ type: types.value }) }, h("option", { value: "" }, "All types"));
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
    try {
      const found = await get("/api/devices" + query({ q: state.q, type: state.type, status: state.status, page, page_size: SIZE }), pending.signal);
      total.textContent = f.count(found.total) + (found.total === 1 ? " device" : " devices");
      fill(results, found.items.length ? [deviceTable(found.items, view), pager(found.total, page, (next) => {
        state.page = next === 1 ? "" : next;
        window.scrollTo(0, 0);
        load();
      })] : empty("No device matches.", "Devices register themselves when they first speak, or over POST /api/devices."));
    } catch (failure) {
      if (failure.name !== "AbortError") fill(results, h("div", { class: "empty bad", role: "alert" }, h("p", { class: "empty-title" }, "The devices could not be listed."), h("p", null, failure.message)));
    }
  }

  fill(
    view.page,
    h("div", { class: "page-head" }, h("div", { class: "grow" }, h("h1", null, "Devices"), total)),
    h("div", { class: "bar" }, h("div", { class: "grow" }, search), types),
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

export function statusDot(device) {
  const status = device.status ?? "";
  const tone = device.enabled === false ? "" : status === "online" ? "good" : "";
  const word = device.enabled === false ? "disabled" : status || "–";
  return h("span", { class: "status" }, h("i", { class: "dot " + tone, "aria-hidden": "true" }), word);
}

function deviceTable(items, view) {
  return table(
    [
      { title: "Status", class: "tight", cell: statusDot },
      { title: "Device", cell: (device) => [deviceLink(device.id), device.name !== device.id && h("div", { class: "soft" }, device.name)] },
      { title: "Type", cell: (device) => device.type },
      { title: "Location", class: "wide-only", cell: (device) => device.location ?? h("span", { class: "faint" }, "–") },
      { title: "Owner", class: "wide-only", cell: (device) => device.owner ?? h("span", { class: "faint" }, "–") },
      { title: "Last seen", class: "tight wide-only", cell: (device) => (device.last_seen ? f.ago(device.last_seen) : h("span", { class: "faint" }, "–")) },
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

// A device's commands and presence.

import { h, fill, refresh, card, empty, table, badge, toast } from "./dom.js";
import { get, post, query, settings, unless404 } from "./api.js";
import { attempt, poll } from "./live.js";
import { parsed } from "./records.js";
import * as f from "./format.js";

const TONES = { online: "good", stale: "warn", offline: "" };
const ENDS = { acknowledged: "good", failed: "bad", expired: "warn" };
const KINDS = { number: "number", integer: "number", boolean: "checkbox", text: "text" };

/** The presence of some devices, by id. */
export async function presenceOf(ids, signal) {
  if (ids.length === 0) return new Map();
  const { items } = await get("/api/presence?" + new URLSearchParams(ids.map((id) => ["device", id])), signal);
  return new Map(items.map((item) => [item.device_id, item]));
}

export function presenceDot(presence, enabled) {
  const state = enabled === false ? "disabled" : presence?.state ?? "unknown";
  const title = presence ? `${presence.reason}${presence.since ? " since " + presence.since : ""}` : "";
  return h("span", { class: "status", title, dataset: { state } }, h("i", { class: "dot " + (TONES[state] ?? ""), "aria-hidden": "true" }), state);
}

export async function presenceCard(view, id) {
  const body = h("div");
  let history = NO_HISTORY;
  let since;

  async function load() {
    const [events, states] = await Promise.all([
      get(`/api/devices/${encodeURIComponent(id)}/events` + query({ kind: "status", limit: 20 }), view.signal),
      presenceOf([id], view.signal),
    ]);
    const presence = states.get(id);
    // Looking through the topic may take long, so it is done only when there is something new.
    if (since !== (presence?.since ?? "")) history = await changesOf(view, id, NO_HISTORY);
    since = presence?.since ?? "";
    refresh(body, [events, presence, history], () => presenceParts(presence, history, events, further));
  }

  const further = () => attempt(view, async () => {
    history = await changesOf(view, id, history);
    await load();
  });

  await load();
  poll(view, load, 1500);
  return card("Presence", {}, body);
}

function presenceParts(presence, history, events, further) {
  const facts = presence ? h("dl", { class: "facts" }, [["state", presenceDot(presence)], ["reason", presence.reason], ["since", presence.since ? f.time(presence.since) : "–"], ["last heard", presence.last_heard ? f.ago(presence.last_heard) : "never"], ["connected", presence.connected ? "yes" : "no"]].map(([name, value]) => [h("dt", null, name), h("dd", null, value)])) : empty("It is not registered.");
  const changes = history.changes.length
    ? table([
      { title: "Since", class: "tight", cell: (each) => f.time(each.since) },
      { title: "State", class: "tight", cell: (each) => presenceDot(each) },
      { title: "Reason", cell: (each) => each.reason },
    ], history.changes, { label: "Changes of presence" })
    : h("p", { class: "faint" }, history.next ? `There is none among the newest ${f.count(history.looked)} messages.` : "The log knows of no change.");
  const more = history.next ? h("div", { class: "records-foot" }, h("button", { type: "button", onclick: further }, "Search further")) : null;
  const said = events.items.length
    ? table([
      { title: "Time", class: "tight", cell: (event) => f.time(event.time) },
      { title: "What it said of itself", cell: (event) => h("span", { class: "mono" }, JSON.stringify(event.event.status ?? {})) },
    ], events.items, { label: "Status messages" })
    : h("p", { class: "faint" }, "It has sent no status message.");
  return [facts, h("h2", { class: "gap" }, "History"), changes, more, h("p", { class: "faint gap" }, "The log thins older changes out after an hour; with presence.events=true all are kept, as status messages."), h("h2", { class: "gap" }, "Status messages"), said];
}

const NO_HISTORY = { changes: [], looked: 0, next: "" };

/** What was published of its presence, retained, newest first: a page more than is known already. */
async function changesOf(view, id, known) {
  const { "mqtt.retained-topic": topic } = await settings(view.signal);
  const page = await get(`/api/topics/${encodeURIComponent(topic)}/messages` + query({ key: `iot/${id}/status`, limit: 20, cursor: known.next }), view.signal).catch(unless404({ items: [], scanned: 0 }));
  const changes = page.items.map((item) => parsed(item.text)?.status).filter((status) => status?.state);
  return { changes: [...known.changes, ...changes], looked: known.looked + page.scanned, next: page.next_cursor ?? "" };
}

export async function commandsCard(view, id, device) {
  const path = `/api/devices/${encodeURIComponent(id)}/commands`;
  if (!device) return card("Commands", {}, empty("Only a registered device can be told what to do."));
  const { items: known } = await get(`/api/device-types/${encodeURIComponent(device.type)}/commands`, view.signal);
  const list = h("div");
  const fields = h("div", { class: "form-grid" });
  const wrong = h("p", { class: "form-error", role: "alert" });
  const choice = h("select", { "aria-label": "Command", onchange: () => draw() }, known.map((each) => h("option", { value: each.command }, each.command)));
  const send = h("button", { type: "submit", class: "primary" }, "Send");
  let inputs = [];

  function draw() {
    const command = known.find((each) => each.command === choice.value);
    inputs = (command?.parameters ?? []).map((parameter) => {
      const kind = KINDS[parameter.kind] ?? "text";
      const input = h("input", { type: kind, min: parameter.min, max: parameter.max, step: parameter.kind === "integer" ? 1 : "any", required: parameter.required && kind !== "checkbox" });
      return { parameter, kind, input };
    });
    fill(fields, inputs.map(({ parameter, input }) => h("label", { class: "field" }, parameter.name + (parameter.min === undefined ? "" : ` (${parameter.min} to ${parameter.max})`), input)));
  }

  async function load() {
    const found = await get(path + "?page_size=20", view.signal);
    refresh(list, found, () => (found.items.length ? table([
      { title: "Sent", class: "tight", cell: (each) => f.time(each.created_at) },
      { title: "Command", cell: (each) => [h("b", null, each.command), " ", h("span", { class: "mono soft" }, Object.keys(each.parameters ?? {}).length ? JSON.stringify(each.parameters) : "")] },
      { title: "State", class: "tight", cell: (each) => badge(each.state, ENDS[each.state]) },
      { title: "", class: "wide-only", cell: (each) => each.detail ?? "" },
    ], found.items, { label: "Commands" }) : empty("It has not been told anything yet.")));
  }

  async function submit(event) {
    event.preventDefault();
    wrong.textContent = "";
    send.disabled = true;
    const parameters = {};
    for (const { parameter, kind, input } of inputs) {
      if (kind === "checkbox") parameters[parameter.name] = input.checked;
      else if (input.value !== "") parameters[parameter.name] = kind === "number" ? Number(input.value) : input.value;
    }
    try {
      const done = await post(path, { command: choice.value, parameters });
      toast(`${done.command}: ${done.state}`);
      await load();
    } catch (failure) {
      wrong.textContent = failure.message;
    } finally {
      send.disabled = false;
    }
  }

  draw();
  await load();
  poll(view, load, 2000);
  return card("Commands", {}, known.length ? h("form", { class: "command", onsubmit: submit }, h("div", { class: "bar" }, choice, send), fields, wrong) : h("p", { class: "soft" }, "Devices of the type " + device.type + " know no commands."), list);
}

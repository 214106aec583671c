// One event: everything that happened to it, from raw bytes to each delivery.

import { h, fill, card, badge, empty, link, deviceLink, eventPath } from "./dom.js";
import { get, query, unless404 } from "./api.js";
import { attempt } from "./live.js";
import { inside } from "./records.js";
import { words } from "./deadletters.js";
import { deliveriesOf } from "./deliveries.js";
import * as f from "./format.js";

export async function show(view) {
  const id = view.names[0];
  view.title("Event");
  await draw(view, id);
}

async function draw(view, id) {
  const asked = view.parameters.get("device") ?? "";
  const trace = await get(`/api/events/${encodeURIComponent(id)}/trace` + query({ device: asked }), view.signal).catch(unless404(null));
  if (!trace) {
    fill(view.page, empty("Nothing is known of this event.", "Its id was never seen, or retention has removed it."));
    return;
  }
  const device = asked || trace.devices[0];
  if (!asked && trace.devices.length > 1) {
    fill(view.page, head(id, null), card("Whose event?", {}, h("p", { class: "soft" }, "Ids are the devices' own, and several use this one."), h("ul", null, trace.devices.map((each) => h("li", null, link(eventPath(id, each), each))))));
    return;
  }
  const deliveries = await deliveriesOf(view, id, device);
  const state = trace.stored ? badge("stored", "good") : trace.dead_letters.some((letter) => !letter.replayed) ? badge("set aside", "warn") : badge("on its way");
  const steps = [
    ...inTheLog(trace),
    ...(trace.stored ? [{ at: trace.stored.stored_at, tone: "good", title: "Stored", text: `as ${trace.stored.kind} of ${trace.stored.device_type}, event time ${trace.stored.time}`, open: h("div", { class: "m-more" }, h("pre", null, JSON.stringify(trace.stored.event, null, 2))) }] : []),
    ...deliveries,
  ].sort((a, b) => (a.at ?? "9").localeCompare(b.at ?? "9"));
  fill(
    view.page,
    head(id, h("p", null, state, device ? [" of ", deviceLink(device)] : ""), h("button", { type: "button", onclick: () => attempt(view, () => draw(view, id)) }, "Look again")),
    trace.complete ? null : h("div", { class: "notice" }, "Not all of the log that may tell of it was read: more may have happened to it."),
    card("What happened to it", {}, h("ol", { class: "steps" }, steps.map((step) => h("li", null, h("i", { class: "dot " + (step.tone ?? "good") }), h("details", null, h("summary", null, h("b", null, step.title), " ", h("span", { class: "soft" }, step.text), h("span", { class: "faint num step-time" }, step.came ? "received " : "", step.at ? f.time(step.at) : "now")), step.open))))),
  );
}

function head(id, about, ...more) {
  return h("div", { class: "page-head" }, h("div", { class: "grow" }, h("div", { class: "crumb" }, "Event"), h("h1", { class: "mono-title" }, id), about), more);
}

/**
 * The steps in the log, in the order in which they happened. All of them carry the time when the message came, so
 * the order is told by their places: what came of a raw message names the place of that message.
 */
function inTheLog(trace) {
  const steps = [];
  const waits = new Map(trace.waits.map((record) => [header(record, "handed").split(":").slice(1, 3).join("@"), record]));
  const letters = new Map(trace.dead_letters.map((letter) => [letter.origin, letter]));
  for (const record of trace.raw) {
    const place = `${record.partition}@${record.offset}`;
    steps.push(record);
    for (const [places, key] of [[waits, place], [letters, `${record.topic}-${place}`]]) {
      if (places.has(key)) steps.push(places.get(key));
      places.delete(key);
    }
  }
  // What is left came of raw messages that retention has removed, or that were not found.
  const known = [...waits.values(), ...[...letters.values()].reverse(), ...steps];
  const [first, ...later] = known.map((each) => (each.topic === undefined ? letterStep(each) : recordStep(each))).concat(trace.enriched.map((record) => recordStep(record, "Decoded and enriched")));
  return first ? [first, ...later.map((step) => ({ ...step, came: true }))] : [];
}

const header = (record, name) => record.headers.find((each) => each.name === name)?.text ?? "";

function recordStep(record, title) {
  return { at: record.time, title: title ?? titleOf(record), tone: header(record, "due") ? "warn" : "good", text: textOf(record), open: inside(record) };
}

function titleOf(record) {
  const anew = header(record, "handed").startsWith("0:");
  if (header(record, "due")) return anew ? "Overtaken" : "Waits for a reference";
  if (header(record, "handed")) return anew ? "Given a new place" : "Tried again";
  return header(record, "replay-of") ? "Replayed" : "Accepted";
}

function textOf(record) {
  const due = header(record, "due");
  return due ? `handed over to ${record.topic}, due at ${f.moment(new Date(+due))}` : `appended to ${record.topic}`;
}

function letterStep(letter) {
  return { at: letter.received_at, tone: letter.replayed ? "" : "warn", title: "Set aside: " + words(letter.reason), text: letter.detail, open: h("p", { class: "m-more" }, link("/console/dead-letters/" + letter.position, "Open the dead letter"), letter.replayed ? ", replayed since" : "") };
}

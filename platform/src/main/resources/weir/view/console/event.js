// One event: everything that happened to it, from raw bytes to each delivery.

import { h, fill, card, badge, empty, link, deviceLink } from "./dom.js";
import { get, unless404 } from "./api.js";
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
  const trace = await get(`/api/events/${encodeURIComponent(id)}/trace`, view.signal).catch(unless404(null));
  if (!trace) {
    fill(view.page, empty("Nothing is known of this event.", "Its id was never seen, or retention has removed it."));
    return;
  }
  const deliveries = await deliveriesOf(view, id);
  const device = trace.stored?.device_id ?? trace.raw[0]?.key ?? trace.dead_letters[0]?.device_id;
  const state = trace.stored ? badge("stored", "good") : trace.dead_letters.some((letter) => !letter.replayed) ? badge("set aside", "warn") : badge("on its way");
  const steps = [
    ...trace.raw.map((record) => ({ at: record.time, title: record.headers.some((header) => header.name === "replay-of") ? "Replayed" : record.headers.some((header) => header.name === "attempt") ? "Tried again" : "Accepted", text: `appended to ${record.topic}`, open: inside(record) })),
    ...trace.dead_letters.map((letter) => ({ at: letter.received_at, tone: letter.replayed ? "" : "warn", title: "Set aside: " + words(letter.reason), text: letter.detail, open: h("p", { class: "m-more" }, link("/console/dead-letters/" + letter.position, "Open the dead letter"), letter.replayed ? ", replayed since" : "") })),
    ...trace.enriched.map((record) => ({ at: record.time, title: "Decoded and enriched", text: `written to ${record.topic}`, open: inside(record) })),
    ...(trace.stored ? [{ at: trace.stored.stored_at, tone: "good", title: "Stored", text: `as ${trace.stored.kind} of ${trace.stored.device_type}, event time ${trace.stored.time}`, open: h("div", { class: "m-more" }, h("pre", null, JSON.stringify(trace.stored.event, null, 2))) }] : []),
    ...deliveries,
  ].sort((a, b) => (a.at ?? "9").localeCompare(b.at ?? "9"));
  fill(
    view.page,
    h("div", { class: "page-head" }, h("div", { class: "grow" }, h("div", { class: "crumb" }, "Event"), h("h1", { class: "mono-title" }, id), h("p", null, state, device ? [" of ", deviceLink(device)] : "")), h("button", { type: "button", onclick: () => attempt(view, () => draw(view, id)) }, "Look again")),
    trace.complete ? null : h("div", { class: "notice" }, "The log was not read to its end: more may have happened to it."),
    card("What happened to it", {}, h("ol", { class: "steps" }, steps.map((step) => h("li", null, h("i", { class: "dot " + (step.tone ?? "good") }), h("details", null, h("summary", null, h("b", null, step.title), " ", h("span", { class: "soft" }, step.text), h("span", { class: "faint num step-time" }, step.at ? f.time(step.at) : "now")), step.open))))),
  );
}

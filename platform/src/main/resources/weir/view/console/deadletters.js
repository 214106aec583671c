// What was set aside: why, the bytes, and how to bring it back.

import { h, fill, refresh, card, table, badge, empty, link, deviceLink, dialog, eventLink, eventPath, toast, segments } from "./dom.js";
import { get, post, query, settings } from "./api.js";
import { attempt, poll } from "./live.js";
import { hex } from "./records.js";
import * as f from "./format.js";

const SIZE = 100;
const REASONS = ["UNKNOWN_TOPIC", "UNREADABLE", "INVALID", "UNKNOWN_DEVICE", "UNKNOWN_TYPE", "NO_PARAMETER", "REFUSED_BY_STORE", "FAILED"];

export const words = (reason) => reason.toLowerCase().replaceAll("_", " ");

const reasonOf = (letter) => [badge(words(letter.reason), "warn"), letter.replayed && [" ", badge("replayed")]];

export async function show(view) {
  if (view.names[0]) await one(view, view.names[0]);
  else await all(view);
}

async function all(view) {
  view.title("Dead letters");
  const state = { reason: "", device: "", replayed: "false", cursor: "", ...Object.fromEntries(view.parameters) };
  const results = h("section", { class: "card", "aria-label": "Dead letters" });
  const reason = h("select", { "aria-label": "Reason", onchange: () => change({ reason: reason.value }) }, h("option", { value: "" }, "Any reason"), REASONS.map((each) => h("option", { value: each, selected: each === state.reason }, words(each))));
  const device = h("input", { type: "search", "aria-label": "Device", placeholder: "Device id", value: state.device, onchange: () => change({ device: device.value }) });
  const replay = h("button", { type: "button", onclick: () => attempt(view, ask) }, "Replay all of these");

  function change(next) {
    Object.assign(state, { cursor: "" }, next);
    view.remember({ ...state, replayed: state.replayed === "false" ? "" : state.replayed });
    attempt(view, load);
  }

  const filter = (more) => query({ reason: state.reason, device: state.device, replayed: state.replayed === "all" ? "" : state.replayed, ...more });

  async function load() {
    const found = await get("/api/dead-letters" + filter({ limit: SIZE, cursor: state.cursor }), view.signal);
    replay.disabled = !found.items.some((letter) => !letter.replayed);
    refresh(results, [state, found], () => [found.items.length ? table([
      { title: "Received", class: "tight", cell: (letter) => f.time(letter.received_at) },
      { title: "Reason", class: "tight wide-only", cell: reasonOf },
      { title: "Device", cell: (letter) => deviceLink(letter.device_id) },
      { title: "What was wrong", cell: (letter) => [h("div", { class: "narrow-only" }, reasonOf(letter)), h("div", null, letter.detail), h("div", { class: "faint mono" }, letter.path)] },
      { title: "", class: "tight", cell: (letter) => link("/console/dead-letters/" + letter.position, "Open") },
    ], found.items, { label: "Dead letters", onRow: (letter) => view.go("/console/dead-letters/" + letter.position) }) : empty(found.next_cursor ? "None of those looked at matches." : "Nothing is set aside.", "A message that cannot be used is kept here with its bytes and the reason."), state.cursor || found.next_cursor ? h("nav", { class: "pager", "aria-label": "Pages" }, state.cursor ? link(there(""), "Newest") : null, found.next_cursor ? link(there(found.next_cursor), "Older") : null) : null]);
  }

  const there = (cursor) => "/console/dead-letters" + query({ ...state, replayed: state.replayed === "false" ? "" : state.replayed, cursor });

  /** Replaying many is done only after their number has been seen. */
  async function ask() {
    const { count } = await get("/api/dead-letters/count" + filter({ replayed: "false" }), view.signal);
    const box = dialog("Replay", h("p", null, count === 1 ? "One message goes" : `${f.count(count)} messages go`, " through the pipeline again: all that match the filter, not only those on this page."), h("div", { class: "bar" }, h("button", { type: "button", class: "primary", onclick: () => {
      box.close();
      attempt(view, replayAll);
    } }, "Replay " + f.count(count)), h("button", { type: "button", onclick: () => box.close() }, "Leave them")));
  }

  async function replayAll() {
    replay.disabled = true;
    try {
      const done = await post("/api/dead-letters/replay" + filter({ replayed: "false" }));
      toast(f.count(done.replayed) + (done.replayed === 1 ? " message goes" : " messages go") + " through the pipeline again");
    } catch (failure) {
      toast(failure.message, "bad");
    }
    await load();
  }

  fill(
    view.page,
    h("div", { class: "page-head" }, h("div", { class: "grow" }, h("h1", null, "Dead letters"), h("p", null, "Messages that could not be used, with their bytes and the reason.")), replay),
    h("div", { class: "bar" }, reason, device, segments("State", [["false", "Open"], ["true", "Replayed"], ["all", "All"]], state.replayed, (replayed) => change({ replayed }))),
    results,
  );
  await load();
  const { "topics.dlq": topic } = await settings(view.signal);
  let ends = "";
  // Looking through the letters may take long, so it is done only when there are others than before.
  poll(view, async () => {
    const { topics } = await get("/api/topics", view.signal);
    const now = JSON.stringify(topics.find((each) => each.name === topic)?.partitions);
    if (now !== ends) await load();
    ends = now;
  }, 1500);
}

async function one(view, position) {
  view.title("Dead letter " + position);
  const letter = await get("/api/dead-letters/" + encodeURIComponent(position), view.signal);
  const text = h("textarea", { rows: 12, spellcheck: "false", "aria-label": "Payload", ".value": letter.payload_text ?? "" });
  const path = h("input", { "aria-label": "Path", value: letter.path });
  const wrong = h("p", { class: "form-error", role: "alert" });
  const act = async (button, request, said) => {
    button.disabled = true;
    wrong.textContent = "";
    try {
      await request();
      toast(said);
      view.go(eventPath(letter.event_id, letter.device_id));
    } catch (failure) {
      wrong.textContent = failure.message;
      button.disabled = false;
    }
  };
  const place = "/api/dead-letters/" + encodeURIComponent(position);
  const bytes = Uint8Array.from(atob(letter.payload_base64), (c) => c.charCodeAt(0));
  const isText = letter.payload_text !== null;
  const mended = () => ({ path: path.value, ...(isText ? { payload_text: text.value } : {}) });
  const repair = letter.replayed ? null : [
    h("div", { class: "repair" }, h("label", { class: "field" }, letter.door === "http" ? "Path" : "Topic", path), h("button", { type: "button", class: "primary", onclick: (event) => act(event.currentTarget, () => post(place + "/repair", mended()), "The repaired message goes through the pipeline") }, isText ? "Replay repaired" : "Replay these bytes there")),
    wrong,
  ];
  fill(
    view.page,
    h("div", { class: "page-head" }, h("div", { class: "grow" }, h("div", { class: "crumb" }, link("/console/dead-letters", "Dead letters")), h("h1", null, letter.detail || words(letter.reason)), h("p", null, badge(words(letter.reason), "warn"), letter.replayed ? [" ", badge("replayed")] : null)),
      letter.replayed ? null : h("button", { type: "button", onclick: (event) => act(event.currentTarget, () => post(place + "/replay"), "It goes through the pipeline again") }, "Replay as it is")),
    h("div", { class: "grid" },
      h("div", { class: "w5" }, card("What happened", {}, h("dl", { class: "facts" }, [["device", deviceLink(letter.device_id)], ["event", eventLink(letter.event_id, letter.device_id)], ["family", letter.family], ["received", f.time(letter.received_at)], ["door", letter.door], ["path", h("span", { class: "mono" }, letter.path)], ["place", h("span", { class: "mono" }, letter.origin)], ["size", f.bytes(letter.payload_bytes)]].map(([name, value]) => [h("dt", null, name), h("dd", null, value)])))),
      h("div", { class: "w7" }, isText ? card("Payload", {}, text, repair, h("details", { class: "gap" }, h("summary", null, "Bytes"), h("pre", null, hex(bytes)))) : card("Bytes", {}, repair, h("pre", null, hex(bytes)))),
    ),
  );
}

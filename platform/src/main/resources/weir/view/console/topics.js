// The log: topics, the messages in them, live tails, and the groups that read.

import { h, fill, refresh, setText, table, badge, empty, link, segments, icon } from "./dom.js";
import { get, query } from "./api.js";
import { attempt, poll, stream } from "./live.js";
import { record, records } from "./records.js";
import * as f from "./format.js";

const ROWS_MAX = 200;

export async function show(view) {
  if (view.names[0]) await topic(view, view.names[0]);
  else await all(view);
}

async function all(view) {
  view.title("Topics");
  const topics = h("section", { class: "card", "aria-label": "Topics" });
  const groups = h("section", { class: "card", "aria-label": "Consumer groups" });
  const load = async () => {
    const [listed, reading] = await Promise.all([get("/api/topics?kept=true", view.signal), get("/api/groups", view.signal)]);
    const groupsOf = (name) => reading.groups.map((group) => ({ group: group.group, lag: group.partitions.filter((each) => each.topic === name).reduce((sum, each) => sum + each.lag, 0), reads: group.partitions.some((each) => each.topic === name) })).filter((group) => group.reads);
    refresh(topics, [listed, reading], () => [h("header", { class: "card-head" }, h("h2", null, "Topics")), table([
      { title: "Topic", cell: (each) => link("/console/topics/" + encodeURIComponent(each.name), each.name) },
      { title: "Messages", class: "num", cell: (each) => f.count(each.messages) },
      { title: "Partitions", class: "num wide-only", cell: (each) => each.partitions.length },
      { title: "On disk", class: "num tight wide-only", cell: (each) => (each.bytes === null ? "–" : f.bytes(each.bytes)) },
      { title: "Kept", class: "tight wide-only", cell: keptFor },
      { title: "Read by", class: "wide-only", cell: (each) => groupsOf(each.name).map((group, i) => [i ? ", " : "", group.group, group.lag ? h("span", { class: "faint num" }, " lag " + f.short(group.lag)) : ""]) },
    ], listed.topics, { label: "Topics", onRow: (each) => view.go("/console/topics/" + encodeURIComponent(each.name)) })]);
    refresh(groups, reading, () => [h("header", { class: "card-head" }, h("h2", null, "Consumer groups")), reading.groups.length ? table([
      { title: "Group", cell: (each) => each.group },
      { title: "Members", cell: (each) => membersOf(each) },
      { title: "Topics", class: "wide-only", cell: (each) => [...new Set([...each.partitions, ...(each.members ?? []).flatMap((member) => member.partitions)].map((part) => part.topic))].join(", ") || "–" },
      { title: "Lag by partition", class: "wide-only num", cell: (each) => each.partitions.map((part) => part.lag).join(" · ") },
      { title: "Lag", class: "num", cell: (each) => (each.lag > 1000 ? badge(f.count(each.lag), "warn") : f.count(each.lag)) },
    ], reading.groups, { label: "Consumer groups" }) : empty("No group has read anything yet.")]);
  };
  fill(view.page, h("div", { class: "page-head" }, h("div", { class: "grow" }, h("h1", null, "Topics"), h("p", null, "What is in the log, and who reads it."))), topics, groups);
  await load();
  poll(view, load, 1500);
}

/** Who reads for a group, from where, and which partitions. */
function membersOf(group) {
  if (group.members === null) return "–";
  if (group.members.length === 0) return h("span", { class: "faint" }, "nobody");
  return h("ul", { class: "members" }, group.members.map((member) => {
    const byTopic = Map.groupBy(member.partitions, (each) => each.topic);
    const reads = [...byTopic].map(([topic, parts]) => topic + " " + parts.map((each) => each.partition).join(", "));
    return h("li", null, h("b", null, member.client), h("span", { class: "faint" }, " at ", member.host), h("span", { class: "soft num" }, " · " + (reads.join("; ") || "reads none")));
  }));
}

/** How long messages are kept, or which of them. */
function keptFor(topic) {
  if (topic.policy === null) return "–";
  const age = topic.retention_seconds === null ? "" : f.duration(topic.retention_seconds);
  const newest = topic.policy.includes("compact") ? "the newest of each key" : "";
  return [newest, age].filter(Boolean).join(", ") || "for ever";
}

async function topic(view, name) {
  view.title(name);
  const state = { from: "newest", partition: "", offset: "", time: "", q: "", in: "", key: "", live: "", paused: "", ...Object.fromEntries(view.parameters) };
  const list = h("ul", { class: "records" });
  const foot = h("div", { class: "records-foot" });
  const told = h("span", { class: "soft num" });
  const facts = h("p");
  const search = h("input", { type: "search", "aria-label": "Search messages", placeholder: "Text in key, header or value", value: state.q });
  const where = h("select", { "aria-label": "Search in" }, [["", "anywhere"], ["key", "in keys"], ["header", "in headers"], ["value", "in values"]].map(([value, text]) => h("option", { value, selected: value === state.in }, text)));
  const from = h("select", { "aria-label": "Start" }, [["newest", "Newest first"], ["oldest", "Oldest first"], ["offset", "From an offset"], ["time", "From a time"]].map(([value, text]) => h("option", { value, selected: value === state.from }, text)));
  const offset = h("input", { type: "number", min: 0, "aria-label": "Offset", placeholder: "Offset", value: state.offset, class: "narrow" });
  const time = h("input", { type: "datetime-local", step: 1, "aria-label": "Time", value: state.time ? local(state.time) : "" });
  const partition = h("select", { "aria-label": "Partition" }, h("option", { value: "" }, "All partitions"));
  const live = h("button", { type: "button", "aria-pressed": String(state.live === "1") }, "Live");
  let end = () => {};
  let reading = new AbortController();

  function read() {
    Object.assign(state, { q: search.value, in: where.value, from: from.value, offset: from.value === "offset" ? offset.value : "", time: from.value === "time" && time.value ? new Date(time.value).toISOString() : "", partition: partition.value });
    view.remember({ ...state, from: state.from === "newest" ? "" : state.from });
    offset.hidden = state.from !== "offset";
    time.hidden = state.from !== "time";
  }

  async function load(cursor) {
    end();
    reading.abort();
    reading = new AbortController();
    const { signal } = reading;
    const path = `/api/topics/${encodeURIComponent(name)}/messages`;
    if (state.live === "1") return tail();
    if (state.from === "time" && !state.time) return;
    if (state.from === "offset" && state.offset === "") return;
    if (!cursor) fill(list);
    setText(told, "reading …");
    fill(foot);
    try {
      const page = await get(path + query({ from: state.from, partition: state.partition, offset: state.offset, time: state.time, q: state.q, in: state.in, key: state.key, cursor, limit: 50 }), signal);
      page.items.forEach((item) => list.append(record(item)));
      setText(told, `${f.count(list.children.length)} shown, ${f.count(page.scanned)} looked at`);
      if (page.next_cursor) foot.append(h("button", { type: "button", onclick: () => load(page.next_cursor) }, page.items.length ? "More" : "Search further"));
      if (list.children.length === 0) foot.prepend(empty(state.q || state.key ? "No message matches so far." : "There is no message here."));
    } catch (failure) {
      if (failure.name === "AbortError") return;
      setText(told, "");
      fill(foot, h("div", { class: "empty bad", role: "alert" }, h("p", { class: "empty-title" }, "The messages could not be read."), h("p", null, failure.message)));
    }
  }

  function tail() {
    fill(list);
    fill(foot);
    let [skipped, shown] = [0, 0];
    const held = [];
    const tell = () => {
      const parts = [f.count(shown) + " shown"];
      if (skipped) parts.push(f.count(skipped) + " passed by unshown");
      if (held.length) parts.push(f.count(held.length) + " held back");
      setText(told, parts.join(", "));
    };
    const add = (item) => {
      shown++;
      list.prepend(record(item));
      while (list.children.length > ROWS_MAX) list.lastChild.remove();
    };
    goOn = () => {
      held.splice(0).forEach(add);
      tell();
    };
    setText(told, "connecting …");
    end = stream(view, `/api/topics/${encodeURIComponent(name)}/tail` + query({ q: state.q, in: state.in, key: state.key, partition: state.partition }), {
      here: () => shown || skipped || setText(told, "waiting for messages …"),
      message: (item) => {
        if (!state.paused) add(item);
        else if (held.push(item) > ROWS_MAX) {
          held.shift();
          skipped++;
        }
        tell();
      },
      skipped: (n) => {
        skipped += n;
        tell();
      },
    });
  }

  /** What is shown, as a file. */
  function save(form) {
    const text = form === "json" ? JSON.stringify(items(), null, 2) : csv(items());
    const file = h("a", { href: URL.createObjectURL(new Blob([text])), download: `${name}.${form}` });
    file.click();
    URL.revokeObjectURL(file.href);
  }
  const items = () => [...list.children].map((row) => row.item);

  const apply = () => {
    read();
    drawPause();
    attempt(view, () => load());
  };
  for (const control of [where, from, partition, offset, time]) control.addEventListener("change", apply);
  search.addEventListener("change", apply);
  live.addEventListener("click", () => {
    state.live = state.live === "1" ? "" : "1";
    live.setAttribute("aria-pressed", String(state.live === "1"));
    apply();
  });
  const pause = h("button", { type: "button", onclick: () => {
    state.paused = state.paused ? "" : "1";
    view.remember({ paused: state.paused });
    drawPause();
    if (!state.paused) goOn();
  } });
  let goOn = () => {};
  function drawPause() {
    pause.hidden = state.live !== "1";
    setText(pause, state.paused ? "Go on" : "Pause");
  }
  drawPause();
  view.onLeave(() => reading.abort());
  fill(
    view.page,
    h("div", { class: "page-head" }, h("div", { class: "grow" }, h("div", { class: "crumb" }, link("/console/topics", "Topics")), h("h1", null, name), facts), h("button", { type: "button", class: "ghost", onclick: () => save("json") }, "Save as JSON"), h("button", { type: "button", class: "ghost", onclick: () => save("csv") }, "CSV"), pause, live),
    h("form", { class: "bar", onsubmit: (event) => { event.preventDefault(); apply(); } }, h("div", { class: "grow" }, search), where, from, offset, time, partition),
    h("section", { class: "card", "aria-label": "Messages" }, h("header", { class: "card-head" }, h("h2", null, "Messages"), told), list, foot),
  );
  search.classList.add("full");
  offset.hidden = state.from !== "offset";
  time.hidden = state.from !== "time";
  const { topics } = await get("/api/topics", view.signal);
  const known = topics.find((each) => each.name === name);
  if (known) {
    setText(facts, `${f.count(known.messages)} messages in ${known.partitions.length} partitions: ` + known.partitions.map((part) => `${part.start}–${part.end}`).join(", "));
    for (const part of known.partitions) partition.append(h("option", { value: part.partition, selected: String(part.partition) === state.partition }, "Partition " + part.partition));
  }
  await load();
}

/** As RFC 4180 has it; a cell that a spreadsheet would take for a formula is told to be text. */
function csv(items) {
  const cell = (value) => `"${String(value ?? "").replace(/^[=+@-]/, "'$&").replaceAll('"', '""')}"`;
  const row = (each) => [each.time, each.partition, each.offset, each.key, each.text ?? each.base64, each.cut].map(cell).join();
  return ["time,partition,offset,key,value,cut", ...items.map(row)].join("\r\n");
}

/** A time as the input for local times wants it. */
function local(text) {
  const at = new Date(text);
  return new Date(at - at.getTimezoneOffset() * 60000).toISOString().slice(0, 19);
}

// How the process is: health, what it uses, and the settings in force.

import { h, fill, refresh, card, table, badge, icon } from "./dom.js";
import { get } from "./api.js";
import { poll } from "./live.js";
import * as f from "./format.js";

export async function show(view) {
  view.title("System");
  const health = h("div");
  const uses = h("dl", { class: "facts" });
  const search = h("input", { type: "search", "aria-label": "Search settings", placeholder: "Search", value: view.parameters.get("q") ?? "", oninput: () => filter() });
  const rows = h("tbody");
  let system;
  fill(
    view.page,
    h("div", { class: "page-head" }, h("div", { class: "grow" }, h("h1", null, "System"), h("p", null, "How the platform is, and how it is set up.")), h("a", { class: "button", href: "/docs/" }, "HTTP interface", icon("external")), h("a", { class: "button", href: "/metrics" }, "Metrics", icon("external"))),
    h("div", { class: "grid" }, h("div", { class: "w6" }, card("Health", {}, health)), h("div", { class: "w6" }, card("This process", {}, uses))),
    card("Settings in force", { aside: search }, h("div", { class: "table-wrap" }, h("table", { class: "compact" }, h("thead", null, h("tr", null, h("th", null, "key"), h("th", null, "value"))), rows))),
  );

  function filter() {
    view.remember({ q: search.value });
    fill(rows, Object.entries(system.settings).filter(([key, value]) => (key + value).toLowerCase().includes(search.value.toLowerCase())).map(([key, value]) => h("tr", null, h("td", { class: "mono" }, key), h("td", { class: "mono" }, value === "" ? h("span", { class: "faint" }, "not set") : value))));
  }

  async function load() {
    const [now, parts] = await Promise.all([get("/api/system", view.signal), get("/health", view.signal).catch((failure) => failure.problem ?? { parts: {} })]);
    system = now;
    refresh(health, parts, () => table([
      { title: "Part", cell: ([name]) => name },
      { title: "State", class: "tight", cell: ([, part]) => badge(part.status, part.error ? "bad" : "good") },
      { title: "", cell: ([, part]) => part.error ?? "" },
    ], Object.entries(parts.parts), { label: "Health" }));
    const facts = [["version", now.version], ["up", f.duration(now.up_seconds)], ["heap", f.bytes(now.heap_used_bytes) + " of " + f.bytes(now.heap_max_bytes)], ["time series on disk", f.bytes(now.series_bytes)], ["Java", now.java], ["Kafka", now.kafka], ["machine", now.os + ", " + now.processors + " processors"]];
    fill(uses, facts.map(([name, value]) => [h("dt", null, name), h("dd", { class: "num" }, value)]));
  }

  await load();
  filter();
  poll(view, load, 1500);
}

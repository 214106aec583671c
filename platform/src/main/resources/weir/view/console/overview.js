// The whole platform at a glance: the flow with its rates and lag, events per second, the books, who speaks.

import { h, fill, refresh, setText, card, badge, link, deviceLink, empty, segments } from "./dom.js";
import { get, settings } from "./api.js";
import { attempt, poll } from "./live.js";
import { deliveryTotals } from "./deliveries.js";
import { chart } from "./chart.js";
import { messages } from "./messages.js";
import * as f from "./format.js";

const WINDOWS = [5, 10, 30, 60, 120];

export async function show(view) {
  view.title("Overview");
  const minutes = WINDOWS.includes(+view.parameters.get("minutes")) ? +view.parameters.get("minutes") : 5;
  const flow = flowPicture();
  const rates = ratesCard(view, minutes);
  const books = booksCard();
  const talkers = rankCard("Top talkers", "Messages per second by device, over the last minute.", deviceLink);
  const types = rankCard("By device type", "Messages per second by type, over the last minute.", (name) => link("/console/devices?type=" + encodeURIComponent(name), name));
  const recent = messages(view, {
    raw: true,
    figures: (figures) => {
      notice.hidden = !figures.trouble;
      setText(notice, figures.trouble ? "The log cannot be read now: " + figures.trouble : "");
      flow.set(figures);
      books.set(figures.books);
      talkers.set(figures.devices);
      types.set(figures.types.slice(0, 8));
    },
  });
  const registrations = registrationsCard();
  const notice = h("div", { class: "notice bad", role: "alert", hidden: true });
  fill(
    view.page,
    h("div", { class: "page-head" }, h("div", { class: "grow" }, h("h1", null, "Overview"), h("p", null, "What flows through the platform now."))),
    notice,
    flow.element,
    h("div", { class: "grid" }, h("div", { class: "w8" }, rates.element), h("div", { class: "w4" }, books.element)),
    h("div", { class: "grid" }, h("div", { class: "w4" }, talkers.element), h("div", { class: "w4" }, types.element), h("div", { class: "w4" }, registrations.element)),
    recent.element,
  );
  recent.start();
  attempt(view, async () => flow.nameLog((await settings(view.signal))["topics.raw"]));
  const others = async () => {
    const [health, sending] = await Promise.all([get("/health", view.signal).catch((failure) => failure.problem), deliveryTotals(view.signal), registrations.load(view)]);
    flow.health(health);
    flow.deliveries(sending);
  };
  attempt(view, others);
  poll(view, others, 1500);
}

function flowPicture() {
  const nodes = {
    doors: node("Doors", "MQTT and HTTP"),
    log: node("Log", "", "/console/topics"),
    pipeline: node("Pipeline", "decode, enrich"),
    aside: node("Set aside", "dead letters", "/console/dead-letters"),
    series: node("Time series", "stored", "/console/devices"),
    applications: node("Applications", "by device type", "/console/applications"),
  };
  const figureList = [["raw", "Raw"], ["enriched", "Enriched"], ["trends", "Trends since start"], ["online", "Devices online"]].map(([name, label]) => {
    const big = h("span", { class: "big" }, "–");
    return [name, h("div", { class: "figure", dataset: { figure: name } }, h("span", { class: "label" }, label), big), big];
  });
  const delivery = { text: "topics by type", warning: "" };
  const sending = speed();
  let trouble = "";
  let parts = new Map();
  const judge = () => {
    const wrong = (...names) => names.map((name) => parts.get(name)).find(Boolean);
    nodes.doors.wrong(wrong("log of the doors", "mqtt broker", "work queue"));
    nodes.log.wrong(trouble || wrong("log", "disk budget"));
    nodes.pipeline.wrong(wrong("pipeline"));
    nodes.applications.wrong(wrong("subscriber"));
    nodes.series.wrong(wrong("series writer", "series store"));
  };
  const pipes = { a: pipe(), b: pipe(), c: pipe(), d: pipe("down") };
  const element = h(
    "section",
    { class: "card flow", "aria-label": "Flow" },
    h("div", { class: "flow-main" }, nodes.doors.element, pipes.a.element, nodes.log.element, pipes.b.element, nodes.pipeline.element, pipes.c.element, h("div", { class: "flow-sinks" }, nodes.series.element, nodes.applications.element)),
    h("div", { class: "flow-aside" }, h("div", { class: "flow-figures" }, figureList.map(([, element]) => element)), h("div", { class: "flow-branch" }, pipes.d.element, nodes.aside.element)),
  );
  return {
    element,
    set(figures) {
      const { raw, enriched, stored, set_aside: aside, lag, gauges } = figures;
      trouble = figures.trouble;
      // While the log is away the totals stand still, and the last rates would be told for ever.
      const of = (rate) => (trouble ? undefined : rate);
      nodes.doors.set(of(raw.rate), gauges.connections === undefined ? "" : f.count(gauges.connections) + " devices connected", gauges.refused ? f.count(gauges.refused) + " refused" : "");
      nodes.log.set(of(raw.rate), f.short(raw.total) + " accepted", "");
      nodes.pipeline.set(of(enriched.rate), "lag " + f.short(lag.pipeline), lag.retry > 0 ? f.short(lag.retry) + " retry later" : "");
      nodes.series.set(of(stored.rate), "lag " + f.short(lag.series), "");
      nodes.aside.set(of(aside.rate), f.short(aside.total) + " in all", "");
      // Without the deliveries of before, all of them would seem to have been made now.
      nodes.applications.set(delivery.attempts === undefined ? undefined : of(sending(figures.at, (gauges.sent ?? 0) + delivery.attempts)), delivery.text, delivery.warning);
      pipes.a.set(of(raw.rate) ?? 0);
      pipes.b.set(of(enriched.rate + aside.rate) ?? 0);
      pipes.c.set(of(stored.rate) ?? 0);
      pipes.d.set(of(aside.rate) ?? 0);
      const now = { raw: raw.total, enriched: enriched.total, trends: figures.trends.total, online: gauges.online ?? gauges.connections };
      for (const [name, , big] of figureList) setText(big, f.count(now[name]));
      nodes.pipeline.lag(lag.pipeline, raw.rate);
      nodes.series.lag(lag.series, enriched.rate);
      judge();
    },
    deliveries(totals) {
      delivery.attempts = totals?.attempts ?? 0;
      delivery.text = totals?.items.length ? f.short(totals.waiting) + " deliveries wait" : "topics by type";
      const ill = totals ? totals.counts.disabled + totals.counts.failing : 0;
      delivery.warning = [ill ? f.count(ill) + " failing" : "", totals?.parked ? f.short(totals.parked) + " parked" : ""].filter(Boolean).join(", ");
    },
    nameLog(topic) {
      nodes.log.element.setAttribute("href", "/console/topics/" + encodeURIComponent(topic));
      setText(nodes.log.element.querySelector(".flow-subtitle"), topic);
    },
    health(health) {
      parts = new Map(Object.entries(health?.parts ?? {}).map(([name, part]) => [name, part.error]));
      judge();
    },
  };
}

/** How fast a total grows, over the last ten seconds or so. */
function speed() {
  const past = [];
  return (at, total) => {
    past.push([Date.parse(at) / 1000, total]);
    while (past.length > 2 && past.at(-1)[0] - past[0][0] > 10) past.shift();
    const [since, before] = past[0];
    const seconds = past.at(-1)[0] - since;
    return seconds > 0 ? Math.max(0, (total - before) / seconds) : 0;
  };
}

function node(title, subtitle, path) {
  const rate = h("span", { class: "num" }, "–");
  const line = h("span", { class: "flow-line num" }, " ");
  const warn = h("span", { class: "flow-line warn num" });
  const light = h("i", { class: "dot" });
  const element = h(
    path ? "a" : "div",
    { class: "flow-node", href: path, dataset: path ? { link: "", stage: title } : { stage: title } },
    h("span", { class: "flow-title" }, light, title, h("span", { class: "faint flow-subtitle" }, subtitle)),
    h("span", { class: "flow-rate" }, rate, h("span", { class: "unit" }, " /s")),
    line,
    warn,
  );
  let error = "";
  return {
    element,
    set(perSecond, text, warning) {
      setText(rate, f.rate(perSecond));
      setText(line, text || " ");
      if (!error) setText(warn, warning);
      if (!error) light.className = "dot good";
    },
    lag(waiting, perSecond) {
      if (!error && waiting > Math.max(1000, perSecond * 5)) light.className = "dot warn";
    },
    wrong(text) {
      error = text ?? "";
      if (error) {
        light.className = "dot bad";
        setText(warn, error);
      }
    },
  };
}

function pipe(direction) {
  const element = h("div", { class: "flow-pipe " + (direction ?? ""), "aria-hidden": "true" });
  return {
    element,
    set(rate) {
      element.classList.toggle("moving", rate > 0);
      const width = rate > 0 ? Math.min(10, 2 + Math.log10(1 + rate) * 2) : 2;
      element.style.setProperty("--width", width.toFixed(1) + "px");
    },
  };
}

function ratesCard(view, initial) {
  let minutes = initial;
  const lines = chart({
    label: "Events per second",
    height: 248,
    fromZero: true,
    gap: 200,
    format: f.rate,
    empty: "Rates appear here within seconds.",
    series: [
      { name: "raw", color: "c6" },
      { name: "enriched", color: "c1", fill: true },
      { name: "stored", color: "c2" },
      { name: "trends", color: "c5" },
      { name: "set aside", color: "c3" },
    ],
    hidden: view.parameters.get("hide"),
    onHide: (hide) => view.remember({ hide }),
  });
  const load = async () => {
    const past = await get("/api/live/history?minutes=" + minutes, view.signal);
    const to = Date.parse(past.to) / 1000;
    lines.set({ times: past.times, values: [past.raw, past.enriched, past.stored, past.trends, past.set_aside], from: to - minutes * 60, to, step: past.step_seconds });
  };
  const element = card(
    "Events per second",
    { aside: segments("Window", WINDOWS.map((each) => [each, each + " min"]), minutes, (chosen) => {
      minutes = chosen;
      view.remember({ minutes: chosen === 5 ? "" : chosen });
      attempt(view, load);
    }) },
    lines.element,
  );
  attempt(view, load);
  poll(view, load, 2000);
  view.onLeave(lines.close);
  return { element };
}

function booksCard() {
  const verdict = h("span", { class: "badge" }, "–");
  const sums = ["accepted", "stored", "set_aside", "waiting"].map((name) => [name, h("span", { class: "num" }, "–")]);
  const bar = h("div", { class: "books-bar", "aria-hidden": "true" });
  const parts = ["stored", "set_aside", "waiting"].map((name) => bar.appendChild(h("i", { class: name })));
  const families = h("tbody");
  const findings = h("ul", { class: "findings" });
  const texts = { accepted: "accepted", stored: "stored", set_aside: "set aside", waiting: "waiting" };
  const element = card(
    "The books",
    { aside: verdict },
    h("dl", { class: "books" }, sums.map(([name, number]) => h("div", null, h("dt", null, h("i", { class: "key " + name }), texts[name]), h("dd", null, number)))),
    bar,
    h("div", { class: "table-wrap" }, h("table", { class: "compact" }, h("thead", null, h("tr", null, h("th", null, "family"), h("th", { class: "num" }, "accepted"), h("th", { class: "num" }, "stored"), h("th", { class: "num" }, "aside"))), families)),
    findings,
  );
  return {
    element,
    set(books) {
      setText(verdict, books.balanced ? "balanced" : "gap");
      verdict.className = "badge " + (books.balanced ? "good" : "bad");
      for (const [name, number] of sums) setText(number, f.count(books[name]));
      const whole = Math.max(1, books.accepted);
      ["stored", "set_aside", "waiting"].forEach((name, i) => parts[i].style.setProperty("flex-grow", String(books[name] / whole)));
      while (families.children.length < books.families.length) families.append(h("tr", null, h("td"), h("td", { class: "num" }), h("td", { class: "num" }), h("td", { class: "num" })));
      books.families.forEach((line, i) => [line.family, f.count(line.accepted), f.count(line.stored), f.count(line.set_aside)].forEach((text, cell) => setText(families.children[i].children[cell], text)));
      fill(findings, books.findings.map((finding) => h("li", null, finding)));
    },
  };
}

function rankCard(title, hint, name) {
  const list = h("ol", { class: "rank" });
  const nothing = empty("Nobody speaks.", "Connect a device, or start the simulator.");
  nothing.hidden = true;
  const element = card(title, { class: "rank-card" }, list, nothing);
  element.title = hint;
  return {
    element,
    set(rows) {
      nothing.hidden = rows.length > 0;
      const most = Math.max(...rows.map((row) => row.rate), 1e-9);
      while (list.children.length > rows.length) list.lastChild.remove();
      rows.forEach((row, i) => {
        let item = list.children[i];
        if (!item) item = list.appendChild(h("li", null, h("span", { class: "rank-name" }), h("span", { class: "num" }), h("i", { class: "rank-bar" })));
        if (item.dataset.name !== row.name) {
          item.dataset.name = row.name;
          fill(item.children[0], name(row.name));
        }
        setText(item.children[1], f.rate(row.rate));
        item.children[2].style.setProperty("width", ((row.rate / most) * 100).toFixed(1) + "%");
      });
    },
  };
}

function registrationsCard() {
  const body = h("div", null, h("p", { class: "faint" }, "…"));
  return {
    element: card("Registrations by device type", { class: "rank-card" }, body),
    async load(view) {
      const { applications } = await get("/api/applications", view.signal);
      const byType = new Map();
      for (const application of applications) {
        for (const type of application.devicetypes) byType.set(type, [...(byType.get(type) ?? []), application]);
      }
      refresh(body, [...byType], () => (byType.size === 0 ? empty("No application has registered.", "Applications register for device types; each gets only theirs.") : h("dl", { class: "registrations" }, [...byType].map(([type, list]) => [
        h("dt", null, type, " ", badge(list.length)),
        h("dd", null, list.map((application, i) => [i ? ", " : "", link("/console/applications/" + application.id, application.name)])),
      ]))));
    },
  };
}

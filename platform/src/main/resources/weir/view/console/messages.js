// Recent messages as they come, newest first. Paused, it keeps what it has and counts what it holds back.

import { h, fill, setText, card, deviceLink, eventLink, segments, link } from "./dom.js";
import { stream } from "./live.js";
import * as f from "./format.js";

const ROWS_MAX = 60;

/**
 * @param options.application only what this application may see
 * @param options.device only this device
 * @param options.raw offers messages as received, too
 * @param options.figures called with the figures of the platform, over the same stream
 */
export function messages(view, options) {
  const list = h("ul", { class: "messages" });
  const nothing = h("p", { class: "faint messages-none" }, "Waiting for the next message …");
  const left = h("span", { class: "faint num" });
  const pause = h("button", { type: "button", class: "small", "aria-pressed": "false", onclick: () => {
    paused = !paused;
    view.remember({ paused: paused ? "1" : "" });
    showPause();
    if (!paused) {
      held.splice(0).forEach(add);
      tell();
    }
  } }, "Pause");
  const forms = [["enriched", "Enriched"], ["trends", "Trends"], ...(options.raw ? [["raw", "Raw"]] : [])];
  let form = forms.some(([name]) => name === view.parameters.get("messages")) ? view.parameters.get("messages") : "enriched";
  let paused = view.parameters.get("paused") === "1";
  let told = {};
  let held = [];
  let end = () => {};

  function start() {
    end();
    fill(list);
    nothing.hidden = false;
    [told, held] = [{}, []];
    tell();
    const parameters = new URLSearchParams(options.figures ? {} : { figures: "false" });
    if (options.application) parameters.set("application", options.application);
    if (options.device) parameters.set("device", options.device);
    if (form === "trends") parameters.set("kind", "trends");
    if (form === "raw") parameters.set("messages", "raw");
    const count = (name) => (n) => {
      told[name] = (told[name] ?? 0) + n;
      tell();
    };
    end = stream(view, "/api/live?" + parameters, {
      ...(options.figures ? { figures: options.figures } : {}),
      message: (message) => {
        if (!paused) {
          add(message);
          return;
        }
        held.push(message);
        if (held.length > ROWS_MAX) {
          held.shift();
          count("missed")(1);
        }
        tell();
      },
      sampled: count("sampled"),
      skipped: count("skipped"),
      missed: count("missed"),
    });
  }

  function showPause() {
    pause.setAttribute("aria-pressed", String(paused));
    setText(pause, paused ? "Go on" : "Pause");
  }

  function add(message) {
    nothing.hidden = true;
    list.prepend(row(message));
    while (list.children.length > ROWS_MAX) list.lastChild.remove();
  }

  function tell() {
    const parts = [];
    if (held.length) parts.push(f.count(held.length) + " held back");
    if (told.sampled) parts.push(f.count(told.sampled) + " more not shown");
    if (told.skipped) parts.push(f.count(told.skipped) + " passed unread");
    if (told.missed) parts.push(f.count(told.missed) + " missed");
    setText(left, parts.join(", "));
  }

  showPause();
  const element = card(
    options.title ?? "Recent messages",
    { class: "messages-card", aside: h("div", { class: "bar" }, left, segments("Form", forms, form, (chosen) => {
      form = chosen;
      view.remember({ messages: chosen === "enriched" ? "" : chosen });
      start();
    }), pause) },
    list,
    nothing,
  );
  return { element, start };
}

function row(message) {
  const details = h("details", null);
  const summary = h(
    "summary",
    null,
    h("span", { class: "num faint m-time" }, f.time(message.received_at)),
    h("span", { class: "m-device" }, deviceLink(message.device_id)),
    h("span", { class: "m-kind" }, message.kind ?? message.door),
    h("span", { class: "m-text mono" }, summaryText(message)),
  );
  details.append(summary);
  details.addEventListener("toggle", () => {
    if (!details.open || details.children.length > 1) return;
    details.append(
      h("div", { class: "m-more" },
        h("p", { class: "soft" }, "Event ", eventLink(message.event_id, message.device_id), " at ", link(`/console/topics/${message.topic}?partition=${message.partition}&from=offset&offset=${message.offset}`, `${message.topic}-${message.partition}@${message.offset}`), ", ", f.bytes(message.bytes)),
        h("pre", null, message.event ? JSON.stringify(message.event, null, 2) : message.text ?? (message.kind ? "It is too long to be shown here; its place shows it whole." : "These bytes are not text.")),
      ),
    );
  });
  return h("li", null, details);
}

/** The few words that say most: measurements of an enriched message, or the payload. */
function summaryText(message) {
  if (!message.event) return (message.path ? message.path + "  " : "") + f.start(message.text ?? message.bytes + " bytes");
  const event = message.event;
  if (Array.isArray(event.trends)) return f.start(event.trends.map((trend) => `${trend.c} ${trend.avg ?? trend.v}`).join("  "));
  const own = event.measurements ?? Object.fromEntries(Object.entries(event).slice(7));
  const parts = Object.entries(own).filter(([name]) => !BLOCKS.has(name)).map(([name, value]) => name + " " + brief(value));
  return f.start(parts.join("  "));
}

const BLOCKS = new Set(["device_metadata", "measurement_metadata", "application_registry", "enrichment_info", "data_quality", "event_id", "sequence"]);

function brief(value) {
  if (value === null || typeof value !== "object") return String(value);
  return Object.entries(value).filter(([name]) => name !== "unit").map(([, each]) => (typeof each === "object" ? "…" : each)).join("/") + (value.unit ? " " + value.unit : "");
}

// Records of the log as a list that opens: headers, text, JSON or bytes.

import { h, fill, deviceLink, eventLink, link, segments } from "./dom.js";
import { get } from "./api.js";
import * as f from "./format.js";

/** @param options.key false leaves the key out */
export function records(items, options) {
  return h("ul", { class: "records" }, items.map((item) => record(item, options)));
}

export function record(item, options) {
  const details = h(
    "details",
    null,
    h(
      "summary",
      null,
      h("span", { class: "num faint" }, f.time(item.time)),
      h("span", { class: "mono faint" }, `${item.partition}@${item.offset}`),
      options?.key === false ? null : h("span", { class: "r-key" }, item.key ?? "–"),
      h("span", { class: "m-text mono" }, item.deleted ? "deleted" : f.start(item.text ?? item.base64)),
    ),
  );
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) details.append(inside(item));
  });
  return h("li", { ".item": item }, details);
}

/** Everything about one record; a long one is asked for whole. */
export function inside(item) {
  const box = h("div", { class: "m-more" }, "…");
  if (item.cut) {
    const whole = get(`/api/topics/${item.topic}/messages/${item.partition}/${item.offset}`);
    whole.then((found) => fill(box, facts(found), payload(found)), (failure) => fill(box, facts(item), h("p", { class: "form-error", role: "alert" }, failure.message)));
  } else fill(box, facts(item), payload(item));
  return box;
}

function facts(item) {
  const id = item.headers.find((header) => header.name === "event-id")?.text;
  const place = `${item.topic}-${item.partition}@${item.offset}`;
  const known = [
    ["place", h("span", { class: "mono" }, link(`/console/topics/${item.topic}?partition=${item.partition}&from=offset&offset=${item.offset}`, place))],
    item.key && ["key", deviceLink(item.key)],
    id && ["event", eventLink(id, item.key)],
    ["size", f.bytes(item.bytes)],
    ...item.headers.filter((header) => header.name !== "event-id").map((header) => [header.name, h("span", { class: "mono" }, header.text ?? header.bytes + " bytes, not text")]),
  ];
  return h("dl", { class: "facts" }, known.filter(Boolean).map(([name, value]) => [h("dt", null, name), h("dd", null, value)]));
}

function payload(item) {
  if (item.deleted) return null;
  const json = parsed(item.text);
  const forms = [...(json === undefined ? [] : [["json", "JSON"]]), ...(item.text === null ? [] : [["text", "As it is"]]), ["hex", "Bytes"]];
  const shown = h("pre");
  const draw = (form) => fill(shown, form === "json" ? JSON.stringify(json, null, 2) : form === "text" ? item.text : hex(bytesOf(item)));
  draw(forms[0][0]);
  return [h("div", { class: "bar payload-forms" }, segments("Form", forms, forms[0][0], draw)), h("div", { class: "payload" }, shown)];
}

export function parsed(text) {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function bytesOf(item) {
  if (item.text !== null) return new TextEncoder().encode(item.text);
  return Uint8Array.from(atob(item.base64), (c) => c.charCodeAt(0));
}

const HEX_MAX = 65_536;

/** As `hexdump -C` shows them. */
export function hex(bytes) {
  const lines = [];
  for (let i = 0; i < Math.min(bytes.length, HEX_MAX); i += 16) {
    const row = [...bytes.slice(i, i + 16)];
    lines.push(i.toString(16).padStart(6, "0") + "  " + row.map((b) => b.toString(16).padStart(2, "0")).join(" ").padEnd(48) + " " + row.map((b) => (b >= 32 && b < 127 ? String.fromCharCode(b) : ".")).join(""));
  }
  if (bytes.length > HEX_MAX) lines.push(`… and ${f.count(bytes.length - HEX_MAX)} bytes more`);
  return lines.join("\n") || "no bytes";
}

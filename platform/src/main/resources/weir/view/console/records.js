// Records of the log as a list that opens: headers, text, JSON or bytes.

import { h, deviceLink, eventLink, segments } from "./dom.js";
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
      h("span", { class: "m-text mono" }, item.deleted ? "deleted" : item.text ?? item.base64),
    ),
  );
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) details.append(inside(item));
  });
  return h("li", null, details);
}

/** Everything about one record. */
export function inside(item) {
  const id = item.headers.find((header) => header.name === "event-id")?.text;
  const box = h("div", { class: "payload" });
  const json = parsed(item.text);
  const forms = [...(json === undefined ? [] : [["json", "JSON"]]), ...(item.text === null ? [] : [["text", "As it is"]]), ["hex", "Bytes"]];
  let whole = item;
  async function draw(form) {
    if (whole.cut) whole = await get(`/api/topics/${item.topic}/messages/${item.partition}/${item.offset}`);
    box.replaceChildren(h("pre", null, form === "json" ? JSON.stringify(parsed(whole.text) ?? json, null, 2) : form === "text" ? whole.text : hex(bytesOf(whole))));
  }
  const element = h(
    "div",
    { class: "m-more" },
    h("dl", { class: "facts" }, h("dt", null, "place"), h("dd", { class: "mono" }, `${item.topic}-${item.partition}@${item.offset}`), item.key ? [h("dt", null, "key"), h("dd", null, deviceLink(item.key))] : null, id ? [h("dt", null, "event"), h("dd", null, eventLink(id))] : null, h("dt", null, "size"), h("dd", null, f.bytes(item.bytes)), item.headers.filter((header) => header.name !== "event-id").map((header) => [h("dt", null, header.name), h("dd", { class: "mono" }, header.text ?? header.bytes + " bytes, not text")])),
    item.deleted ? null : [h("div", { class: "bar payload-forms" }, segments("Form", forms, forms[0][0], draw)), box],
  );
  if (!item.deleted) draw(forms[0][0]);
  return element;
}

function parsed(text) {
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

/** As `hexdump -C` shows them. */
export function hex(bytes) {
  const lines = [];
  for (let i = 0; i < Math.min(bytes.length, 16384); i += 16) {
    const row = [...bytes.slice(i, i + 16)];
    lines.push(i.toString(16).padStart(6, "0") + "  " + row.map((b) => b.toString(16).padStart(2, "0")).join(" ").padEnd(48) + " " + row.map((b) => (b >= 32 && b < 127 ? String.fromCharCode(b) : ".")).join(""));
  }
  return lines.join("\n") || "no bytes";
}

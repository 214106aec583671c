// Builds the page. Text only ever becomes text: there is no way here to turn a string into HTML.

const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = new Set(["svg", "path", "circle", "rect", "line", "g", "text", "title"]);

/** An element. Attributes: `class`, `on…` handlers, `dataset`, properties named with a dot, others as they are. */
export function h(tag, attributes, ...children) {
  const element = SVG_TAGS.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name.startsWith(".")) element[name.slice(1)] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

const shown = new WeakMap();

/**
 * Fills a part of a live page anew, but only when its facts have changed. What was open (a `details` with a
 * `data-key`) stays open, and the focus stays on the same control. It waits for the next time while something in it
 * is pressed, which would not be clicked if it were replaced in between.
 */
export function refresh(element, facts, build) {
  const now = JSON.stringify(facts);
  if (shown.get(element) === now || element.matches(":active")) return;
  shown.set(element, now);
  const open = new Set([...element.querySelectorAll("details[open]")].map((each) => each.dataset.key));
  const controls = () => [...element.querySelectorAll("a, button, summary, input, select")];
  const at = controls().indexOf(document.activeElement);
  const text = document.activeElement?.textContent;
  fill(element, build());
  for (const each of element.querySelectorAll("details[data-key]")) each.open = open.has(each.dataset.key);
  if (at < 0) return;
  const fresh = controls();
  (fresh[at]?.textContent === text ? fresh[at] : fresh.find((each) => each.textContent === text))?.focus({ preventScroll: true });
}

/** Sets the text of an element only when it differs, so that a live page repaints little. */
export function setText(element, text) {
  const wanted = String(text);
  if (element.textContent !== wanted) element.textContent = wanted;
}

const ICONS = {
  overview: "M3 12h4l3-8 4 16 3-8h4",
  devices: "M7 3h10a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zM10 17h4",
  applications: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
  topics: "M4 6h16M4 12h16M4 18h10",
  deadletters: "M4 6h16v12H4zM4 7l8 6 8-6",
  deliveries: "M4 12h13M12 6l6 6-6 6",
  simulator: "M6 4v16l13-8z",
  system: "M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM12 2v3M12 19v3M4.900 4.900l2.100 2.100M17 17l2.100 2.100M2 12h3M19 12h3M4.900 19.100l2.100-2.100M17 7l2.100-2.100",
  theme: "M12 3a9 9 0 1 0 9 9 7 7 0 0 1-9-9z",
  out: "M10 4H5v16h5M14 8l4 4-4 4M18 12H9",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l5 5",
  close: "M6 6l12 12M18 6L6 18",
  external: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
};

export function icon(name) {
  return h(
    "svg",
    { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" },
    h("path", { d: ICONS[name] ?? "" }),
  );
}

export function card(title, options, ...children) {
  return h(
    "section",
    { class: "card " + (options?.class ?? ""), "aria-label": title },
    h("header", { class: "card-head" }, h("h2", null, title), options?.aside),
    children,
  );
}

export function badge(text, tone) {
  return h("span", { class: "badge " + (tone ?? "") }, text);
}

export function link(path, ...children) {
  return h("a", { href: path, dataset: { link: "" } }, children);
}

export function deviceLink(id) {
  return id ? link("/console/devices/" + encodeURIComponent(id), id) : h("span", { class: "faint" }, "–");
}

/** The page of an event, which is known by its id and its device: two devices may use one id. */
export function eventPath(id, device) {
  return "/console/events/" + encodeURIComponent(id) + (device ? "?device=" + encodeURIComponent(device) : "");
}

export function eventLink(id, device) {
  return id ? h("span", { class: "mono" }, link(eventPath(id, device), id)) : "–";
}

export function empty(title, ...more) {
  return h("div", { class: "empty" }, h("p", { class: "empty-title" }, title), more.length ? h("p", null, more) : null);
}

/** A row of choices of which one is on. */
export function segments(label, choices, current, onChoose) {
  const row = h("div", { class: "segments", role: "group", "aria-label": label });
  for (const [value, text] of choices) {
    row.append(
      h("button", { type: "button", "aria-pressed": String(value === current), dataset: { value }, onclick: () => {
        for (const other of row.children) other.setAttribute("aria-pressed", String(other.dataset.value === String(value)));
        onChoose(value);
      } }, text),
    );
  }
  return row;
}

/** A table; each column is `{title, cell(row), class}`. */
export function table(columns, rows, options) {
  return h(
    "div",
    { class: "table-wrap", tabindex: "0", role: "region", "aria-label": options?.label ?? "table" },
    h(
      "table",
      { class: options?.class },
      h("thead", null, h("tr", null, columns.map((column) => h("th", { class: column.class, scope: "col" }, column.title)))),
      h("tbody", null, rows.map((row) => tableRow(columns, row, options))),
    ),
  );
}

export function tableRow(columns, row, options) {
  return h(
    "tr",
    { class: options?.onRow ? "clickable" : undefined, "data-key": options?.key?.(row), onclick: options?.onRow ? (event) => {
      if (!event.target.closest("a, button, input")) options.onRow(row);
    } : undefined },
    columns.map((column) => h("td", { class: column.class, dataset: { title: column.title } }, column.cell(row))),
  );
}

export function copyLine(text, label) {
  const button = h("button", { type: "button", class: "ghost small", "aria-label": "Copy " + label, onclick: async () => {
    try {
      await navigator.clipboard.writeText(text);
      toast("Copied");
    } catch {
      toast("The browser does not allow copying here; select the text instead.", "bad");
    }
  } }, icon("copy"), "Copy");
  return h("div", { class: "copy-line" }, h("code", null, text), button);
}

export function toast(text, tone) {
  const box = h("div", { class: "toast " + (tone ?? ""), role: "status" }, text);
  document.body.append(box);
  setTimeout(() => box.remove(), 4000);
}

export function dialog(title, ...children) {
  const box = h(
    "dialog",
    { class: "dialog", "aria-label": title, onclose: () => box.remove() },
    h("header", { class: "card-head" }, h("h2", null, title), h("button", { type: "button", class: "ghost icon-only", "aria-label": "Close", onclick: () => box.close() }, icon("close"))),
    children,
  );
  document.body.append(box);
  box.showModal();
  return box;
}

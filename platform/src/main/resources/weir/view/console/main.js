// The frame of the console: sign-in, navigation, and which view a path shows.

import { h, fill, setText, icon, link, empty, toast } from "./dom.js";
import { resume, signIn, signOut, whenSignedOut } from "./api.js";

const PLACES = [
  ["overview", "/console/", "Overview"],
  ["devices", "/console/devices", "Devices"],
  ["applications", "/console/applications", "Applications"],
  ["topics", "/console/topics", "Topics"],
  ["deadletters", "/console/dead-letters", "Dead letters"],
  ["simulator", "/console/simulator", "Simulator"],
  ["system", "/console/system", "System"],
];

const VIEWS = [
  [/^\/console\/?$/, "overview", "./overview.js"],
  [/^\/console\/devices$/, "devices", "./devices.js"],
  [/^\/console\/devices\/([^/]+)$/, "devices", "./device.js"],
  [/^\/console\/applications(?:\/([^/]+))?$/, "applications", "./applications.js"],
  [/^\/console\/topics(?:\/([^/]+))?$/, "topics", "./topics.js"],
  [/^\/console\/dead-letters(?:\/([^/]+))?$/, "deadletters", "./deadletters.js"],
  [/^\/console\/events\/([^/]+)$/, "", "./event.js"],
  [/^\/console\/simulator$/, "simulator", "./simulator.js"],
  [/^\/console\/system$/, "system", "./system.js"],
];

const viewAt = (path) => VIEWS.map(([pattern, place, file]) => [path.match(pattern), place, file]).find(([match]) => match);

const app = document.getElementById("app");
let main;
let leave = () => {};
let steady = "idle";

/** Goes to a path of the console without loading the page again. */
function go(path) {
  history.pushState(null, "", path);
  return arrive();
}

/** Shows another page, and takes the keyboard there. */
async function arrive() {
  await show();
  main.focus({ preventScroll: true });
}

/** Changes parameters of the present path in place; the view goes on as it is. */
function remember(parameters) {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined || value === null || value === "") url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  history.replaceState(null, "", url);
  carry();
}

/** Links to a page of the same kind take along those parameters of this one that `data-carry` names. */
function carry() {
  const now = new URLSearchParams(location.search);
  for (const anchor of document.querySelectorAll("a[data-carry]")) {
    const url = new URL(anchor.href);
    for (const name of anchor.dataset.carry.split(" ")) {
      if (now.has(name)) url.searchParams.set(name, now.get(name));
      else url.searchParams.delete(name);
    }
    anchor.setAttribute("href", url.pathname + url.search);
  }
}

async function show() {
  leave();
  leave = () => {};
  const found = viewAt(location.pathname);
  const names = found && namesOf(found[0]);
  for (const item of document.querySelectorAll("nav [data-place]")) {
    if (item.dataset.place === found?.[1]) item.setAttribute("aria-current", "page");
    else item.removeAttribute("aria-current");
  }
  if (!names) {
    fill(main, empty("There is no such page.", link("/console/", "Go to the overview")));
    return;
  }
  const path = location.href;
  const life = new AbortController();
  const leavers = [() => life.abort()];
  leave = () => leavers.splice(0).forEach((leaver) => leaver());
  const page = h("div", { class: "page" });
  const view = await import(found[2]).catch((failure) => console.error(failure));
  if (location.href !== path) return;
  fill(main, page);
  if (!view) {
    fill(page, failed(new Error("The platform does not answer."), comeBack));
    return;
  }
  window.scrollTo(0, 0);
  pulse("idle");
  const slow = setTimeout(() => page.children.length || fill(page, h("p", { class: "faint", role: "status" }, "Loading …")), 400);
  leavers.push(() => clearTimeout(slow));
  try {
    await view.show({
      page,
      names,
      parameters: new URLSearchParams(location.search),
      signal: life.signal,
      onLeave: (leaver) => (life.signal.aborted ? leaver() : leavers.push(leaver)),
      go,
      remember,
      carry,
      pulse,
      title: (text) => (document.title = text + " · Weir"),
    });
    performance.mark("weir-shown");
    page.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  } catch (failure) {
    if (failure.name === "AbortError" || life.signal.aborted) return;
    fill(page, failed(failure, show));
  }
}

/** The parts of a path that name something; null when they are no text. */
function namesOf(match) {
  try {
    return match.slice(1).map((name) => name && decodeURIComponent(name));
  } catch {
    return null;
  }
}

/** Loads the page anew once somebody answers: a browser may not ask again for a part that it did not get. */
async function comeBack() {
  const answers = await fetch("/api/session").then(() => true, () => false);
  if (answers) location.reload();
}

function failed(failure, again) {
  return h(
    "div",
    { class: "empty bad", role: "alert" },
    h("p", { class: "empty-title" }, failure.status === 404 ? "There is no such thing." : "This could not be shown."),
    h("p", null, failure.message),
    h("button", { type: "button", onclick: () => again() }, "Try again"),
  );
}

function frame() {
  main = h("main", { id: "main", tabindex: "-1" });
  fill(
    app,
    h("a", { class: "skip", href: "#main", onclick: (event) => {
      event.preventDefault();
      main.focus();
    } }, "Skip to the content"),
    h(
      "aside",
      { class: "side" },
      h("a", { class: "brand", href: "/console/", dataset: { link: "" } }, h("img", { src: "/console/assets/weir.svg", alt: "", width: 28, height: 28 }), "Weir"),
      h(
        "nav",
        { "aria-label": "Main" },
        PLACES.map(([place, path, text]) => h("a", { href: path, dataset: { link: "", place } }, icon(place), h("span", null, text))),
      ),
      h(
        "div",
        { class: "side-foot" },
        h("span", { id: "pulse", class: "pulse", role: "status" }, "connecting"),
        h("button", { type: "button", class: "ghost icon-only", "aria-label": "Light or dark", title: "Light or dark", onclick: switchTheme }, icon("theme")),
        h("button", { type: "button", class: "ghost icon-only", "aria-label": "Sign out", title: "Sign out", onclick: () => signOut().then(login, (failure) => toast(failure.message, "bad")) }, icon("out")),
      ),
    ),
    main,
  );
  show();
}

/** What the small light at the bottom says of the connection; "well" takes back what was wrong. */
function pulse(state, why) {
  const light = document.getElementById("pulse");
  if (!light) return;
  if (state === "live" || state === "idle") steady = state;
  const shown = state === "well" ? steady : state;
  light.className = "pulse " + (shown === "refused" ? "lost" : shown);
  light.title = why ?? "";
  setText(light, { live: "live", lost: "reconnecting", idle: "connected" }[shown] ?? shown);
}

function switchTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("weir-theme", root.dataset.theme);
  window.dispatchEvent(new Event("weir-theme"));
}

function login() {
  leave();
  document.title = "Sign in · Weir";
  const token = h("input", { type: "password", id: "token", name: "token", autocomplete: "current-password", required: true, "aria-describedby": "login-hint" });
  const wrong = h("p", { class: "form-error", role: "alert" });
  fill(
    app,
    h(
      "form",
      { class: "login", onsubmit: async (event) => {
        event.preventDefault();
        wrong.textContent = "";
        try {
          await signIn(token.value.trim());
          frame();
        } catch (failure) {
          wrong.textContent = failure.message;
          token.select();
        }
      } },
      h("img", { src: "/console/assets/weir.svg", alt: "", width: 44, height: 44 }),
      h("h1", null, "Weir"),
      h("label", { for: "token" }, "Admin token"),
      token,
      wrong,
      h("button", { type: "submit", class: "primary" }, "Sign in"),
      h("p", { class: "hint", id: "login-hint" }, "It was printed at the first start, or is what WEIR_ADMIN_TOKEN says."),
    ),
  );
  token.focus();
}

document.addEventListener("click", (event) => {
  const anchor = event.target.closest?.("a[data-link]");
  if (!anchor || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  go(anchor.getAttribute("href"));
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, select, textarea")) return;
  const search = main?.querySelector("input[type=search]");
  if (!search) return;
  event.preventDefault();
  search.focus();
});
window.addEventListener("popstate", () => main?.isConnected && arrive());
whenSignedOut(() => {
  if (main?.isConnected) login();
});

// The first page is fetched while the session is asked for.
const first = viewAt(location.pathname);
if (first) import(first[2]).catch(() => {});

try {
  if (await resume()) frame();
  else login();
} catch {
  fill(app, failed(new Error("The platform does not answer."), comeBack));
}

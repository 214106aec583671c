// Deliveries to applications: of all, of one application, of one event.

import { h, refresh, setText, card, badge, table, empty, eventLink, link, segments, toast } from "./dom.js";
import { get, post, query, unless404 } from "./api.js";
import { attempt as tryTo, poll } from "./live.js";
import * as f from "./format.js";

const TONES = { active: "good", paused: "warn", disabled: "bad", gone: "bad", delivered: "good", refused: "warn", failed: "bad", parked: "warn" };
const BAD = ["failed", "refused", "gone"];
const NEWEST = 50;
const OPEN = ["parked", "refused", "waiting"];

const SIZE = 50;

/** How deliveries to all applications are going; null when this process delivers nothing. */
export function deliveryTotals(signal) {
  return get("/api/endpoints?limit=1", signal).catch(unless404(null));
}

const STATES = [["", "All"], ["active", "Active"], ["paused", "Paused"], ["disabled", "Disabled"], ["gone", "Gone"], ["failing", "Failing"]];

/** Where events go, of all applications, or of those in one state; page by page. */
export async function endpointsCard(view) {
  let state = view.parameters.get("state") ?? "";
  let cursor = view.parameters.get("cursor") ?? "";
  const body = h("div");
  const there = (behind) => "/console/applications/endpoints" + query({ state, cursor: behind });

  async function load() {
    const { items, counts, next_cursor: next } = await get("/api/endpoints" + query({ state, cursor, limit: SIZE }), view.signal).catch(unless404({ items: [], counts: {} }));
    tell(counts);
    refresh(body, [state, cursor, next, items], () => [items.length ? table([
      { title: "Application", cell: (each) => link("/console/applications/" + each.service_id, each.service_name || each.service_id) },
      { title: "State", class: "tight", cell: (each) => [badge(each.state, TONES[each.state]), each.failures_in_a_row > 0 ? [" ", badge("failing", "bad")] : null] },
      { title: "Waiting", class: "num", cell: (each) => f.count(each.waiting) },
      { title: "Parked", class: "num", cell: (each) => f.count(each.parked) },
      { title: "Address", class: "wide-only", cell: (each) => [h("span", { class: "mono" }, each.url), each.reason ? h("div", { class: "soft" }, each.reason) : null] },
    ], items, { label: "Endpoints" }) : empty(cursor ? "There is none behind this." : state ? "None is " + state + "." : "No application has a callback URL."), cursor || next ? h("nav", { class: "pager", "aria-label": "Pages" }, cursor ? link(there(""), "First") : null, next ? link(there(next), "Next") : null) : null]);
  }

  const choice = segments("State", STATES, state, (chosen) => {
    [state, cursor] = [chosen, ""];
    view.remember({ state, cursor });
    tryTo(view, load);
  });

  /** How many there are, beside the name of each state. */
  function tell(counts) {
    const all = Object.entries(counts).reduce((sum, [name, count]) => sum + (name === "failing" ? 0 : count), 0);
    for (const [i, [name, text]] of STATES.entries()) setText(choice.children[i], `${text} ${f.count((name ? counts[name] : all) ?? 0)}`);
  }

  await load();
  poll(view, load, 1500);
  return card("Where events go", { aside: choice }, body);
}

/** What became of one event at each endpoint, as steps of its page. */
export async function deliveriesOf(view, id, device) {
  const { items } = await get(`/api/events/${encodeURIComponent(id)}/deliveries` + query({ device }), view.signal).catch(unless404({ items: [] }));
  return items.flatMap(({ service_name: name, status, attempts }) => [
    ...attempts.map((attempt) => ({ at: attempt.at, tone: TONES[attempt.outcome], title: (attempt.outcome === "delivered" ? "Delivered to " : "Not delivered to ") + name, text: `${attempt.outcome}, ${attempt.status ?? "no answer"} after ${attempt.millis} ms`, open: h("div", { class: "m-more" }, h("p", null, attempt.detail ?? ""), attempt.answer ? h("pre", null, attempt.answer) : null) })),
    ...(OPEN.includes(status) ? [{ tone: "warn", title: (status === "parked" ? "Parked for " : "Waits for ") + name, text: { parked: "given up until somebody redelivers it", refused: "refused, and tried again later", waiting: "in line" }[status] }] : []),
  ]);
}

/** The card of one application's endpoint; null while it has none. */
export async function endpointCard(view, application) {
  const path = `/api/applications/${application.id}`;
  if (!application.callback_url || !(await get(path + "/endpoint", view.signal).catch(unless404(null)))) return null;
  const body = h("div");
  const state = h("span", { class: "badge" });

  const act = (text, request, said) => h("button", { type: "button", class: "small", onclick: async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    try {
      toast(said(await request()));
      await load();
    } catch (failure) {
      toast(failure.message, "bad");
    } finally {
      button.disabled = false;
    }
  } }, text);
  const again = (answer) => f.count(answer.count) + (answer.count === 1 ? " is" : " are") + " sent again";
  const pause = act("Pause", () => post(path + "/pause"), () => "Paused; what matches waits");
  const resume = act("Resume", () => post(path + "/resume"), () => "Sending again");
  const test = act("Send a test event", () => post(path + "/test"), (attempt) => "Test event: " + attempt.outcome);
  const parked = act("Redeliver what is parked", () => post(path + "/redeliver", { status: "parked" }), again);

  let last;
  let seen = 0;
  /** The newest attempt that failed. It is asked for when some have passed unseen: the log has no index of outcomes. */
  async function lastError(attempts) {
    const found = attempts.find((attempt) => attempt.outcome !== "delivered");
    if (found) last = found;
    else if (attempts.length === NEWEST && attempts.at(-1).id > seen) {
      const pages = await Promise.all(BAD.map((outcome) => get(path + "/attempts" + query({ outcome, limit: 1 }), view.signal)));
      last = pages.flatMap((page) => page.items).sort((a, b) => b.id - a.id)[0] ?? last;
    }
    seen = attempts[0]?.id ?? seen;
    return last;
  }

  async function load() {
    const [endpoint, attempts] = await Promise.all([get(path + "/endpoint", view.signal), get(path + "/attempts" + query({ limit: NEWEST }), view.signal)]);
    const error = await lastError(attempts.items);
    const pages = await Promise.all(OPEN.filter((each) => endpoint[each] > 0).map((each) => get(`${path}/deliveries?status=${each}&limit=20`, view.signal)));
    const open = pages.flatMap((page) => page.items);
    state.textContent = endpoint.state;
    state.className = "badge " + (TONES[endpoint.state] ?? "");
    pause.hidden = endpoint.state !== "active";
    resume.hidden = endpoint.state === "active";
    parked.hidden = endpoint.parked === 0;
    refresh(body, [endpoint, attempts, open, error], () => draw(endpoint, attempts.items, open, error));
  }

  function draw(endpoint, attempts, open, last) {
    const good = attempts.filter((attempt) => attempt.outcome === "delivered").length;
    const lag = endpoint.oldest_waiting_at ? f.duration((Date.now() - new Date(endpoint.oldest_waiting_at)) / 1000) : "none";
    const figures = [["waiting", f.count(endpoint.waiting)], ["lag", lag], ["refused, tried again", f.count(endpoint.refused)], ["parked", f.count(endpoint.parked)], ["last 50 delivered", attempts.length ? Math.round((good / attempts.length) * 100) + " %" : "–"]];
    return [
      h("p", { class: "soft" }, h("span", { class: "mono" }, endpoint.url), endpoint.reason ? " · " + endpoint.reason : ""),
      h("div", { class: "app-figures" }, figures.map(([label, big]) => h("div", { class: "figure" }, h("span", { class: "label" }, label), h("span", { class: "big" }, big)))),
      last ? h("details", { class: "gap", dataset: { key: "last" } }, h("summary", null, h("b", null, "Last error "), f.time(last.at), " ", last.detail ?? last.outcome, last.status ? " (" + last.status + ")" : ""), h("pre", null, last.answer || "There was no answer.")) : null,
      open.length ? [h("h2", { class: "gap" }, "Open deliveries"), table([
        { title: "Event", cell: (each) => eventLink(each.event_id, each.device_id) },
        { title: "State", class: "tight", cell: (each) => badge(each.status, TONES[each.status]) },
        { title: "Parked or next try", class: "tight", cell: (each) => f.time(each.parked_at ?? each.next_try_at) },
        { title: "", class: "tight", cell: (each) => (each.status === "waiting" ? null : act("Redeliver", () => post(`${path}/deliveries/${encodeURIComponent(each.event_id)}/redeliver` + query({ device: each.device_id })), again)) },
      ], open, { label: "Open deliveries" })] : null,
      h("h2", { class: "gap" }, "Attempts"),
      attempts.length ? table([
        { title: "Time", class: "tight", cell: (each) => f.time(each.at) },
        { title: "Outcome", class: "tight", cell: (each) => badge(each.outcome, TONES[each.outcome]) },
        { title: "Answer", class: "num tight", cell: (each) => each.status ?? "–" },
        { title: "Took", class: "num tight", cell: (each) => each.millis + " ms" },
        { title: "Event", class: "wide-only", cell: (each) => eventLink(each.event_id, each.device_id) },
      ], attempts.slice(0, 12), { label: "Attempts" }) : empty("Nothing has been sent yet."),
    ];
  }

  await load();
  poll(view, load, 1500);
  return card("Deliveries", { aside: h("div", { class: "bar" }, state, pause, resume, test, parked) }, body);
}

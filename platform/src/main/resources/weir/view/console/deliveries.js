// Deliveries to applications: of all, of one application, of one event.

import { h, fill, card, badge, table, empty, eventLink, toast } from "./dom.js";
import { get, post, query } from "./api.js";
import * as f from "./format.js";

const TONES = { active: "good", paused: "warn", disabled: "bad", gone: "bad", delivered: "good", refused: "warn", failed: "bad" };

/** The attempts to deliver one event, as steps of its page. */
export async function deliveriesOf(view, id) {
  const { items: endpoints } = await get("/api/endpoints", view.signal);
  const tried = await Promise.all(endpoints.map(async (endpoint) => {
    const { items } = await get(`/api/applications/${endpoint.service_id}/attempts` + query({ event_id: id, limit: 20 }), view.signal);
    return items.map((attempt) => ({ at: attempt.at, tone: TONES[attempt.outcome], title: (attempt.outcome === "delivered" ? "Delivered to " : "Not delivered to ") + endpoint.service_name, text: `${attempt.outcome}, ${attempt.status ?? "no answer"} after ${attempt.millis} ms`, open: h("div", { class: "m-more" }, h("p", null, attempt.detail ?? ""), attempt.answer ? h("pre", null, attempt.answer) : null) }));
  }));
  return tried.flat().sort((a, b) => a.at.localeCompare(b.at));
}

/** The card of one application's endpoint; null while it has none. */
export async function endpointCard(view, application) {
  const { items } = await get("/api/endpoints", view.signal);
  if (!items.some((each) => each.service_id === application.id)) return null;
  const path = `/api/applications/${application.id}`;
  const body = h("div");
  const state = h("span", { class: "badge" });
  const act = (name, said) => h("button", { type: "button", class: "small", onclick: async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    try {
      const answer = await post(path + name);
      toast(said(answer));
      await load();
    } catch (failure) {
      toast(failure.message, "bad");
    } finally {
      button.disabled = false;
    }
  } }, { "/pause": "Pause", "/resume": "Resume", "/test": "Send a test event", "/redeliver": "Redeliver what is parked" }[name]);
  const pause = act("/pause", () => "Paused; what matches waits");
  const resume = act("/resume", () => "Sending again");

  async function load() {
    const [endpoint, attempts, open] = await Promise.all([get(path + "/endpoint", view.signal), get(path + "/attempts?limit=50", view.signal), get(path + "/deliveries?limit=20", view.signal)]);
    state.textContent = endpoint.state;
    state.className = "badge " + (TONES[endpoint.state] ?? "");
    pause.hidden = endpoint.state !== "active";
    resume.hidden = endpoint.state === "active";
    const good = attempts.items.filter((attempt) => attempt.outcome === "delivered").length;
    const last = attempts.items.find((attempt) => attempt.outcome !== "delivered");
    const lag = endpoint.oldest_waiting_at ? f.duration((Date.now() - new Date(endpoint.oldest_waiting_at)) / 1000) : "none";
    fill(
      body,
      h("p", { class: "soft" }, h("span", { class: "mono" }, endpoint.url), endpoint.reason ? " · " + endpoint.reason : ""),
      h("div", { class: "app-figures" }, [["waiting", f.count(endpoint.waiting)], ["lag", lag], ["parked", f.count(endpoint.parked)], ["last 50 delivered", attempts.items.length ? Math.round((good / attempts.items.length) * 100) + " %" : "–"]].map(([label, big]) => h("div", { class: "figure" }, h("span", { class: "label" }, label), h("span", { class: "big" }, big)))),
      last ? h("details", { class: "gap" }, h("summary", null, h("b", null, "Last error "), f.time(last.at), " ", last.detail ?? last.outcome, last.status ? " (" + last.status + ")" : ""), h("pre", null, last.answer || "There was no answer.")) : null,
      open.items.length ? [h("h2", { class: "gap" }, "Open deliveries"), table([
        { title: "Event", cell: (each) => eventLink(each.event_id) },
        { title: "State", class: "tight", cell: (each) => badge(each.status, each.status === "parked" ? "warn" : "") },
        { title: "Next try", class: "tight", cell: (each) => (each.next_try_at ? f.time(each.next_try_at) : "–") },
        { title: "", class: "tight", cell: (each) => h("button", { type: "button", class: "small", onclick: async () => {
          await post(`${path}/deliveries/${encodeURIComponent(each.event_id)}/redeliver`).then(() => toast("It is sent again"), (failure) => toast(failure.message, "bad"));
          load();
        } }, "Redeliver") },
      ], open.items, { label: "Open deliveries" })] : null,
      h("h2", { class: "gap" }, "Attempts"),
      attempts.items.length ? table([
        { title: "Time", class: "tight", cell: (each) => f.time(each.at) },
        { title: "Outcome", class: "tight", cell: (each) => badge(each.outcome, TONES[each.outcome]) },
        { title: "Answer", class: "num tight", cell: (each) => each.status ?? "–" },
        { title: "Took", class: "num tight", cell: (each) => each.millis + " ms" },
        { title: "Event", class: "wide-only", cell: (each) => eventLink(each.event_id) },
      ], attempts.items.slice(0, 12), { label: "Attempts" }) : empty("Nothing has been sent yet."),
    );
  }

  await load();
  const timer = setInterval(() => load().catch(() => {}), 5000);
  view.onLeave(() => clearInterval(timer));
  return card("Deliveries", { aside: h("div", { class: "bar" }, state, pause, resume, act("/test", (attempt) => "Test event: " + attempt.outcome), act("/redeliver", (answer) => f.count(answer.count) + " are sent again")) }, body);
}

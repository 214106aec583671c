// The built-in fleet: who is in it, how fast and how rough, anomalies, and the grade.

import { h, fill, refresh, setText, card, badge, empty, table, toast, deviceLink } from "./dom.js";
import { get, post, patch, remove } from "./api.js";
import { poll } from "./live.js";
import * as f from "./format.js";

const FAMILIES = [["breakers", "Smart breakers", 500, 20], ["meters", "Smart meters", 500, 10], ["environmental", "Environmental sensors", 500, 10], ["appliances", "Appliances", 500, 30], ["energy", "Energy devices", 500, 18], ["controllers", "F2 controllers", 2, 2], ["sensors", "HTTP sensors", 100, 3]];
const FAULTS = [["drop_outs", "Drop-outs an hour", 60, 1], ["duplicates", "Sent twice", 1, 0.01], ["late", "Late", 1, 0.01], ["shuffled", "Out of order", 1, 0.01], ["malformed", "Malformed", 1, 0.01], ["drifting", "Wrong clocks", 1, 0.01], ["storms", "Reconnect storms an hour", 60, 1]];
const SCENARIOS = {
  demo: { text: "Demo", families: {}, faults: {}, speed: 1 },
  busy: { text: "Busy", families: { breakers: 400, energy: 300, sensors: 50 }, faults: {}, speed: 2 },
  rough: { text: "Rough", families: {}, faults: { drop_outs: 6, duplicates: 0.05, late: 0.02, shuffled: 0.02, malformed: 0.02, drifting: 0.1, storms: 2 }, speed: 1 },
  breakers: { text: "Breakers only", families: { breakers: 100, meters: 0, environmental: 0, appliances: 0, energy: 0, controllers: 0, sensors: 0 }, faults: {}, speed: 1 },
};
SCENARIOS.sensors = { text: "HTTP sensors only", families: { ...SCENARIOS.breakers.families, breakers: 0, sensors: 20 }, faults: {}, speed: 1 };
const ANOMALIES = ["high_power_consumption", "voltage_fluctuation", "power_spike", "sustained_high_load"];

export async function show(view) {
  view.title("Simulator");
  const state = badge("…");
  const figures = h("div", { class: "app-figures" });
  const stop = h("button", { type: "button", onclick: () => act(stop, async () => {
    setText(stop, "Grading …");
    drawGrade(await post("/api/simulation/stop"));
  }) }, "Stop and grade");
  const start = h("button", { type: "button", class: "primary", onclick: () => act(start, begin) }, "Start");
  const wrong = h("p", { class: "form-error", role: "alert" });
  const grade = h("div", null, empty("No grade yet.", "When a run ends, everything that was acknowledged is looked for, one by one."));
  const anomalies = h("div");
  const mirror = h("input", { type: "checkbox", id: "mirror", onchange: () => act(mirror, () => patch("/api/simulation", { mirror: mirror.checked })) });
  const counts = sliders(FAMILIES.map(([name, text, max, usual]) => ({ name, text, max, step: 1, value: usual })), keep);
  const faults = sliders(FAULTS.map(([name, text, max, step]) => ({ name, text, max, step, value: 0 })), keep);
  const speed = sliders([{ name: "speed", text: "Speed", max: 50, step: 1, value: 1, min: 1 }], (value) => {
    if (running) act(start, () => patch("/api/simulation", { speed: value }));
    else keep();
  });
  const scenario = h("select", { "aria-label": "Scenario", onchange: () => {
    place(usual());
    keep();
  } }, Object.entries(SCENARIOS).map(([name, each]) => h("option", { value: name }, each.text)));
  const bound = h("p", { class: "soft", hidden: true }, "These are of the fleet that runs. Its devices and faults stay as they are until it is stopped; its speed can be changed.");
  let running = false;

  /** Where the chosen scenario has each slider. */
  function usual() {
    const chosen = SCENARIOS[scenario.value];
    return { ...Object.fromEntries(FAMILIES.map(([name, , , value]) => [name, chosen.families[name] ?? value])), ...Object.fromEntries(FAULTS.map(([name]) => [name, chosen.faults[name] ?? 0])), speed: chosen.speed };
  }

  function place(values) {
    for (const group of [counts, faults, speed]) group.set(values);
  }

  /** The address tells the scenario, and the sliders that differ from it. */
  function keep() {
    const moved = Object.entries({ ...counts.values(), ...faults.values(), ...speed.values() }).map(([name, value]) => [name, value === usual()[name] ? "" : value]);
    view.remember({ scenario: scenario.value === "demo" ? "" : scenario.value, ...Object.fromEntries(moved) });
  }

  if (view.parameters.get("scenario") in SCENARIOS) scenario.value = view.parameters.get("scenario");
  const wanted = () => ({ ...usual(), ...Object.fromEntries(new URLSearchParams(location.search)) });
  place(wanted());

  async function act(control, what) {
    wrong.textContent = "";
    control.disabled = true;
    try {
      await what();
      await load();
    } catch (failure) {
      wrong.textContent = failure.message;
      await load().catch(() => {});
    } finally {
      if (control !== stop && control !== start) control.disabled = false;
    }
  }

  const begin = () => post("/api/simulation/start", { name: SCENARIOS[scenario.value].text, families: counts.values(), faults: faults.values(), speed: speed.values().speed });

  async function load() {
    const now = await get("/api/simulation", view.signal);
    running = now.state === "running";
    setText(state, now.state);
    state.className = "badge " + (running ? "good" : now.state === "grading" ? "warn" : "");
    start.disabled = running || now.state === "grading";
    stop.disabled = !running && now.state !== "ended";
    if (now.state !== "grading") setText(stop, "Stop and grade");
    mirror.checked = now.mirrors.enabled;
    showFleet(now);
    fill(figures, [["devices", f.count(now.devices)], ["connected", f.count(now.connected)], ["sent", f.count(now.sent)], ["acknowledged", f.count(now.acknowledged)], ["unanswered", f.count(now.outstanding)], ["refused", f.count(now.refused)], ["publish to ack, median", f.value(now.publish_to_ack_ms_p50) + " ms"], ["99th percentile", f.value(now.publish_to_ack_ms_p99) + " ms"]].map(([label, big]) => h("div", { class: "figure", dataset: { figure: label } }, h("span", { class: "label" }, label), h("span", { class: "big" }, big))));
    if (now.last_grade) drawGrade(now.last_grade);
    const { items } = await get("/api/simulation/anomalies", view.signal);
    trigger.disabled = clear.disabled = !running && !now.mirrors.enabled;
    refresh(anomalies, items, () => (items.length ? table([
      { title: "Device", cell: (each) => deviceLink(each.device_id) },
      { title: "Anomaly", cell: (each) => each.anomaly_type.replaceAll("_", " ") },
      { title: "Readings left", class: "num", cell: (each) => each.remaining },
    ], items, { label: "Anomalies" }) : h("p", { class: "faint" }, "No device misbehaves now.")));
  }

  /** The sliders are those of the fleet while there is one, and those of the address otherwise. */
  function showFleet(now) {
    const fleet = now.families !== null;
    if (fleet) for (const group of [counts, faults, speed]) group.show({ ...now.families, ...now.faults, speed: now.speed });
    else if (!bound.hidden) place(wanted());
    bound.hidden = !fleet;
    for (const group of [counts, faults]) group.enable(!fleet);
    scenario.disabled = fleet;
  }

  function drawGrade(found) {
    if (!found || grade.dataset.shown === JSON.stringify(found)) return;
    grade.dataset.shown = JSON.stringify(found);
    const { total } = found;
    const flawless = total.lost + total.duplicated + total.out_of_order + total.aside_unexpected + total.wrongly_stored === 0;
    const number = (name) => (row) => f.count(row[name]);
    fill(
      grade,
      h("p", null, found.checked ? badge(flawless ? "PASSED" : "FAILED", flawless ? "good" : "bad") : badge("NOT CHECKED", "warn"), h("span", { class: "soft num" }, ` ${f.count(total.devices)} devices, ${f.duration(found.seconds)}, ${f.rate(total.sent / Math.max(1, found.seconds))} messages/s, acknowledged in ${f.value(found.publish_to_ack_millis_p50)} ms (median), ${f.value(found.publish_to_ack_millis_p99)} ms (99th percentile)`)),
      table([
        { title: "Family", cell: (row) => row.family },
        { title: "Sent", class: "num", cell: number("sent") },
        { title: "Stored", class: "num", cell: number("stored") },
        { title: "Lost", class: "num", cell: number("lost") },
        { title: "Twice", class: "num", cell: number("duplicated") },
        { title: "Disorder", class: "num", cell: number("out_of_order") },
        { title: "Aside", class: "num", cell: (row) => f.count(row.aside_found) + " / " + f.count(row.aside_expected) },
      ], [...found.families, total], { label: "Grade" }),
      found.examples.length ? h("pre", null, found.examples.join("\n")) : null,
    );
  }

  const target = h("input", { placeholder: "any device", "aria-label": "Device of the anomaly" });
  const kind = h("select", { "aria-label": "Kind of anomaly" }, h("option", { value: "" }, "any kind"), ANOMALIES.map((each) => h("option", { value: each }, each.replaceAll("_", " "))));
  const trigger = h("button", { type: "button", onclick: () => act(trigger, async () => {
    const made = await post("/api/simulation/anomalies", { ...(target.value ? { device_id: target.value } : {}), ...(kind.value ? { anomaly_type: kind.value } : {}) });
    toast(made.device_id + ": " + made.anomaly_type.replaceAll("_", " "));
  }) }, "Trigger");
  const clear = h("button", { type: "button", class: "ghost", onclick: () => act(clear, () => remove("/api/simulation/anomalies")) }, "Clear all");

  fill(
    view.page,
    h("div", { class: "page-head" }, h("div", { class: "grow" }, h("h1", null, "Simulator ", state), h("p", null, "A fleet that speaks over real sockets, and grades the platform.")), stop, start),
    wrong,
    h("section", { class: "card", "aria-label": "The fleet now" }, figures),
    bound,
    h("div", { class: "grid" },
      h("div", { class: "w6" }, card("Devices", { aside: scenario }, counts.element)),
      h("div", { class: "w6" }, card("Faults and speed", {}, faults.element, speed.element, h("label", { class: "check", for: "mirror" }, mirror, "Mirror registered devices"))),
      h("div", { class: "w6" }, card("Anomalies", {}, h("div", { class: "bar" }, h("div", { class: "grow" }, target), kind, trigger, clear), h("div", { class: "gap" }, anomalies))),
      h("div", { class: "w6" }, card("The grade", {}, grade))),
  );
  target.classList.add("full");
  await load();
  poll(view, load, 1500);
}

function sliders(specs, onChange) {
  const inputs = new Map();
  const element = h("div", { class: "sliders" }, specs.map((spec) => {
    const shown = h("output", { class: "num" }, String(spec.value));
    const input = h("input", { type: "range", name: spec.name, min: spec.min ?? 0, max: spec.max, step: spec.step, value: spec.value, oninput: () => setText(shown, input.value), onchange: () => onChange?.(+input.value) });
    inputs.set(spec.name, { input, shown });
    return h("label", null, h("span", null, spec.text), input, shown);
  }));
  return {
    element,
    values: () => Object.fromEntries([...inputs].map(([name, { input }]) => [name, +input.value])),
    /** Values that may be beyond what the sliders reach; one that is being moved stays. */
    show(values) {
      for (const [name, { input, shown }] of inputs) {
        if (input.matches(":active")) continue;
        input.value = values[name];
        setText(shown, String(values[name]));
      }
    },
    enable(wanted) {
      for (const { input } of inputs.values()) input.disabled = !wanted;
    },
    set(values) {
      for (const [name, { input, shown }] of inputs) {
        if (name in values) input.value = values[name];
        setText(shown, input.value);
      }
    },
  };
}

const rows = document.querySelector("#tickets");
const detail = document.querySelector("#detail");
let state = "all";

const time = (millis) => (millis ? new Date(millis).toLocaleString() : "not yet");

function cell(row, content) {
  const td = row.insertCell();
  td.append(content);
  return td;
}

function badge(text, kind) {
  const span = document.createElement("span");
  span.className = `badge ${kind}`;
  span.textContent = text;
  return span;
}

function button(text, act) {
  const one = document.createElement("button");
  one.textContent = text;
  one.addEventListener("click", act);
  return one;
}

async function act(path) {
  await fetch(path, { method: "POST", redirect: "manual" });
  await show();
}

function explain(ticket) {
  detail.querySelector("h2").textContent = `Ticket ${ticket.id}`;
  const list = detail.querySelector("dl");
  list.replaceChildren();
  const facts = {
    Device: `${ticket.device_id} (${ticket.device_type})`,
    Error: ticket.error_code,
    State: ticket.state,
    Seen: `${ticket.repeats} times, from ${time(ticket.first_at)} to ${time(ticket.last_at)}`,
    Owner: `${ticket.owner_name}, ${ticket.owner_contact}`,
    "Owner written to": time(ticket.notified_at),
  };
  for (const [name, value] of Object.entries(facts)) {
    const term = document.createElement("dt");
    term.textContent = name;
    const text = document.createElement("dd");
    text.textContent = value;
    list.append(term, text);
  }
  detail.showModal();
}

function draw(ticket) {
  const row = rows.insertRow();
  row.className = ticket.state;
  row.dataset.device = ticket.device_id;
  cell(row, button(`#${ticket.id}`, () => explain(ticket)));
  cell(row, time(ticket.last_at));
  cell(row, ticket.device_id);
  cell(row, ticket.device_type);
  cell(row, badge(ticket.error_code, "error"));
  cell(row, String(ticket.repeats));
  cell(row, ticket.state);
  cell(row, ticket.owner_name);
  cell(row, ticket.owner_contact);
  const acts = cell(row, "");
  if (ticket.state === "pending") {
    acts.append(button("Mark solved", () => act(`solve_event/${ticket.id}`)));
  }
  acts.append(button("Notify again", () => act(`notify_again/${ticket.id}`)));
}

async function show() {
  const answer = await (await fetch(`api/tickets?state=${state}`)).json();
  for (const name of ["total", "pending", "solved"]) {
    document.querySelector(`#${name}`).textContent = answer[name];
  }
  rows.replaceChildren();
  answer.items.forEach(draw);
  document.querySelector("#none").hidden = answer.items.length > 0;
}

for (const choice of document.querySelectorAll("nav button")) {
  choice.addEventListener("click", () => {
    state = choice.dataset.state;
    document.querySelector("nav .chosen").classList.remove("chosen");
    choice.classList.add("chosen");
    show();
  });
}

const live = document.querySelector("#live");
const events = new EventSource("live");
events.onopen = () => (live.textContent = "live");
events.onerror = () => (live.textContent = "connecting");
events.onmessage = show;
show();

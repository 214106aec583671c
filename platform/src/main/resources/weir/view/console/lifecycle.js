// A device's commands and presence.

import { h, fill, card, empty, table } from "./dom.js";

export async function commandsCard() {
  return card("Commands", {}, empty("No commands yet."));
}

export async function presenceCard() {
  return null;
}

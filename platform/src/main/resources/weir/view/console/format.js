// Numbers, times and durations as people read them.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

export const count = (n) => (n === undefined || n === null ? "–" : whole.format(n));

/** A number of at most four digits and a letter, for places where many change at a time. */
export function short(n) {
  if (n === undefined || n === null || Number.isNaN(n)) return "–";
  const size = Math.abs(n);
  if (size >= 1e9) return trim(n / 1e9) + "G";
  if (size >= 1e6) return trim(n / 1e6) + "M";
  if (size >= 1e4) return trim(n / 1e3) + "k";
  return whole.format(n);
}

export function rate(n) {
  if (n === undefined || n === null) return "–";
  if (n >= 1e4) return trim(n / 1e3) + "k";
  if (n >= 100) return whole.format(n);
  return n >= 10 ? n.toFixed(1) : n === 0 ? "0" : n.toFixed(n < 0.1 ? 2 : 1);
}

function trim(n) {
  return n >= 100 ? n.toFixed(0) : n.toFixed(1);
}

/** A measured value: enough digits to tell, no more. */
export function value(n) {
  if (typeof n !== "number") return n === null || n === undefined ? "–" : String(n);
  if (Number.isInteger(n)) return whole.format(n);
  const size = Math.abs(n);
  return size >= 1000 ? n.toFixed(0) : size >= 100 ? n.toFixed(1) : size >= 1 ? n.toFixed(2) : n.toPrecision(3);
}

export function bytes(n) {
  if (n >= 1e9) return (n / 1e9).toFixed(1) + " GB";
  if (n >= 1e6) return (n / 1e6).toFixed(1) + " MB";
  return n >= 1e4 ? (n / 1e3).toFixed(0) + " kB" : whole.format(n) + " B";
}

/** As much of a text as one line may show; what is hidden of a longer one would be measured and drawn all the same. */
export const start = (text) => text.slice(0, 400);

/** A time of today as clock time, another with its day. */
export function moment(at) {
  const today = new Date().toDateString() === at.toDateString();
  return today ? clock.format(at) : day.format(at) + " " + clock.format(at);
}

/** A moment; UTC when hovered. */
export function time(text) {
  const element = document.createElement("time");
  if (!text) {
    element.textContent = "–";
    return element;
  }
  const at = new Date(text);
  element.textContent = moment(at);
  element.title = at.toISOString() + " (UTC)";
  element.dateTime = at.toISOString();
  return element;
}

/** How long ago something was; counts on by itself. */
export function ago(text) {
  const element = time(text);
  if (text) {
    element.dataset.ago = "";
    tellAgo(element);
  }
  return element;
}

function tellAgo(element) {
  const seconds = (Date.now() - new Date(element.dateTime)) / 1000;
  element.textContent = seconds < 1 ? "just now" : duration(seconds) + " ago";
}

setInterval(() => document.querySelectorAll("time[data-ago]").forEach(tellAgo), 5000);

export function duration(seconds) {
  if (seconds < 1) return "less than 1 s";
  if (seconds < 90) return Math.round(seconds) + " s";
  if (seconds < 5400) return Math.round(seconds / 60) + " min";
  if (seconds < 172800) return Math.round(seconds / 3600) + " h";
  return Math.round(seconds / 86400) + " days";
}

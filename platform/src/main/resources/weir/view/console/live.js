// What keeps a page up to date: streams, and questions asked again and again. Both rest while nobody looks.

import { ApiError, refusal, stillSignedIn } from "./api.js";
import { toast } from "./dom.js";

const SILENCE_MAX = 25_000;
const PATIENCE = 3_000;

/** Runs something that nobody waits for. Leaving the page ends it in silence; a failure shows in the light. */
export async function attempt(view, what) {
  try {
    await what();
    if (view.troubled) view.pulse("well");
    view.troubled = false;
  } catch (failure) {
    if (failure.name === "AbortError" || view.signal.aborted) return;
    view.troubled = true;
    view.pulse("lost", failure.message);
    if (!(failure instanceof ApiError)) throw failure;
  }
}

/** Does something again and again, each time after the time before has ended, however it ended. */
export function poll(view, what, millis) {
  let timer;
  const round = async () => {
    try {
      if (!document.hidden) await attempt(view, what);
    } finally {
      if (!view.signal.aborted) timer = setTimeout(round, millis);
    }
  };
  timer = setTimeout(round, millis);
  view.onLeave(() => clearTimeout(timer));
}

/**
 * A live stream; `handlers` by event name get parsed JSON. Returns a function that ends it.
 *
 * It is closed while the page is hidden, and opened again when it was lost, was refused or fell silent. Then it
 * tells the server the last place that it knows, and the server tells what passed in between. What is not there
 * any more is not asked for again.
 */
export function stream(view, path, handlers) {
  let source;
  let place = "";
  let heard = Date.now();
  let timer;
  let told = "";

  function open() {
    source?.close();
    clearTimeout(timer);
    heard = Date.now();
    source = new EventSource(path + (place ? (path.includes("?") ? "&" : "?") + "after=" + encodeURIComponent(place) : ""));
    for (const [name, handler] of Object.entries({ here: () => {}, ...handlers })) {
      source.addEventListener(name, (event) => {
        place = event.lastEventId || place;
        heard = Date.now();
        handler(JSON.parse(event.data));
      });
    }
    source.onopen = () => {
      told = "";
      view.pulse("live");
    };
    source.onerror = async ({ target }) => {
      view.pulse("lost");
      if (target.readyState !== EventSource.CLOSED || !(await stillSignedIn()) || target !== source) return;
      const why = await refusal(path);
      if (target !== source) return;
      tell(why);
      if (why?.status === 404) end();
      else timer = setTimeout(open, PATIENCE);
    };
  }

  /** Says why the stream is refused; in so many words once. */
  function tell(why) {
    if (!why) return;
    view.pulse("refused", why.message);
    if (why.message !== told) toast(why.message, "bad");
    told = why.message;
  }

  function look() {
    if (!document.hidden) open();
    else {
      source?.close();
      clearTimeout(timer);
      view.pulse("paused");
    }
  }

  const watch = setInterval(() => {
    if (!document.hidden && Date.now() - heard > SILENCE_MAX) open();
  }, 5_000);
  function end() {
    source?.close();
    source = undefined;
    clearTimeout(timer);
    clearInterval(watch);
    document.removeEventListener("visibilitychange", look);
  }
  document.addEventListener("visibilitychange", look);
  view.onLeave(end);
  look();
  return end;
}

// Talks to the platform. Every refusal becomes an ApiError with the words of the problem details.

let csrf = "";
let onSignedOut = () => {};

export class ApiError extends Error {
  constructor(status, problem) {
    super(words(status, problem));
    this.status = status;
    this.problem = problem;
  }
}

function words(status, problem) {
  const fields = (problem?.errors ?? []).map((error) => error.field + " " + error.detail);
  return [problem?.title ?? "Error " + status, problem?.detail, ...fields].filter(Boolean).join(": ");
}

export function whenSignedOut(handler) {
  onSignedOut = handler;
}

/** Whether this browser is signed in already. */
export async function resume() {
  const response = await fetch("/api/session");
  if (!response.ok) return false;
  csrf = (await response.json()).csrf ?? "";
  return csrf !== "";
}

/** Whether this browser still is; shows the sign-in when it is not. While nobody answers, it may be. */
export async function stillSignedIn() {
  const is = await resume().catch(() => true);
  if (!is) onSignedOut();
  return is;
}

export async function signIn(token) {
  csrf = (await call("POST", "/api/session", { token })).csrf;
}

export async function signOut() {
  await call("DELETE", "/api/session");
  csrf = "";
}

export const get = (path, signal) => call("GET", path, undefined, signal);
export const post = (path, body) => call("POST", path, body ?? {});
export const put = (path, body) => call("PUT", path, body ?? {});
export const patch = (path, body) => call("PATCH", path, body);
export const remove = (path) => call("DELETE", path);

/** A change that is refused for its token, because somebody signed in again in another tab, is tried once more. */
async function call(method, path, body, signal) {
  try {
    return await request(method, path, body, signal);
  } catch (failure) {
    const before = csrf;
    if (failure.status !== 403 || method === "GET") throw failure;
    if (!(await resume().catch(() => false)) || csrf === before) throw failure;
    return request(method, path, body, signal);
  }
}

async function request(method, path, body, signal) {
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET" && csrf) headers["X-CSRF-Token"] = csrf;
  let response;
  let text;
  try {
    response = await fetch(path, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
    text = await response.text();
  } catch (failure) {
    if (failure.name === "AbortError") throw failure;
    throw new ApiError(0, { title: "The platform does not answer" });
  }
  const json = parsed(response, text);
  if (!response.ok) {
    if (response.status === 401) onSignedOut();
    throw new ApiError(response.status, json);
  }
  if (text && json === undefined) throw new ApiError(response.status, { title: "Something else than the platform answers" });
  return json;
}

/** The answer as JSON; undefined when it is none, because a proxy answers for example. */
function parsed(response, text) {
  try {
    return (response.headers.get("Content-Type") ?? "").includes("json") ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

/** Why a stream is refused, which an EventSource does not tell; null when it is not. */
export async function refusal(path) {
  const life = new AbortController();
  try {
    const response = await fetch(path, { signal: life.signal });
    return response.ok ? null : new ApiError(response.status, await response.json().catch(() => undefined));
  } catch {
    return null;
  } finally {
    life.abort();
  }
}

/** The settings in force, by key. */
export async function settings(signal) {
  return (await get("/api/system", signal)).settings;
}

/** For `catch`: what there is instead of a thing that is not there. */
export function unless404(instead) {
  return (failure) => {
    if (failure.status === 404) return instead;
    throw failure;
  };
}

/** A query string of what is set. */
export function query(parameters) {
  const set = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return set.length ? "?" + new URLSearchParams(set) : "";
}

// Requests of our own modules: with the session's token where something changes, and word of a lost connection.

const csrf = () => document.querySelector("meta[name=csrf]")?.content ?? "";

/** Fetch; throws ServerSaid when the answer is an error, and tells the page when the server cannot be reached. */
export async function request(address, options = {}) {
  const headers = new Headers(options.headers);
  if (options.method && options.method !== "GET") headers.set("x-csrf-token", csrf());
  let answer;
  try {
    answer = await fetch(address, { ...options, headers });
  } catch (error) {
    if (error.name !== "AbortError") document.dispatchEvent(new CustomEvent("connection-lost"));
    throw error;
  }
  document.dispatchEvent(new CustomEvent("connection-works"));
  if (answer.redirected && new URL(answer.url).pathname.startsWith("/sign-in")) location.reload();
  if (!answer.ok) throw new ServerSaid(answer.status, await answer.text());
  return answer;
}

/** The content of a page without its frame. */
export async function fetchPart(address, options = {}) {
  const answer = await request(address, { ...options, headers: { "x-part": "1" } });
  return answer.text();
}

/** Send a form's fields. */
export function post(address, fields) {
  return request(address, { method: "POST", body: new URLSearchParams(fields), headers: { "x-part": "1" } });
}

/** An answer that is an error: its status, and its words. */
export class ServerSaid extends Error {
  constructor(status, text) {
    super(wordsOf(text));
    this.status = status;
  }
}

function wordsOf(text) {
  try {
    return JSON.parse(text).error;
  } catch {
    const page = new DOMParser().parseFromString(text, "text/html");
    return page.querySelector("[data-error]")?.textContent.trim() || "The server could not do this.";
  }
}

/** Put HTML from our server into an element. */
export function fill(element, html) {
  const range = document.createRange();
  range.selectNodeContents(element);
  element.replaceChildren(range.createContextualFragment(html));
}

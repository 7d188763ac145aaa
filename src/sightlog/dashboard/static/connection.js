// Says since when the server cannot be reached, and finds out by itself when it is back.

let lostAt = null;
let asking = null;
const place = document.querySelector(".connection");

document.addEventListener("connection-lost", () => {
  if (lostAt) return;
  lostAt = new Date();
  const clock = lostAt.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  place.textContent = `No connection since ${clock}. What you see is from then; trying again.`;
  place.hidden = false;
  asking = setInterval(ask, 2000);
});

document.addEventListener("connection-works", () => {
  if (!lostAt) return;
  lostAt = null;
  clearInterval(asking);
  place.hidden = true;
  document.dispatchEvent(new CustomEvent("connection-back"));
});

async function ask() {
  try {
    const answer = await fetch("/healthz", { cache: "no-store" });
    if (answer.ok) document.dispatchEvent(new CustomEvent("connection-works"));
  } catch {
    // Still away; the next question comes in two seconds.
  }
}

window.addEventListener("offline", () => document.dispatchEvent(new CustomEvent("connection-lost")));

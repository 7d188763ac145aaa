// Keeps "3 min ago" fresh. The same steps as the server's wall clock.

const steps = [[60, 1, "s"], [3600, 60, "min"], [86400, 3600, "h"], [86400 * 60, 86400, "d"]];

function ago(element) {
  const seconds = Math.floor((Date.now() - Date.parse(element.dateTime)) / 1000);
  if (seconds < -60) return "clock ahead";
  if (seconds < 5) return "just now";
  const step = steps.find(([below]) => seconds < below);
  return step ? `${Math.floor(seconds / step[1])} ${step[2]} ago` : element.textContent;
}

function refresh() {
  for (const element of document.querySelectorAll("time[data-ago]")) {
    const words = ago(element);
    if (element.textContent !== words) element.textContent = words;
  }
}

setInterval(() => { if (!document.hidden) refresh(); }, 5000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });

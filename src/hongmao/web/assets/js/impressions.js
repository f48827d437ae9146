// 曝光: a card counts as seen when at least half of it stood in the viewport for one second without a break, once per
// page. The event's id is made here, so that a beacon sent twice is still one impression.
const SHARE = 0.5;
const DWELL_MS = 1000;
const BATCH_MS = 1500;

const waiting = [];
const timers = new Map();
let flushing = 0;
let observer = null;

export function startImpressions(root) {
  const fresh = root.querySelectorAll("[data-seen]:not([data-watched])");
  if (fresh.length === 0) return;
  if (observer === null) {
    observer = new IntersectionObserver(look, { threshold: [0, SHARE] });
    document.addEventListener("visibilitychange", hidden);
    addEventListener("pagehide", flush);
  }
  for (const card of fresh) {
    card.dataset.watched = "";
    observer.observe(card);
  }
}

function look(entries) {
  for (const { target, intersectionRatio } of entries) {
    if (intersectionRatio >= SHARE && document.visibilityState === "visible") {
      if (!timers.has(target)) timers.set(target, setTimeout(seen, DWELL_MS, target));
    } else {
      forget(target);
    }
  }
}

function forget(card) {
  clearTimeout(timers.get(card));
  timers.delete(card);
}

function seen(card) {
  forget(card);
  observer.unobserve(card);
  const facts = JSON.parse(card.dataset.seen);
  waiting.push({ event_id: `imp:${crypto.randomUUID()}`, kind: "impression", occurred_at_ms: Date.now(), ...facts });
  if (flushing === 0) flushing = setTimeout(flush, BATCH_MS);
}

function hidden() {
  if (document.visibilityState !== "hidden") return;
  for (const card of [...timers.keys()]) forget(card);
  flush();
}

function flush() {
  clearTimeout(flushing);
  flushing = 0;
  if (waiting.length === 0) return;
  const body = new Blob([JSON.stringify({ events: waiting.splice(0) })], { type: "application/json" });
  navigator.sendBeacon("/v1/events", body);
}

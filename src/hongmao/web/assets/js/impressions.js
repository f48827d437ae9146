// 曝光: a card counts as seen when at least half of it stood in the viewport for one second without a break, once per
// served card. The event's id is the served card's own, so that a beacon sent twice is still one impression.
const SHARE = 0.5;
const DWELL_MS = 1000;
const BATCH_MS = 1500;

// Our clock's time: a reader's own clock may stand anywhere, and a simulated city's stands where the city is.
const page = document.querySelector("[data-now]");
const startedAt = page ? Number(page.dataset.now) - performance.now() : null;

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
  if (facts.link) facts.labelled = labelShown(card);
  const occurred_at_ms = Math.floor(startedAt === null ? Date.now() : startedAt + performance.now());
  waiting.push({ event_id: `seen-${facts.impression}`, kind: "impression", occurred_at_ms, ...facts });
  if (flushing === 0) flushing = setTimeout(flush, BATCH_MS);
}

// The label counts as shown when it is drawn, in the same viewport as the button it belongs to.
function labelShown(card) {
  const [label, button] = [card.querySelector(".ad-label"), card.querySelector(".card-buy a")];
  if (!label?.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || !button) return false;
  return Math.abs(label.getBoundingClientRect().top - button.getBoundingClientRect().top) < innerHeight / 2;
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

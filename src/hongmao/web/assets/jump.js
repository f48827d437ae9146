// The app page of a jump. It does nothing until the reader taps: the tap itself is a plain link that opens the app. If
// the app has come up, this page is hidden or left; if neither happens in time, the web page follows. How it ended is told
// once, by a beacon that carries the click id and nothing of the reader.
const open = document.getElementById("open");
const fallback = document.getElementById("fallback");
const store = document.getElementById("store");
const waiting = document.getElementById("waiting");
// How long the web page may take to replace this one before we say that nothing came up.
const FALLBACK_GRACE_MS = 3000;
let timer = 0;
let asked = false;
let told = false;

function tell(outcome) {
  if (told) return;
  told = true;
  const { click, link } = open.dataset;
  navigator.sendBeacon("/v1/wakeup", JSON.stringify({ click, link, outcome }));
}

function stop() {
  clearTimeout(timer);
  timer = 0;
  waiting.hidden = true;
}

function left() {
  if (timer) tell("opened");
  stop();
}

open.addEventListener("click", () => {
  stop();
  asked = false;
  waiting.hidden = false;
  timer = setTimeout(() => {
    stop();
    // The focus went to a question of the browser's, and nobody said yes.
    const outcome = asked ? "blocked" : "fallback";
    const late = setTimeout(() => tell("timeout"), FALLBACK_GRACE_MS);
    addEventListener("pagehide", () => {
      clearTimeout(late);
      tell(outcome);
    });
    location.assign(open.dataset.fallback);
  }, Number(open.dataset.waitMs));
});

addEventListener("blur", () => {
  asked = timer !== 0;
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") left();
});
addEventListener("pagehide", left);
fallback.addEventListener("click", () => tell("fallback"));
store?.addEventListener("click", () => tell("store"));

// The app page of a jump. It does nothing until the reader taps: the tap itself is a plain link that opens the app. If
// the app has come up, this page is hidden or left; if neither happens in time, the web page follows.
const open = document.getElementById("open");
const waiting = document.getElementById("waiting");
let timer = 0;

function stop() {
  clearTimeout(timer);
  timer = 0;
  waiting.hidden = true;
}

open.addEventListener("click", () => {
  stop();
  waiting.hidden = false;
  timer = setTimeout(() => {
    stop();
    location.assign(open.dataset.fallback);
  }, Number(open.dataset.waitMs));
});

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") stop();
});
addEventListener("pagehide", stop);

// Everything the browser runs. Every page reads and works without it: this adds swaps without a reload, charts drawn
// from the tables beside them, and the reports of what was really seen.
import htmx from "htmx.org";
import { startImpressions } from "./js/impressions.js";
import { keepFocus, startPages } from "./js/pages.js";

document.documentElement.classList.add("js");
keepFocus(htmx);

function start(root) {
  startImpressions(root);
  startPages(root);
  if (root.querySelector("[data-chart]:not([data-drawn])")) {
    import("./js/charts.js").then(({ drawCharts }) => drawCharts(root));
  }
  if (root.querySelector("[data-flow]:not([data-drawn])")) {
    import("./js/flow.js").then(({ drawFlows }) => drawFlows(root));
  }
}

start(document);
htmx.on("htmx:after:swap", () => start(document));

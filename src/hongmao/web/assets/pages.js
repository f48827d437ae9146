// The little that pages do by themselves, one function for each thing, found by data attributes.

export function start({ uPlot }) {
  for (const place of document.querySelectorAll("[data-chart]")) drawChart(place, uPlot);
}

// A chart's numbers come with it as JSON: {"options": {...}, "data": [[x...], [y...], ...]}.
function drawChart(place, uPlot) {
  const { options, data } = JSON.parse(place.dataset.chart);
  new uPlot({ width: place.clientWidth, height: 240, ...options }, data, place);
}

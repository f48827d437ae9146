// Time charts. A chart has no numbers of its own: it draws the table that stands beside it, so the two cannot differ.
//
//   <figure data-chart> <div class="chart-plot"></div> <table data-source>
//     <th data-series="bar|line|dash" data-scale="left|right" data-unit="fen|count">
//     <tr [data-growing]> <th><time datetime="2025-05-07"> <td><data value="1230">
import uPlot from "uplot";

const HEIGHT = 260;
const DAY_S = 86_400;

export function drawCharts(root) {
  for (const figure of root.querySelectorAll("[data-chart]:not([data-drawn])")) {
    figure.dataset.drawn = "";
    draw(figure);
  }
}

function draw(figure) {
  const place = figure.querySelector(".chart-plot");
  const table = figure.querySelector("table[data-source]");
  const { series, data, growingFrom } = readTable(table);
  if (data[0].length === 0) return;
  const make = () => {
    place.uplot?.destroy();
    place.uplot = new uPlot(options(place, series, growingFrom, table), data, place);
  };
  make();
  new ResizeObserver(() => {
    const width = Math.floor(place.clientWidth);
    if (width > 0 && width !== place.uplot.width) place.uplot.setSize({ width, height: HEIGHT });
  }).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", make);
}

function readTable(table) {
  const heads = [...table.tHead.rows[0].cells];
  const series = heads.flatMap((head, column) =>
    head.dataset.series ? [{ column, label: head.textContent.trim(), ...head.dataset }] : [],
  );
  const rows = [...table.tBodies[0].rows];
  const days = rows.map((row) => Date.parse(`${row.querySelector("time").dateTime}T00:00:00+08:00`) / 1000);
  const values = series.map(({ column, unit }) =>
    rows.map((row) => {
      const said = row.cells[column].querySelector("data")?.value;
      return said === undefined ? null : unit === "fen" ? Number(said) / 100 : Number(said);
    }),
  );
  const growing = rows.findIndex((row) => "growing" in row.dataset);
  return { series, data: [days, ...values], growingFrom: growing < 0 ? null : days[growing] };
}

function options(place, series, growingFrom, table) {
  const paint = getComputedStyle(place);
  const colour = (name) => paint.getPropertyValue(`--${name}`).trim();
  const font = `12px ${colour("sans")}`;
  const days = new Intl.DateTimeFormat(document.documentElement.lang, {
    month: "numeric", day: "numeric", timeZone: "Asia/Shanghai",
  });
  const number = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
  const axis = { stroke: colour("ink-3"), font, ticks: { show: false }, grid: { stroke: colour("chart-grid"), width: 1 } };
  const written = (unit, value) => (value === null ? "—" : unit === "fen" ? `¥${number.format(value)}` : number.format(value));
  const unitOf = (scale) => series.find((one) => one.scale === scale)?.unit;
  const left = [series.some(({ scale }) => scale === "left"), series.some(({ scale }) => scale === "right")];
  return {
    width: Math.floor(place.clientWidth),
    height: HEIGHT,
    cursor: { points: { size: 7 }, drag: { x: false, y: false } },
    legend: { live: true },
    scales: {
      x: { time: true, range: (_, from, to) => [from - DAY_S * 0.6, to + DAY_S * 0.6] },
      left: { range: (_, __, to) => [0, Math.max(to * 1.12, 1)] },
      right: { range: (_, __, to) => [0, Math.max(to * 1.12, 4)] },
    },
    axes: [
      { ...axis, size: 30, grid: { show: false }, values: (_, at) => at.map((x) => days.format(x * 1000)), incrs: [1, 2, 4, 7, 14, 28].map((n) => n * DAY_S), splits: daySplits },
      { ...axis, scale: "left", show: left[0], size: 62, values: (_, ys) => ys.map((y) => written(unitOf("left"), y)) },
      { ...axis, scale: "right", show: left[1], side: 1, size: 44, grid: { show: false }, values: (_, ys) => ys.map((y) => (Number.isInteger(y) ? number.format(y) : "")) },
    ],
    series: [
      { label: table.tHead.rows[0].cells[0].textContent.trim(), value: (_, x) => (x === null ? "—" : days.format(x * 1000)) },
      ...series.map((one) => ({ label: one.label, scale: one.scale, value: (_, y) => written(one.unit, y), ...look(one.series, colour) })),
    ],
    hooks: {
      drawClear: growingFrom === null ? [] : [(plot) => shade(plot, growingFrom - DAY_S / 2, colour("chart-shade"))],
      ready: [restLegend],
      setCursor: [restLegend],
    },
  };
}

function look(kind, colour) {
  if (kind === "bar") {
    return { stroke: colour("chart-1"), fill: colour("chart-bar"), width: 1, paths: uPlot.paths.bars({ size: [0.6, 44] }), points: { show: false } };
  }
  const dashed = kind === "dash";
  return { stroke: dashed ? colour("chart-3") : colour("chart-2"), width: 2, dash: dashed ? [5, 4] : undefined, points: { size: 6 } };
}

// Where nobody points at a day, the legend reads the last one.
function restLegend(plot) {
  if (plot.cursor.idx === null || plot.cursor.idx === undefined) plot.setLegend({ idx: plot.data[0].length - 1 }, false);
}

// A tick stands on a day's own midnight in Shanghai, never between two days.
function daySplits(plot, _, from, to) {
  const days = plot.data[0].filter((x) => x >= from && x <= to);
  const step = Math.max(1, Math.ceil((days.length * 52) / plot.width));
  return days.filter((_, n) => n % step === 0);
}

// Days whose window is still open lie in a shaded field: they can still grow.
function shade(plot, from, colour) {
  const { ctx, bbox } = plot;
  const x = Math.max(plot.valToPos(from, "x", true), bbox.left);
  ctx.save();
  ctx.fillStyle = colour;
  ctx.fillRect(x, bbox.top, bbox.left + bbox.width - x, bbox.height);
  ctx.restore();
}

// Path flows. Like every chart here it has no numbers of its own: it draws the table that stands beside it.
//
//   <figure data-flow> <div class="flow-plot"></div> <table data-source>
//     <tr data-from="1:note-1" data-from-name="…" data-to="2:note-2" data-to-name="…" [data-end="won|lost"]> … <data value="12">
import { SankeyChart } from "echarts/charts";
import { TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([SankeyChart, TooltipComponent, CanvasRenderer]);

const ROW_PX = 44;
const LEAST_PX = 260;
const NARROW_PX = 620;
const PAINTS = { won: "chart-1", lost: "chart-3", "": "chart-2" };

export function drawFlows(root) {
  for (const figure of root.querySelectorAll("[data-flow]:not([data-drawn])")) {
    figure.dataset.drawn = "";
    draw(figure);
  }
}

function draw(figure) {
  const place = figure.querySelector(".flow-plot");
  const flow = readTable(figure.querySelector("table[data-source]"));
  if (flow.links.length === 0) return;
  place.style.height = `${Math.max(LEAST_PX, flow.tallest * ROW_PX)}px`;
  const plot = init(place, null, { renderer: "canvas" });
  place.flow = plot;
  const show = () => plot.setOption(options(place, flow), true);
  show();
  new ResizeObserver(() => {
    if (place.clientWidth === 0) return;
    plot.resize();
    show();
  }).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
}

// A row is a ribbon. The number before a node's colon is its column, so no ribbon can lead back.
function readTable(table) {
  const nodes = new Map();
  const meet = (name, label, end) => nodes.has(name) || nodes.set(name, { name, label, end, depth: Number(name.split(":")[0]) });
  const links = [...table.tBodies[0].rows].map((row) => {
    const { from, fromName, to, toName, end = "" } = row.dataset;
    meet(from, fromName, "");
    meet(to, toName, end);
    return { source: from, target: to, end, value: Number(row.querySelector("data").value) };
  });
  const heights = new Map();
  for (const { depth } of nodes.values()) heights.set(depth, (heights.get(depth) ?? 0) + 1);
  return { nodes: [...nodes.values()], links, tallest: Math.max(0, ...heights.values()), columns: heights.size };
}

function options(place, { nodes, links, columns }) {
  const paint = getComputedStyle(place);
  const colour = (name) => paint.getPropertyValue(`--${name}`).trim();
  const number = new Intl.NumberFormat("en");
  const labels = new Map(nodes.map(({ name, label }) => [name, label]));
  const text = { color: colour("ink"), fontFamily: colour("sans"), fontSize: 12 };
  const room = place.clientWidth < NARROW_PX ? 72 : 132;
  return {
    animation: false,
    // Drawn into the canvas: a box of HTML would bring styles of its own, which the policy refuses.
    tooltip: {
      renderMode: "richText",
      confine: true,
      backgroundColor: colour("surface"),
      borderColor: colour("line-strong"),
      textStyle: text,
      formatter: ({ dataType, data, value }) =>
        dataType === "edge"
          ? `${labels.get(data.source)} → ${labels.get(data.target)}: ${number.format(value)}`
          : `${labels.get(data.name)}: ${number.format(value)}`,
    },
    series: {
      type: "sankey",
      left: 2,
      right: room + 8,
      top: 8,
      bottom: 8,
      nodeWidth: 12,
      nodeGap: 18,
      draggable: false,
      emphasis: { focus: "adjacency" },
      label: {
        ...text,
        width: Math.min(room, Math.max(48, (place.clientWidth - room) / Math.max(columns - 1, 1) - 22)),
        overflow: "truncate",
        formatter: ({ name }) => labels.get(name),
      },
      data: nodes.map(({ name, end, depth }) => ({ name, depth, itemStyle: { color: colour(PAINTS[end]), borderWidth: 0 } })),
      links: links.map((link) => ({ ...link, lineStyle: { color: colour(PAINTS[link.end]), opacity: 0.32 } })),
    },
  };
}

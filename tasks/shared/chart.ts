/// <reference lib="dom" />
/**
 * Charts as SVG files, readable on a light and on a dark page.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** Colours that the colour-blind tell apart (after Okabe and Ito), on both backgrounds. */
export const COLOURS = { ours: "#0072b2", others: "#d55e00", bound: "#888888", extra: "#009e73" };

const STYLE = `svg { color: #24292f; background: #ffffff; --plot-background: #ffffff; }
@media (prefers-color-scheme: dark) {
  svg { color: #d0d7de; background: #0d1117; --plot-background: #0d1117; }
  [stroke="${COLOURS.ours}"] { stroke: #56b4e9; }
  [fill="${COLOURS.ours}"] { fill: #56b4e9; }
}`;

/** Draws a chart; what it shows is said in `description`, for those who cannot see it. */
export function renderChart(options: Plot.PlotOptions, description: string): string {
  const { document } = parseHTML("<!doctype html><html></html>");
  const svg = Plot.plot({ ...options, document });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", description);
  return `${svg.outerHTML.replace("</svg>", `<style>${STYLE}</style></svg>`)}\n`;
}

export { Plot };

/**
 * The page's script: the modules of `client/`, without their types, in one text.
 *
 * Each module becomes a function of its own, called in order, so that names of one do not meet those
 * of another.
 *
 * @module
 */
import { stripTypeScriptTypes } from "node:module";
import uplot from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import canvas from "./client/canvas.ts" with { type: "text" };
import chart from "./client/chart.ts" with { type: "text" };
import colours from "./client/colours.ts" with { type: "text" };
import decode from "./client/decode.ts" with { type: "text" };
import diagram from "./client/diagram.ts" with { type: "text" };
import events from "./client/events.ts" with { type: "text" };
import gestures from "./client/gestures.ts" with { type: "text" };
import links from "./client/links.ts" with { type: "text" };
import main from "./client/main.ts" with { type: "text" };
import pictures from "./client/pictures.ts" with { type: "text" };
import plot from "./client/plot.ts" with { type: "text" };
import rates from "./client/rates.ts" with { type: "text" };
import timeline from "./client/timeline.ts" with { type: "text" };
import view from "./client/view.ts" with { type: "text" };
import showRun from "./client/show_run.ts" with { type: "text" };
import scene from "./scene.ts" with { type: "text" };

/** Modules in an order in which each comes after those that it imports. */
const MODULES = {
  scene,
  canvas,
  colours,
  links,
  decode,
  view,
  gestures,
  events,
  chart,
  rates,
  timeline,
  diagram,
  plot,
  pictures,
  show_run: showRun,
  main,
};

/** uPlot, which is no module, in the place of one. */
const UPLOT = `const uPlot = (() => {${uplot}\nreturn uPlot;\n})();`;

/** The script as a browser runs it. */
export function makeScript(modules: Readonly<Record<string, string>> = MODULES): string {
  return [UPLOT, ...Object.entries(modules).map(([name, source]) => wrap(name, source))].join("\n");
}

function wrap(name: string, source: string): string {
  const script = stripTypeScriptTypes(source);
  const exported = [...script.matchAll(/^export (?:const|function|class|async function) (\w+)/gm)];
  const body = script
    .replaceAll(
      /^import\s*\{([^}]*)\}\s*from\s*"[^"]*?(\w+)\.ts";/gm,
      (_, names: string, from: string) => `const {${names}} = ${from}Module;`,
    )
    .replaceAll(/^import uPlot from "uplot";$/gm, "")
    .replaceAll(/^export /gm, "")
    .replaceAll(/^\s*(?:\/\*\*[^*]*(?:\*(?!\/)[^*]*)*\*\/|\/\/.*)$/gm, "")
    .replaceAll(/\n\s*\n+/g, "\n");
  const names = exported.map(([, word]) => word).join(", ");
  return `const ${name}Module = (() => {${body}\nreturn { ${names} };\n})();`;
}

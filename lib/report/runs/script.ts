/**
 * The script of the server's pages: the pictures are those of the page of a run.
 *
 * @module
 */
import canvas from "../page/client/canvas.ts" with { type: "text" };
import chart from "../page/client/chart.ts" with { type: "text" };
import colours from "../page/client/colours.ts" with { type: "text" };
import decode from "../page/client/decode.ts" with { type: "text" };
import gestures from "../page/client/gestures.ts" with { type: "text" };
import links from "../page/client/links.ts" with { type: "text" };
import pictures from "../page/client/pictures.ts" with { type: "text" };
import plot from "../page/client/plot.ts" with { type: "text" };
import rates from "../page/client/rates.ts" with { type: "text" };
import timeline from "../page/client/timeline.ts" with { type: "text" };
import view from "../page/client/view.ts" with { type: "text" };
import scene from "../page/scene.ts" with { type: "text" };
import compare from "./client/compare.ts" with { type: "text" };
import list from "./client/list.ts" with { type: "text" };
import follow from "./client/follow.ts" with { type: "text" };
import live from "./client/live.ts" with { type: "text" };
import main from "./client/main.ts" with { type: "text" };
import strips from "./client/strips.ts" with { type: "text" };

/** Its modules, in an order in which each comes after those that it imports. */
export const MODULES = {
  scene,
  canvas,
  colours,
  links,
  decode,
  view,
  gestures,
  chart,
  rates,
  timeline,
  plot,
  pictures,
  strips,
  follow,
  list,
  live,
  compare,
  main,
};

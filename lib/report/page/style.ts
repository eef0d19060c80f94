/**
 * The style of pages: uPlot's, and ours after it.
 *
 * @module
 */
import uplot from "uplot/dist/uPlot.min.css" with { type: "text" };
import own from "./style.css" with { type: "text" };

export const STYLE = `${uplot}\n${own}`;

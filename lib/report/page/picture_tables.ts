/**
 * Pictures as tables, for those who do not see them.
 *
 * @module
 */
import { formatFigure, formatWhole } from "../../checkers/format.ts";
import type { HeatMap, Plot, Spans } from "../../workbench/workloads/picture.ts";
import { type Markup, markup } from "./markup.ts";
import type { DrawnPicture } from "./scene.ts";

/** The figures of a picture; of many, their extremes. */
export function tableOf(picture: DrawnPicture): Markup {
  if (picture.kind === "heat") return heatTable(picture);
  return picture.kind === "plot" ? plotTable(picture) : spanTable(picture);
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): Markup {
  return markup`
    <table>
      <thead>
        <tr>${heads.map((head) => markup`<th scope="col">${head}</th>`)}</tr>
      </thead>
      <tbody>${
    rows.map((row) => markup`<tr>${row.map((cell) => markup`<td>${cell}</td>`)}</tr>`)
  }</tbody>
    </table>
  `;
}

function heatTable({ rows, cells, unit, missing }: HeatMap): Markup {
  const printed = (value: number | undefined) =>
    value === undefined ? "–" : `${formatFigure(value)} ${unit}`;
  return table(
    ["", "median", "maximum", missing],
    cells.map((row, i) => {
      const present = row.flatMap((cell) => cell ?? []).sort((a, b) => a - b);
      const median = present[Math.ceil(present.length / 2) - 1];
      const absent = formatWhole(row.length - present.length);
      return [rows[i] ?? "", printed(median), printed(present.at(-1)), absent];
    }),
  );
}

function plotTable({ series, x }: Plot): Markup {
  const heads = ["", "points", "least", "greatest", "last", `last at (${x.unit})`];
  return table(
    heads,
    series.map(({ name, points }) => {
      const values = points.map(([, y]) => y);
      const extremes = [
        values.reduce((a, b) => Math.min(a, b), Infinity),
        values.reduce((a, b) => Math.max(a, b), -Infinity),
        values.at(-1) ?? NaN,
        points.at(-1)?.[0] ?? NaN,
      ].map((value) => Number.isFinite(value) ? formatFigure(value) : "–");
      return [name, formatWhole(points.length), ...extremes];
    }),
  );
}

function spanTable({ spans }: Spans): Markup {
  const seconds = (ms: number | null) => ms === null ? "never" : `${(ms / 1_000).toFixed(3)} s`;
  return table(
    ["place", "who", "operation", "from", "to"],
    spans.map(({ lane, fromMs, toMs, text, place, isBad }) => [
      isBad ? "has none" : place === null ? "" : `${place}`,
      lane,
      text,
      seconds(fromMs),
      seconds(toMs),
    ]),
  );
}

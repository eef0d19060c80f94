/// <reference lib="dom" />
/**
 * Sets the figures of a learner's program beside those of ours in the same run.
 *
 * @module
 */
import { markup } from "../../report/page/markup.ts";
import { METRICS } from "../../report/metrics.ts";
import type { Outcome } from "../engine/job.ts";
import { find } from "./page_parts.ts";

/** Shows what both took. */
export function showComparison(own: Outcome, ours: Outcome): void {
  const rows = METRICS.flatMap(({ key, title, print }) => {
    const [mine, other] = [own.metrics[key], ours.metrics[key]];
    return mine === undefined || other === undefined
      ? []
      : { title, cells: [mine, other].map(print) };
  });
  find("comparison", HTMLElement).innerHTML = markup`
    <div class="scroll">
      <table>
        <caption>The same run, with the same seed</caption>
        <thead>
          <tr><th></th><th scope="col">your program</th><th scope="col">our solution</th></tr>
        </thead>
        <tbody>${
    rows.map(({ title, cells }) =>
      markup`<tr><th scope="row">${title}</th>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>`
    )
  }</tbody>
      </table>
    </div>
  `.text;
}

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

/** Shows what both took, and what others have published. */
export function showComparison(
  own: Outcome,
  ours: Outcome,
  published?: Readonly<Record<string, number>>,
): void {
  const theirs = (key: string, print: (value: number) => string) => {
    const value = published?.[key];
    return value === undefined ? "–" : print(value);
  };
  const rows = METRICS.flatMap(({ key, title, print }) => {
    const [mine, other] = [own.metrics[key], ours.metrics[key]];
    return mine === undefined || other === undefined
      ? []
      : { title, cells: [print(mine), print(other), ...(published ? [theirs(key, print)] : [])] };
  });
  const caption = "Your program and our solution in the same run" +
    (published ? "; beside them the cheapest published figures, from their authors’ runs" : "");
  find("comparison", HTMLElement).innerHTML = markup`
    <div class="scroll">
      <table>
        <caption>${caption}</caption>
        <thead>
          <tr>
            <th></th><th scope="col">yours</th><th scope="col">ours</th>
            ${published ? markup`<th scope="col">published</th>` : ""}
          </tr>
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

/**
 * Reads of a counter between the least and the greatest sum that the adds allowed at that moment.
 *
 * @module
 */
import { itemsOf, numberOf } from "../../history/edn.ts";
import { NS_PER_S, type Op, opFromEdn } from "../../history/operations.ts";
import type { Picture, PictureSubject } from "./picture.ts";

type Point = readonly [x: number, y: number];

export function pictureCounter({ history, result }: PictureSubject): Picture[] {
  const wrong = new Set(itemsOf(result["errors"]).map((error) => opFromEdn(error).index));
  const { low, high, reads } = follow(history);
  if (reads.length === 0) return [];
  const dots = (some: typeof reads) => some.map(({ point }) => point);
  const plain = reads.filter(({ op }) => !wrong.has(op.index));
  return [{
    kind: "plot",
    title: "The counter, as read",
    caption: "A dot is a read. The lines are the sums that the adds allow: with as little and as " +
      "much as possible of what is under way or of unknown outcome. A read may lag behind until " +
      "the last ones, which are judged.",
    x: { title: "time", unit: "s" },
    y: "value",
    series: [
      { name: "least", style: "steps", points: low },
      { name: "greatest", style: "steps", points: high },
      { name: "read", style: "dots", points: dots(plain) },
      ...(wrong.size === 0 ? [] : [{
        name: "final read, not allowed",
        style: "bad" as const,
        points: dots(reads.filter(({ op }) => wrong.has(op.index))),
      }]),
    ],
  }];
}

/** The bounds whenever they change, and the reads. */
function follow(history: readonly Op[]) {
  let [certain, less, more] = [0, 0, 0];
  const [low, high]: [Point[], Point[]] = [[[0, 0]], [[0, 0]]];
  const reads: { readonly op: Op; readonly point: Point }[] = [];
  for (const op of history) {
    if (op.process === "nemesis") continue;
    const [timeS, value] = [op.time / NS_PER_S, numberOf(op.value)];
    if (value === undefined) continue;
    if (op.f === "read" && op.type === "ok") reads.push({ op, point: [timeS, value] });
    if (op.f !== "add" || op.type === "info") continue;
    const sign = op.type === "invoke" ? 1 : -1; // once it has completed, it is under way no more
    if (value < 0) less += sign * value;
    else more += sign * value;
    if (op.type === "ok") certain += value;
    low.push([timeS, certain + less]);
    high.push([timeS, certain + more]);
  }
  return { low, high, reads };
}

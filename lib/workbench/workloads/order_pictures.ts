/**
 * The longest linearizable order of a key, and the operation that has no place in it.
 *
 * @module
 */
import { findLongestOrders, type LongestOrder, printDeed } from "../../checkers/lin_kv.ts";
import { formatWhole } from "../../checkers/format.ts";
import { changes, valueSet } from "../../checkers/linearizability/register.ts";
import { printEdn } from "../../history/edn.ts";
import { NS_PER_MS, type OpPair, pairs } from "../../history/operations.ts";
import type { Picture, PictureSubject, Span } from "./picture.ts";

/** Operations that a picture shows: the last before the one without a place. */
const SHOWN = 24;
/** Keys that get a picture. */
const MOST_KEYS = 3;

export function pictureOrders({ result, history }: PictureSubject): Picture[] {
  return findLongestOrders(result, history).slice(0, MOST_KEYS).map(pictureOrder);
}

function pictureOrder({ key, order, unexplained, history }: LongestOrder): Picture {
  const places = new Map(order.map(({ index }, place) => [index, place + 1]));
  const placeOf = ({ invocation, completion }: OpPair) =>
    places.get(completion?.index ?? -1) ?? places.get(invocation.index) ?? null;
  const isBad = ({ completion }: OpPair) => completion?.index === unexplained.index;
  const known = pairs(history).filter((pair) => placeOf(pair) !== null || isBad(pair));
  const shown = known
    .sort((a, b) => (placeOf(a) ?? Infinity) - (placeOf(b) ?? Infinity))
    .slice(-SHOWN);
  const last = order.findLast(changes);
  const held = last === undefined ? null : valueSet(last);
  const left = known.length - shown.length;
  const earlier = left === 0 ? "" : ` ${formatWhole(left)} earlier operations are not shown.`;
  return {
    kind: "spans",
    title: `Key ${printEdn(key)}: the longest order, and what has no place in it`,
    caption: "A bar is an operation from its request to its answer; time is stretched where " +
      "nothing happens. Numbers and the line give an order that explains every operation before " +
      `the marked one. In this order the register then holds ${printEdn(held)}, so ` +
      `${printDeed(unexplained)} has no place.${earlier}`,
    spans: shown.map((pair): Span => ({
      lane: `process ${pair.invocation.process}`,
      fromMs: pair.invocation.time / NS_PER_MS,
      toMs: pair.completion === undefined || pair.completion.type === "info"
        ? null
        : pair.completion.time / NS_PER_MS,
      text: printDeed(pair.completion ?? pair.invocation),
      place: placeOf(pair),
      isBad: isBad(pair),
    })),
  };
}

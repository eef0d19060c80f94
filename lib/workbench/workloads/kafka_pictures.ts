/**
 * Where each log ended, how far behind polls were, and which messages nobody ever got.
 *
 * @module
 */
import { completions, type MessagesByKey } from "../../checkers/kafka/messages.ts";
import { formatWhole } from "../../checkers/format.ts";
import { type Edn, type EdnObject, isEdnObject, itemsOf, printEdn } from "../../history/edn.ts";
import { lookUp } from "../../history/look_up.ts";
import { NS_PER_S } from "../../history/operations.ts";
import { namesIn } from "./anomalies.ts";
import type { Picture, PictureSubject, Series } from "./picture.ts";

/** Keys that a picture tells apart: those with errors first, then those with the most messages. */
const MOST_KEYS = 5;

const TIME = { title: "time", unit: "s" } as const;

type Point = readonly [x: number, y: number];

interface Log {
  readonly key: Edn;
  /** The highest offset that a client knew of. */
  readonly ends: Point[];
  /** How many messages a poll left behind. */
  readonly lags: Point[];
  /** When each message was acknowledged, and its offset; by the message, printed. */
  readonly sent: Map<string, Point>;
}

export function pictureLogs({ history, result }: PictureSubject): Picture[] {
  const bad = keysWithErrors(result);
  const placeOf = ({ key }: Log) => bad.indexOf(printEdn(key)) + 1 || bad.length + 1;
  const logs = [...followLogs({ history })]
    .sort((a, b) => placeOf(a) - placeOf(b) || heightOf(b) - heightOf(a));
  if (logs.length === 0) return [];
  const shown = logs.slice(0, MOST_KEYS);
  const which = bad.length === 0 ? "the longest" : "those with errors first, then the longest";
  const some = logs.length === shown.length
    ? ""
    : ` ${MOST_KEYS} of ${formatWhole(logs.length)} logs: ${which}.`;
  const lost = lostPoints(result, shown);
  return [
    {
      kind: "plot",
      title: "Where the logs end",
      caption: `The highest offset that was acknowledged or polled, by key.${some}`,
      x: TIME,
      y: "offset",
      series: [
        ...shown.map(({ key, ends }): Series => ({
          name: `key ${printEdn(key)}`,
          style: "steps",
          points: ends,
        })),
        ...(lost.length === 0 ? [] : [{
          name: "acknowledged and lost",
          style: "bad" as const,
          points: lost,
        }]),
      ],
    },
    ...pictureLags(shown, some),
  ];
}

/** Nothing where no poll got any message. */
function pictureLags(shown: readonly Log[], some: string): Picture[] {
  if (shown.every(({ lags }) => lags.length === 0)) return [];
  return [{
    kind: "plot",
    title: "How far behind polls are",
    caption: "For each poll, the messages behind its last one that clients already knew of when " +
      `it began. No fault by itself.${some}`,
    x: TIME,
    y: "messages",
    series: shown.map(({ key, lags }) => ({
      name: `key ${printEdn(key)}`,
      style: "dots",
      points: lags,
    })),
  }];
}

/** The keys that errors are about, printed: those of the first error of each type come first. */
function keysWithErrors(result: EdnObject): readonly string[] {
  const keys = namesIn(result["bad-error-types"]).flatMap((type) => {
    const unseen = lookUp(result, [type, "messages"]);
    const ofType = unseen instanceof Map
      ? [...unseen.keys()]
      : itemsOf(lookUp(result, [type, "errs"]))
        .flatMap((error) => isEdnObject(error) ? [error["key"] ?? null] : []);
    return ofType.map((key, place) => ({ key: printEdn(key), place }));
  });
  const sorted = keys.sort((a, b) => a.place - b.place).map(({ key }) => key);
  return [...new Set(sorted)].slice(0, MOST_KEYS);
}

const heightOf = ({ ends }: Log) => ends.at(-1)?.[1] ?? 0;

function followLogs({ history }: Pick<PictureSubject, "history">): Iterable<Log> {
  const logs = new Map<Edn, Log>();
  const logOf = (key: Edn): Log => {
    const log = logs.get(key) ?? { key, ends: [], lags: [], sent: new Map() };
    logs.set(key, log);
    return log;
  };
  for (const { op, invocation, sends, polls } of completions(history)) {
    if (op.type !== "ok") continue;
    const timeS = op.time / NS_PER_S;
    for (const [key, offset] of highest(polls)) {
      const log = logOf(key);
      const known = log.ends.findLast(([atS]) => atS <= invocation.time / NS_PER_S)?.[1] ?? -1;
      log.lags.push([timeS, Math.max(0, known - offset)]);
      raise(log, timeS, offset);
    }
    for (const [key, messages] of sends) {
      const log = logOf(key);
      for (const [offset, value] of messages) {
        if (offset !== null) log.sent.set(printEdn(value), [timeS, offset]);
      }
    }
    for (const [key, offset] of highest(sends)) raise(logOf(key), timeS, offset);
  }
  return logs.values();
}

function highest(messages: MessagesByKey): [key: Edn, offset: number][] {
  return [...messages].flatMap(([key, some]): [Edn, number][] => {
    const offsets = some.flatMap(([offset]) => offset ?? []);
    return offsets.length === 0 ? [] : [[key, offsets.reduce((a, b) => Math.max(a, b))]];
  });
}

function raise({ ends }: Log, timeS: number, offset: number): void {
  if (offset > (ends.at(-1)?.[1] ?? -1)) ends.push([timeS, offset]);
}

/** Where the messages stood that no poll ever returned though a later one was. */
function lostPoints(result: EdnObject, logs: readonly Log[]): Point[] {
  const byKey = new Map(logs.map((log) => [printEdn(log.key), log]));
  return itemsOf(lookUp(result, ["lost-write", "errs"])).flatMap((lost): Point[] => {
    if (!isEdnObject(lost)) return [];
    const log = byKey.get(printEdn(lost["key"] ?? null));
    const point = log?.sent.get(printEdn(lost["value"] ?? null));
    return point === undefined ? [] : [point];
  });
}

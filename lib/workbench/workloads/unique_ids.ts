/**
 * Workload `unique-ids`: no node ever gives an id that was given before.
 *
 * @module
 */
import { checkUniqueIds, explainUniqueIds, findDuplicates } from "../../checkers/unique_ids.ts";
import { each } from "../clients/generator.ts";
import { clip, formatWhole, tally } from "../../checkers/format.ts";
import { type EdnObject, itemsOf, numberOf, printEdn } from "../../history/edn.ts";
import { NS_PER_S } from "../../history/operations.ts";
import { jsonToEdn } from "../../history/json.ts";
import { UniqueIds } from "../../workloads.ts";
import type { Picture, PictureSubject } from "./picture.ts";
import { type Figure, performs, type Workload } from "./workload.ts";

export const uniqueIds: Workload = {
  name: "unique-ids",
  description: "every id that any node gives differs from all others",
  reusableClients: true,
  idempotent: [],
  generators: () => ({ main: each(() => ({ f: "generate", value: null })) }),
  open: () => async (_op, call) => {
    const { id } = await call(UniqueIds.generate, {});
    return { type: "ok", value: jsonToEdn(id) };
  },
  check: checkUniqueIds,
  explain: explainUniqueIds,
  figures: (result) => [countIds(result), ...rangeFigures(result)],
  evidence: findDuplicates,
  signature: (result) => Number(result["duplicated-count"]) > 0 ? ["duplicated"] : [],
  recognises: performs("generate"),
  pictures: pictureThroughput,
};

/** Ids a second. */
function pictureThroughput({ history }: PictureSubject): Picture[] {
  const seconds = history.flatMap(({ type, time }) =>
    type === "ok" ? [Math.floor(time / NS_PER_S)] : []
  );
  const counts = new Map(tally(seconds));
  const last = seconds.reduce((a, b) => Math.max(a, b), 0);
  return counts.size < 2 ? [] : [{
    kind: "plot",
    title: "Ids a second",
    caption: "How many ids clients got in each second of the run.",
    x: { title: "time", unit: "s" },
    y: "ids",
    series: [{
      name: "ids",
      style: "steps",
      // Behind the last of them there are none.
      points: Array.from({ length: last + 2 }, (_, s) => [s, counts.get(s) ?? 0] as const),
    }],
  }];
}

function countIds(result: EdnObject): Figure {
  const number = (key: string) => numberOf(result[key]) ?? 0;
  const duplicates = number("duplicated-count");
  const verdict = duplicates === 0
    ? "all different"
    : `${formatWhole(duplicates)} of them repeated`;
  return { name: "ids", text: `${formatWhole(number("acknowledged-count"))}, ${verdict}` };
}

/** Ids may be as long as they like: no more of one is shown. */
const SHOWN_CHARACTERS = 40;

function rangeFigures(result: EdnObject): Figure[] {
  const [low, high] = itemsOf(result["range"]);
  if (low == null || high == null) return [];
  const [from, to] = [low, high].map((id) => clip(printEdn(id), SHOWN_CHARACTERS));
  return [{ name: "range", text: `${from} to ${to}` }];
}

/**
 * What must come out equal when a checker that searches is run again on a stored history.
 *
 * Knossos lets two algorithms race and reports the states that the faster one was in; Elle reports
 * one cycle of each kind from each tangle of transactions, as its search met them, and cuts lists
 * in the order of a hash map. Verdicts, kinds and counts do not depend on any of that.
 *
 * @module
 */
import { type Edn, type EdnObject, entriesOf, isEdnObject, itemsOf } from "../history/edn.ts";

/** Of the transactional checkers: verdict, kinds of anomalies and how many of each, models ruled out. */
export function projectElle(result: EdnObject): Edn {
  const anomalies = entriesOf(result["anomalies"])
    .map(([kind, examples]): [Edn, Edn] => [kind, itemsOf(examples).length]);
  return {
    "valid?": result["valid?"],
    "anomaly-types": result["anomaly-types"],
    "anomalies": new Map(anomalies),
    "not": result["not"],
    "also-not": result["also-not"],
  };
}

/** Of lin-kv: the verdict of each key, and which keys failed. */
export function projectLinKv(result: EdnObject): Edn {
  const keys = entriesOf(result["results"]).map(([key, value]): [Edn, Edn] => {
    const linearizable = isEdnObject(value) ? value["linearizable"] : undefined;
    return [key, isEdnObject(linearizable) ? linearizable["valid?"] ?? null : null];
  });
  return {
    "valid?": result["valid?"],
    "results": new Map(keys),
    "failures": [...itemsOf(result["failures"])],
  };
}

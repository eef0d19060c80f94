/**
 * What must come out equal when a checker that searches judges a stored history again.
 *
 * Knossos lets two algorithms race and reports the states of the faster one; Elle reports one cycle
 * of each class from each strongly connected component, as its search meets them, and cuts lists in
 * the order of a hash map. Verdicts, classes and counts depend on none of that.
 *
 * @module
 */
import { type Edn, type EdnObject, entriesOf, isEdnObject, itemsOf } from "../history/edn.ts";

/** Keeps the verdict, the types of anomalies with their counts, and the models ruled out. */
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

/** Keeps the verdict of each key, and which keys failed. */
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

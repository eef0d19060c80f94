/**
 * What results have in common that name anomalies, as Elle's and the kafka checker's do.
 *
 * @module
 */
import { type Edn, itemsOf, Keyword, printEdn } from "../../history/edn.ts";
import type { Place } from "./workload.ts";

/** The names in a list of keywords. */
export function namesIn(value: Edn | undefined): string[] {
  return itemsOf(value).map((item) => item instanceof Keyword ? item.name : printEdn(item));
}

/** Where to look for anomalies that are drawn and explained by the indices of their operations. */
export function drawnPlaces(): Place[] {
  return [
    { path: "elle", why: "anomalies, drawn" },
    { path: "history.edn", why: "the operations named above, by :index" },
  ];
}

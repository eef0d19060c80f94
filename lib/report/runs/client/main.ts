/// <reference lib="dom" />
/**
 * Brings a page of the server to life.
 *
 * @module
 */
import { startComparison } from "./compare.ts";
import { startList } from "./list.ts";
import { startLive } from "./live.ts";

async function start(): Promise<void> {
  const { kind } = document.body.dataset;
  const live = document.getElementById("live");
  if (kind === "list") startList();
  if (kind === "live" && live !== null) startLive(live);
  if (kind === "compare") await startComparison();
  document.documentElement.dataset["ready"] = "true";
}

start();

/**
 * The engine in a browser's worker: simulates edited code, judges it, and makes what the page shows.
 *
 * @module
 */
import { serveSimulations } from "../../simulator/sweep/worker.ts";
import { watchForFloods } from "./flood.ts";
import type { Outcome, Source } from "./job.ts";
import { loadSource } from "./load_source.ts";
import "./own_frames.ts";
import { sumUp } from "./sum_up.ts";

serveSimulations<Source, Outcome>(sumUp, {
  load: ({ context }) => loadSource(context.text),
  watch: watchForFloods,
});

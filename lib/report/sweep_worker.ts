/**
 * The worker of simulations whose summaries are a report's. It runs in a thread of its own.
 *
 * @module
 */
import { serveSimulations } from "../simulator/sweep/worker.ts";
import { summariseRun, type Summary } from "./summary.ts";
import type { SweepContext } from "./sweep.ts";

serveSimulations<SweepContext, Summary>((result, { limits }) => summariseRun(result, limits));

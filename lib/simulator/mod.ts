/**
 * A deterministic simulator: a program's nodes as functions in this process, in virtual time, under
 * faults, judged as Maelstrom would. {@linkcode simulate} is what a test calls; a failure comes with
 * its seed and with the smallest run found that fails in the same way.
 *
 * It needs no permission. The same program, options and seed give the same history, byte for byte,
 * on every machine of the same Deno version. It also runs on Node.js 20 and later, and on Bun;
 * {@linkcode sweep} runs on Deno, {@linkcode loadPerIncarnation} on Node.js 22.15 as well.
 *
 * ```ts
 * import { Echo, type Node } from "@glomers/maelstrom";
 * import { simulate } from "@glomers/maelstrom/simulator";
 *
 * function echo(node: Node): void {
 *   node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
 * }
 *
 * await simulate(echo, { workload: "echo", nodeCount: 3, faults: ["partition"], seeds: 5 });
 * ```
 *
 * @module
 */
export { Deadlock } from "../workbench/clock/virtual_clock.ts";
export { failureSignature } from "./failure.ts";
export { loadPerIncarnation, type ProgramSource } from "./program.ts";
export { shrink, type ShrinkOptions, type Shrunk } from "./shrink.ts";
export { simulate, type SimulateOptions, SimulationFailure } from "./simulate.ts";
export { simulateOnce, type SimulationObserver } from "./simulate_once.ts";
export { sweep, type SweepOptions, type SweptRun } from "./sweep/seeds.ts";
export { type TracedEvent, type TraceFilter, transcribe, type Transcriber } from "./trace.ts";
export { RealInputOutput } from "./virtual_globals.ts";

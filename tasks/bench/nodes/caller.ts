/**
 * A node of a bench: asks `lin-tso` for timestamps, many at a time, and says how long that took.
 *
 * @module
 */
import { integer, type Node, rpc, serve, timestamp } from "../../../lib/mod.ts";

/**
 * Makes that many RPCs, `inFlight` at a time. Times are from the call to its reply; they count once as
 * many have been answered as are in flight, as the first ones wait until all are made.
 */
export const measureCalls = rpc("measure_calls", { count: integer, inFlight: integer }, {
  medianUs: integer,
  p99Us: integer,
});

function caller(node: Node): void {
  node.on(measureCalls, async ({ count, inFlight }) => {
    const tookUs: number[] = [];
    let [left, warmingUp] = [count, inFlight];
    const callOn = async () => {
      while (left-- > 0) {
        const startMs = performance.now();
        await timestamp(node, { timeoutMs: 4_000 });
        if (warmingUp-- <= 0) tookUs.push(Math.round(1000 * (performance.now() - startMs)));
      }
    };
    await Promise.all(Array.from({ length: inFlight }, callOn));
    tookUs.sort((a, b) => a - b);
    const at = (fraction: number) => tookUs[Math.floor(fraction * tookUs.length)] ?? 0;
    return { type: "measure_calls_ok", medianUs: at(0.5), p99Us: at(0.99) };
  });
}

if (import.meta.main) await serve(caller);

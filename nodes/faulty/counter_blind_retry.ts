#!/usr/bin/env -S deno run --quiet
/**
 * Faulty: takes a compare-and-set without an answer for one that failed, and adds again. If only
 * the answer was lost, the add counts twice.
 *
 * Tempting because a retry cures every other error, and compare-and-set looks safe to repeat. It is
 * not when the retry reads the counter anew.
 *
 * To see it (the final count is too high):
 *
 *     deno task sim nodes/faulty/counter_blind_retry.ts -w g-counter --node-count 2 --time-limit 10 \
 *       --rate 50 --loss 0.1
 *
 * @module
 */
import { Counter, integer, Kv, type Node, serve } from "../../lib/mod.ts";

export default function counterBlindRetry(node: Node): void {
  const store = new Kv(node, "lin-kv", integer, { timeoutMs: 100 });

  async function untilItWorks<T>(attempt: () => Promise<T>): Promise<T> {
    while (true) {
      try {
        return await attempt();
      } catch {
        // Retry, whatever the error.
      }
    }
  }

  node.on(Counter.add, async ({ delta }) => {
    await untilItWorks(async () => {
      const value = await store.readOr("counter", 0);
      await store.cas("counter", value, value + delta, { createIfNotExists: true });
    });
    return { type: "add_ok" };
  });
  node.on(Counter.read, async () => {
    return { type: "read_ok", value: await untilItWorks(() => store.readOr("counter", 0)) };
  });
}

if (import.meta.main) await serve(counterBlindRetry);

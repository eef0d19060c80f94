/**
 * Broken: a compare-and-set that got no answer is taken for one that failed, and the add is made
 * again. If it was only the answer that was lost, the add counts twice.
 *
 * @module
 */
import { Counter, integer, Kv, type Node } from "../../lib/mod.ts";

export default function counterBlindRetry(node: Node): void {
  const store = new Kv(node, "lin-kv", integer, { timeoutMs: 100 });

  async function untilItWorks<T>(attempt: () => Promise<T>): Promise<T> {
    while (true) {
      try {
        return await attempt();
      } catch {
        // again
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

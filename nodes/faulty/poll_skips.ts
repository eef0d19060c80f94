/**
 * Broken: a bounded poll that returns the wrong end. A consumer that is further behind than one poll
 * takes it is given the newest messages instead of the next ones, and goes on behind them.
 *
 * @module
 */
import { type Entry, Logs } from "../../lib/algorithms/log.ts";
import { Kafka, type Node } from "../../lib/mod.ts";

const MAX_POLLED = 2;

export default function pollSkips(node: Node): void {
  const logs = new Logs();

  node.on(Kafka.send, ({ key, msg }) => ({ type: "send_ok", offset: logs.append(key, msg) }));

  node.on(Kafka.poll, ({ offsets }) => {
    const polled = Object.entries(logs.poll(offsets));
    const newest = polled.map(([key, msgs]): [string, Entry[]] => [key, msgs.slice(-MAX_POLLED)]);
    return { type: "poll_ok", msgs: Object.fromEntries(newest) };
  });

  node.on(Kafka.commit_offsets, () => ({ type: "commit_offsets_ok" }));
  node.on(Kafka.list_committed_offsets, () => ({ type: "list_committed_offsets_ok", offsets: {} }));
}

/**
 * Broken: a poll that takes the offset it is given for the last one the consumer has, and goes back
 * one to be on the safe side. So every poll begins with the message that the one before ended with.
 *
 * @module
 */
import { Logs } from "../../lib/algorithms/log.ts";
import { Kafka, type Node } from "../../lib/mod.ts";

export default function pollRepeats(node: Node): void {
  const logs = new Logs();

  node.on(Kafka.send, ({ key, msg }) => ({ type: "send_ok", offset: logs.append(key, msg) }));

  node.on(Kafka.poll, ({ offsets }) => {
    const before = Object.entries(offsets).map(([key, offset]) => [key, offset - 1]);
    return { type: "poll_ok", msgs: logs.poll(Object.fromEntries(before)) };
  });

  node.on(Kafka.commit_offsets, () => ({ type: "commit_offsets_ok" }));
  node.on(Kafka.list_committed_offsets, () => ({ type: "list_committed_offsets_ok", offsets: {} }));
}

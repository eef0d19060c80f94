#!/usr/bin/env -S deno run --quiet
/**
 * Challenge 5a, logs on a single node: append-only lists of messages, one for each key.
 *
 * A message's offset is its place in its key's list. That settles what a log must promise: no two
 * messages at one offset, none at two, and whoever polls from the end of the last poll on meets
 * every message once and in order. The node does one thing at a time, so it needs no lock for it.
 *
 * Polls are bounded: a consumer that starts from the beginning of a long log is given a part, and
 * asks again from there. So no poll costs more than what it returns, and none holds up the others
 * for long.
 *
 * A committed offset is a consumer's note of how far it has come, for whoever goes on after it. Notes
 * may arrive out of order, and then the highest counts.
 *
 * Cost: no messages between nodes. A message takes 8 bytes; a million of them are no burden.
 *
 * @module
 */
import { Logs } from "../lib/algorithms/log.ts";
import { Kafka, type Node, serve } from "../lib/mod.ts";

export default function singleNodeLog(node: Node): void {
  const logs = new Logs();

  node.on(Kafka.send, ({ key, msg }) => ({ type: "send_ok", offset: logs.append(key, msg) }));

  node.on(Kafka.poll, ({ offsets }) => ({ type: "poll_ok", msgs: logs.poll(offsets) }));

  node.on(Kafka.commit_offsets, ({ offsets }) => {
    logs.commit(offsets);
    return { type: "commit_offsets_ok" };
  });

  node.on(Kafka.list_committed_offsets, ({ keys }) => ({
    type: "list_committed_offsets_ok",
    offsets: logs.committed(keys),
  }));
}

if (import.meta.main) await serve(singleNodeLog);

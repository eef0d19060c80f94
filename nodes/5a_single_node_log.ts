#!/usr/bin/env -S deno run --quiet
/**
 * Challenge 5a, logs on a single node: append-only lists of messages, one for each key.
 *
 * A message's offset is its index in its key's list. That gives all that a log has to promise: no
 * two messages share an offset, no message has two, and a consumer that polls from where its last
 * poll ended sees every message once and in order. The node handles one request at a time, so it
 * needs no locks.
 *
 * Polls are bounded: a consumer that starts at the beginning of a long log gets a part of it and
 * asks again from there. So no poll costs more than what it returns, and none delays other requests
 * for long.
 *
 * A committed offset is a consumer's note of how far it has come, for whoever continues after it.
 * Notes may arrive out of order, so the highest counts.
 *
 * Messages between nodes: none. Latency: one round trip to the client. Memory: 8 bytes for each
 * message. It does not survive a crash of the node, whose memory is the only storage.
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

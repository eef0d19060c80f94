#!/usr/bin/env -S deno run --quiet --allow-env=GLOMERS_RUN_DIR --allow-read=${GLOMERS_RUN_DIR}/journal --allow-write=${GLOMERS_RUN_DIR}/journal
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
 * A message is in the node's journal before it has an offset that anyone sees: the journal decides
 * the order, and so the offsets. Committed offsets go there, too.
 *
 * Messages between nodes: none. Latency: one round trip to the client, and for sends and commits a
 * sync of the disk, which those that come meanwhile share. Memory: 8 bytes for each message.
 *
 * It survives kills at any moment: the node comes back with every message and offset that it ever
 * acknowledged or showed. A send that was not answered, as the node was killed or its disk refused
 * the message, is in the log once or not at all. While the disk refuses to write, polls go on.
 *
 * @module
 */
import { Logs, logState } from "../lib/algorithms/log.ts";
import { integer, Kafka, type Node, oneOf, serve, string, tuple } from "../lib/mod.ts";

/** A message sent to a key's log, or an offset committed there. */
type Event = [f: "send" | "commit", key: string, value: number];

export default function singleNodeLog(node: Node): void {
  const logs = new Logs();
  const journal = node.journal({
    name: "single-node-log",
    record: tuple<Event>(oneOf("send", "commit"), string, integer),
    state: logState,
    restore: (state) => logs.restore(state),
    apply,
    snapshot: () => logs.snapshot(),
  });

  /** Returns the offset that was assigned or committed. */
  function apply([f, key, value]: Event): number {
    if (f === "send") return logs.append(key, value);
    logs.commit({ [key]: value });
    return value;
  }

  node.on(Kafka.send, async ({ key, msg }) => {
    return { type: "send_ok", offset: await journal.append(["send", key, msg]) };
  });

  node.on(Kafka.poll, ({ offsets }) => ({ type: "poll_ok", msgs: logs.poll(offsets) }));

  node.on(Kafka.commit_offsets, async ({ offsets }) => {
    const commits = Object.entries(offsets);
    await Promise.all(commits.map(([key, offset]) => journal.append(["commit", key, offset])));
    return { type: "commit_offsets_ok" };
  });

  node.on(Kafka.list_committed_offsets, ({ keys }) => ({
    type: "list_committed_offsets_ok",
    offsets: logs.committed(keys),
  }));
}

if (import.meta.main) await serve(singleNodeLog);

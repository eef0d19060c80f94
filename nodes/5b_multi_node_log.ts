#!/usr/bin/env -S deno run --quiet --allow-env=GLOMERS_RUN_DIR --allow-read=${GLOMERS_RUN_DIR}/journal --allow-write=${GLOMERS_RUN_DIR}/journal
/**
 * Challenge 5b, logs on several nodes, ordered by `lin-kv`.
 *
 * Nodes agree on one sequence of batches (`algorithms/agreed_sequence.ts`): each index of it is a
 * key of `lin-kv` that is written once, by whichever node's compare-and-set arrives first. Every
 * node applies the batches in order and so builds the same logs. A message's offset is where its
 * batch puts it in its key's log, at every node the same: no two messages share an offset, and no
 * message has two. A send is acknowledged when its batch has its place. Polls are answered from the
 * batches that the node has applied.
 *
 * Sends that arrive while an index is being decided share the next batch: the busier a node, the
 * bigger its batches. A node without sends looks for new batches four times a second.
 *
 * Messages are nowhere but in the store, so a node that restarts reads all batches again: one, then
 * two at once, then four, and so on up to 64. Committed offsets travel with the next batch; until
 * then they are in the journal of the node that they were committed at.
 *
 * Messages: 2 for a batch, and 4 for each other node that loses the race against it. With two nodes
 * that is at most 6 per send, or 3 per operation if half of them are sends. Latency: a send takes
 * one round trip to `lin-kv`, and two more for every race that its batch loses; a commit takes a
 * sync of the disk, and a poll nothing.
 *
 * It survives partitions, lost and repeated messages, and the kill of any nodes, all of them
 * included, as long as the store has what it has acknowledged. A send that was not answered, as its
 * node was killed, is in the log once or not at all. While `lin-kv` is out of reach, a node polls
 * what it has read since its start, and sends wait, up to 20,000 of them: more are refused with
 * error 11, as they certainly did not happen.
 *
 * @module
 */
import { AgreedSequence } from "../lib/algorithms/agreed_sequence.ts";
import { Logs, type Message, messages } from "../lib/algorithms/log.ts";
import { Pending } from "../lib/algorithms/pending.ts";
import {
  ErrorCode,
  integer,
  Kafka,
  type Node,
  record,
  RpcError,
  serve,
  string,
  tuple,
} from "../lib/mod.ts";

const LOOK_EVERY_MS = 250;
/** Sends in one batch; more wait for the next. */
const MAX_BATCH = 1_000;
/** Bound on the sends that wait. */
const MAX_WAITING = 20_000;

type Batch = [name: string, sends: Message[], commits: Record<string, number>];

/**
 * Handles commits, which are in the journal until they are in a batch. Returns the keys whose
 * offsets may not be in one yet.
 */
function keepCommits(node: Node, logs: Logs): Set<string> {
  const committed = new Set<string>();

  function commit(offsets: Record<string, number>): void {
    logs.commit(offsets);
    for (const key of Object.keys(offsets)) committed.add(key);
  }

  const journal = node.journal({
    name: "multi-node-log",
    record: record(integer),
    state: record(integer),
    restore: commit,
    apply: commit,
    snapshot: () => logs.committed(),
  });

  node.on(Kafka.commit_offsets, async ({ offsets }) => {
    await journal.append(offsets);
    return { type: "commit_offsets_ok" };
  });

  node.on(Kafka.list_committed_offsets, ({ keys }) => ({
    type: "list_committed_offsets_ok",
    offsets: logs.committed(keys),
  }));

  return committed;
}

export default function multiNodeLog(node: Node): void {
  const logs = new Logs();
  const sends = new Pending<Message, number>();
  const committed = keepCommits(node, logs);
  let busy = false;

  const batches = new AgreedSequence(
    node,
    tuple<Batch>(string, messages, record(integer)),
    ([_name, sends, commits]) => {
      logs.commit(commits);
      return sends.map((message) => logs.append(...message));
    },
  );

  async function publish(): Promise<void> {
    const batch = sends.take(MAX_BATCH);
    const commits = logs.committed(committed);
    committed.clear();
    try {
      batch.resolve(await batches.append((name) => [name, batch.items, commits]));
    } catch (error) {
      batch.reject(error);
    }
  }

  /** Publishes what waits, or looks for what others have published; one batch at a time. */
  async function work(): Promise<void> {
    if (busy) return;
    busy = true;
    try {
      if (sends.size === 0) await batches.catchUp();
      while (sends.size > 0) await publish();
    } finally {
      busy = false;
    }
  }

  node.onInit(() => void setInterval(work, LOOK_EVERY_MS));

  node.on(Kafka.send, async ({ key, msg }) => {
    if (sends.size >= MAX_WAITING) {
      const text = `${sends.size} sends wait for lin-kv already`;
      throw new RpcError(ErrorCode.temporarilyUnavailable, text);
    }
    const offset = sends.add([key, msg]);
    work();
    return { type: "send_ok", offset: await offset };
  });

  node.on(Kafka.poll, ({ offsets }) => ({ type: "poll_ok", msgs: logs.poll(offsets) }));
}

if (import.meta.main) await serve(multiNodeLog);

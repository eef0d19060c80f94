#!/usr/bin/env -S deno run --quiet
/**
 * Challenge 5b, logs on several nodes, ordered by `lin-kv`.
 *
 * The store holds one list of batches, each under its number, and a number is written once: by
 * compare-and-set from nothing. Nodes race for the next number; the one that comes first has its
 * batch there for good, and the others read it and try the number after. So all nodes see the same
 * batches in the same order, and each of them, applying one after the other, builds the same logs.
 * (Replicated state machines: Schneider, 1990; `lin-kv` decides each number, as consensus would.)
 *
 * A message's offset is where its batch brings it in its key's log, at every node the same: two
 * messages never share one, and no message has two. Polls are answered from what a node has applied.
 *
 * **Nobody knows whether a compare-and-set that timed out was carried out**, but what became of it can
 * be read: batches carry a name, and the number holds this batch, another one, or none yet. In the
 * last case the node tries again; should the first attempt come through late, it writes the same
 * batch, and if another came first it does nothing. So a send is acknowledged exactly when it has its
 * place, and is there once. While `lin-kv` is out of reach sends wait, and polls go on.
 *
 * Sends that arrive while a number is being decided share the next batch: the busier a node, the
 * bigger its batches. Committed offsets go along. A node without sends looks for new batches four
 * times a second, and one that was restarted reads them all, more and more at a time: nothing is
 * kept but in the store.
 *
 * Cost: 2 messages for a batch, and 4 for every other node that loses the race for its number. At 2
 * nodes that is 6 for a send at most, and 3 for an operation where half of them are sends. A send
 * takes one round trip to `lin-kv`, and two more for every race that its batch loses.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { Logs } from "../lib/algorithms/log.ts";
import { array, integer, Kafka, Kv, type Node, record, serve, string, tuple } from "../lib/mod.ts";

const LOOK_EVERY_MS = 250;
const RETRY_MS = 100;
/** Sends in one batch; more wait for the next. */
const MAX_BATCH = 1_000;
/** Batches that a node asks for at once. */
const MAX_AHEAD = 64;

type Message = [key: string, msg: number];

/** Sends and committed offsets, under a name that no other batch has. */
type Batch = [name: string, sends: Message[], commits: Record<string, number>];

const batch = tuple<Batch>(string, array(tuple<Message>(string, integer)), record(integer));

interface Waiting {
  readonly message: Message;
  readonly resolve: (offset: number) => void;
}

export default function multiNodeLog(node: Node): void {
  const batches = new Kv(node, "lin-kv", batch);
  const life = crypto.randomUUID();
  const logs = new Logs();
  /** How many batches are applied, and so the number of the next. */
  let applied = 0;
  const waiting: Waiting[] = [];
  /** Keys with offsets that were committed here and are in no batch yet. */
  const committed = new Set<string>();
  let busy = false;

  function apply([, sends, commits]: Batch): number[] {
    applied++;
    logs.commit(commits);
    return sends.map((message) => logs.append(...message));
  }

  /** What a number holds, however long it takes to learn that. */
  async function read(number: number): Promise<Batch | undefined> {
    for (;; await delay(RETRY_MS)) {
      try {
        return await batches.readOr(number, undefined);
      } catch {
        // a read can be done again
      }
    }
  }

  /** The batch under a number: this one, unless another was first. */
  async function decide(number: number, mine: Batch): Promise<Batch> {
    for (;; await delay(RETRY_MS)) {
      try {
        await batches.cas(number, null, mine, { createIfNotExists: true });
        return mine;
      } catch { // it is taken, or nobody knows: look
        const decided = await read(number);
        if (decided !== undefined) return decided;
      }
    }
  }

  async function publish(): Promise<void> {
    const sent = waiting.splice(0, MAX_BATCH);
    const commits = logs.committed([...committed]);
    committed.clear();
    const mine: Batch = [`${life}-${applied}`, sent.map(({ message }) => message), commits];
    for (let lost = 0;; lost++) {
      if (lost > 2) await catchUp(); // far behind, perhaps
      const decided = await decide(applied, mine);
      const offsets = apply(decided);
      if (decided[0] !== mine[0]) continue;
      for (const [i, { resolve }] of sent.entries()) resolve(offsets[i] ?? 0);
      return;
    }
  }

  /** Reads on to the end: one batch, and if there is one then two at once, four, … */
  async function catchUp(): Promise<void> {
    for (let ahead = 1;; ahead = Math.min(2 * ahead, MAX_AHEAD)) {
      const numbers = Array.from({ length: ahead }, (_, i) => applied + i);
      for (const next of await Promise.all(numbers.map(read))) {
        if (next === undefined) return;
        apply(next);
      }
    }
  }

  /** One batch at a time. */
  async function work(): Promise<void> {
    if (busy) return;
    busy = true;
    if (waiting.length === 0) await catchUp();
    while (waiting.length > 0) await publish();
    busy = false;
  }

  node.onInit(() => void setInterval(work, LOOK_EVERY_MS));

  node.on(Kafka.send, async ({ key, msg }) => {
    const { promise, resolve } = Promise.withResolvers<number>();
    waiting.push({ message: [key, msg], resolve });
    work();
    return { type: "send_ok", offset: await promise };
  });

  node.on(Kafka.poll, ({ offsets }) => ({ type: "poll_ok", msgs: logs.poll(offsets) }));

  node.on(Kafka.commit_offsets, ({ offsets }) => {
    logs.commit(offsets);
    for (const key of Object.keys(offsets)) committed.add(key);
    return { type: "commit_offsets_ok" };
  });

  node.on(Kafka.list_committed_offsets, ({ keys }) => ({
    type: "list_committed_offsets_ok",
    offsets: logs.committed(keys),
  }));
}

if (import.meta.main) await serve(multiNodeLog);

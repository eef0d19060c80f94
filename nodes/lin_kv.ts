#!/usr/bin/env -S deno run --quiet --allow-env=GLOMERS_RUN_DIR --allow-read=${GLOMERS_RUN_DIR}/journal --allow-write=${GLOMERS_RUN_DIR}/journal
/**
 * Workload lin-kv: a linearizable store that needs no service, by Raft.
 *
 * All nodes apply the same writes and compare-and-sets in the same order, which they agree on by
 * Raft (`algorithms/raft/`). So each holds the whole store. A write is acknowledged once a majority
 * has it on stable storage and this node has applied it. A read goes by no log: the node asks the
 * leader for an index, which the leader tells once a majority has confirmed that it leads, and
 * reads its own copy when that includes the index. A copy read without asking may be out of date.
 *
 * A compare-and-set that finds another value is a command like any other: it has its place in the
 * order, and its result is the error. Commands take effect once, though nodes repeat them until
 * they are applied, so a client never needs to know what became of a leader.
 *
 * Messages: the leader does all that arrives within 60 ms in one round, which costs 2 messages for
 * each follower, and at most 2 more for each follower that clients have asked something: its
 * requests, which it passes on once a round, and the news that they are done. With 5 nodes and 100
 * operations a second that is 2.5 per operation; with 3 nodes and 30 a second, as few share a
 * round, 3.4. Latency: up to 60 ms until the round begins, one round trip between leader and
 * followers, another between leader and the node asked, and a sync at the leader and the followers,
 * side by side.
 *
 * It survives the end of any minority of its nodes, and of all of them if they have a disk: what is
 * acknowledged is on the disks of a majority. Without a disk a node that restarts has forgotten
 * whom it voted for and what it acknowledged, and the store is only safe while no node does. For
 * the same reason nobody may remove a node's journal while the others go on. Such a node is sent
 * everything again, but it is a node lost: what it alone shared with a minority is gone with it,
 * and within the moments of an election it could vote twice. Nor can it tell that from its first
 * start, at which it has to vote, or no cluster would ever begin. If a disk has to go, keep its
 * node off until a write is answered: then a majority of the others has everything.
 *
 * When the leader is gone, the others notice its silence after 0.25 to 0.45 s, longer where a round
 * trip takes over 0.6 s, for then they wait for half of one. The next one is elected within four
 * message delays, answers its own clients after two more and those of other nodes after five:
 * within 0.5 s without latency; at 100 ms it leads after 1 s at most, at 300 ms after 2.1, at 1 s
 * after 6.6. A leader that is heard, but hears no majority, steps down after 0.45 s or two round
 * trips and names an heir, elected three message delays later: after 0.45 s, 0.9 s at 100 ms, 2.3 s
 * at 300 ms. Meanwhile clients wait. A slow disk costs a leader time and nothing else, as it is
 * heard while it stores; if that takes more than 2 s it steps down, too.
 *
 * A minority that is cut off answers nothing: after 4.4 s a request that reached no leader fails
 * for certain, any other may have taken effect; so at latencies above 2 s nothing is answered, and
 * above 1 s only what is asked of the leader. In Maelstrom's ring of majorities no two of three
 * nodes hear each other, so nothing is answered while it lasts; with five, each has two neighbours,
 * enough for a majority.
 *
 * @module
 */
import { Replicated } from "../lib/algorithms/raft/replicated.ts";
import {
  array,
  ErrorCode,
  integer,
  type Json,
  json,
  LinKv,
  type Node,
  nullable,
  RpcError,
  serve,
  type Shape,
  string,
  tuple,
} from "../lib/mod.ts";

/** A compare-and-set, or a write if it does not say what it expects. */
type Command = [key: Json, to: Json] | [key: Json, to: Json, from: Json];

const write = tuple<[key: Json, to: Json]>(json, json);
const cas = tuple<[key: Json, to: Json, from: Json]>(json, json, json);
const command: Shape<Command> = {
  problem: (value, path) =>
    (Array.isArray(value) && value.length === 3 ? cas : write).problem(value, path),
};

/** Values by their keys. Both are any JSON, and equal if their texts are. */
class Store {
  #values = new Map<string, Json>();

  read(key: Json): Json | undefined {
    return this.#values.get(JSON.stringify(key));
  }

  /** Changes a key; returns the code of the error if it does not hold what is expected. */
  apply([key, to, ...expected]: Command): number | null {
    if (expected.length > 0) {
      const current = this.read(key);
      if (current === undefined) return ErrorCode.keyDoesNotExist;
      if (JSON.stringify(current) !== JSON.stringify(expected[0])) {
        return ErrorCode.preconditionFailed;
      }
    }
    this.#values.set(JSON.stringify(key), to);
    return null;
  }

  snapshot(): [key: string, value: Json][] {
    return [...this.#values];
  }

  restore(values: [key: string, value: Json][]): void {
    this.#values = new Map(values);
  }
}

export default function linKv(node: Node): void {
  const store = new Store();
  const replicated = new Replicated(node, {
    name: "lin-kv",
    command,
    result: nullable(integer),
    state: array(tuple<[key: string, value: Json]>(string, json)),
    apply: (command) => store.apply(command),
    snapshot: () => store.snapshot(),
    restore: (values) => store.restore(values),
  });

  async function execute(command: Command): Promise<void> {
    const error = await replicated.execute(command);
    if (error !== null) throw new RpcError(error);
  }

  node.on(LinKv.read, async ({ key }) => {
    await replicated.barrier();
    const value = store.read(key);
    if (value === undefined) throw new RpcError(ErrorCode.keyDoesNotExist);
    return { type: "read_ok", value };
  });

  node.on(LinKv.write, async ({ key, value }) => {
    await execute([key, value]);
    return { type: "write_ok" };
  });

  node.on(LinKv.cas, async ({ key, from, to }) => {
    await execute([key, to, from]);
    return { type: "cas_ok" };
  });
}

if (import.meta.main) await serve(linKv);

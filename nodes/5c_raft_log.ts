#!/usr/bin/env -S deno run --quiet --allow-env=GLOMERS_RUN_DIR --allow-read=${GLOMERS_RUN_DIR}/journal --allow-write=${GLOMERS_RUN_DIR}/journal
/**
 * Challenge 5c by Raft: logs that outlive any one of three nodes.
 *
 * In 5c one node decides the order of all messages, and while it is down nobody else takes sends.
 * Here the nodes agree on the order by Raft (`algorithms/raft/`): a send is a command, acknowledged
 * with its offset once a majority has it on stable storage and this node has applied it. Every node
 * applies all commands, so each has the logs, and answers polls from them alone. They may lag, as
 * logs may, but have no gaps. Committed offsets are commands as well; who asks for them waits until
 * this node has all that was committed before.
 *
 * **What consensus costs.** With a single leader a batch of a follower takes 2 messages: there and
 * back. Here the leader has to hear from a follower before it may answer. With three nodes a round
 * takes 8: 2 for the commands of both followers, 4 to store them, 2 to tell that it is done. In 5c
 * rounds may be rare, as a leader's own clients never wait; here every client waits for a round, so
 * rounds are 5 ms apart. With three nodes and six clients that is 1.5 messages per operation, against
 * 0.15 with 5c's two nodes, and in the simulator the clients make 980 of the 1000 operations a second
 * that they are to make. (`deno task 5c-raft -- 10` has them 10 ms apart: 1.0 messages and 828
 * operations.) A send takes up to 5 ms, two round trips and a sync, as all nodes store at once; at
 * the leader one round trip less. In 5c it takes a sync there. In return there is no node whose end
 * matters: while two of three are up, sends go on 0.25 to 0.5 s and at most nine message delays after
 * the leader's end. Nobody may remove a node's journal, though (why, says `lin_kv.ts`).
 *
 * It survives the end of any nodes, all of them included, partitions, loss, duplication and
 * reordering. A node without a majority answers polls, and no sends. Without a disk a node that
 * restarts has forgotten what it acknowledged, and nothing is safe any more.
 *
 * @module
 */
import { Logs, type LogState, logState } from "../lib/algorithms/log.ts";
import { Replicated } from "../lib/algorithms/raft/replicated.ts";
import {
  integer,
  Kafka,
  type Node,
  nullable,
  oneOf,
  record,
  serve,
  type Shape,
  string,
  tuple,
} from "../lib/mod.ts";

/** A message for a key's log, or offsets that consumers have committed. */
type Command = ["send", key: string, msg: number] | ["commit", offsets: Record<string, number>];

const send = tuple<[string, string, number]>(oneOf("send"), string, integer);
const commit = tuple<[string, Record<string, number>]>(oneOf("commit"), record(integer));
const command: Shape<Command> = {
  problem: (value, path) =>
    (Array.isArray(value) && value[0] === "send" ? send : commit).problem(value, path),
};

/**
 * How far apart a leader's rounds are: 5 ms, unless the node's argument says otherwise.
 *
 * @throws {RangeError} if that is no number of milliseconds.
 */
function roundMsOf(args: readonly string[]): number {
  const [ms = "5", ...others] = args;
  if (/^[1-9]\d{0,3}$/.test(ms) && others.length === 0) return Number(ms);
  throw new RangeError(`expected the milliseconds between two rounds; got ${args.join(" ")}`);
}

export default function raftLog(node: Node): void {
  const logs = new Logs();
  const replicated = new Replicated<Command, number | null, LogState[]>(node, {
    name: "raft-log",
    command,
    result: nullable(integer),
    state: logState,
    apply: (command) => {
      if (command[0] === "send") return logs.append(command[1], command[2]);
      logs.commit(command[1]);
      return null;
    },
    snapshot: () => logs.snapshot(),
    restore: (state) => logs.restore(state),
  }, { roundMs: roundMsOf(node.args) });

  node.on(Kafka.send, async ({ key, msg }) => {
    const offset = await replicated.execute(["send", key, msg]);
    if (offset === null) throw new Error("a send has an offset");
    return { type: "send_ok", offset };
  });

  node.on(Kafka.poll, ({ offsets }) => ({ type: "poll_ok", msgs: logs.poll(offsets) }));

  node.on(Kafka.commit_offsets, async ({ offsets }) => {
    await replicated.execute(["commit", offsets]);
    return { type: "commit_offsets_ok" };
  });

  node.on(Kafka.list_committed_offsets, async ({ keys }) => {
    await replicated.barrier();
    return { type: "list_committed_offsets_ok", offsets: logs.committed(keys) };
  });
}

if (import.meta.main) await serve(raftLog);

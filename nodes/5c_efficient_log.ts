#!/usr/bin/env -S deno run --quiet --allow-env=GLOMERS_RUN_DIR --allow-read=${GLOMERS_RUN_DIR}/journal --allow-write=${GLOMERS_RUN_DIR}/journal
/**
 * Challenge 5c, efficient logs: one node puts all messages in order, and peers send to it in
 * batches.
 *
 * The first node leads and assigns every offset. The others follow: a follower collects sends for
 * 15 ms and hands them over in one request. The reply has their offsets and the messages that the
 * follower has not seen, in the leader's order. So a follower's logs are the leader's logs of a
 * moment ago, and it answers polls from them alone. They may lag, as logs may, but have no gaps.
 * There is one leader, not one for each key, because cost grows with the number of pairs of nodes
 * that talk: with a leader for each key, all of them would.
 *
 * **Exactly once.** A follower repeats its request until it is answered, and the leader answers a
 * repetition with the offsets it gave before (`algorithms/session.ts`). So a batch takes effect
 * once, whatever the network loses or repeats, and its senders learn their offsets.
 *
 * **Killed.** The leader stores messages, committed offsets and what it has answered to whom before
 * it answers (`algorithms/ordered_logs.ts`). So it comes back with every offset that anyone knows,
 * and a batch that it had stored but not answered is not appended again. A follower stores its
 * copy, and asks for what is new when it comes back. A send that was not answered, as its node was
 * killed, is in the log once or not at all.
 *
 * **Cut off.** When the leader has not answered for a second, because it is out of reach or down, a
 * follower refuses sends that have not left it, with error 11: they certainly did not happen. Sends
 * already on their way may have, so their clients wait for the answer or time out. Nobody takes the
 * leader's place, so there are never two orders. Polls go on, and so do sends to the leader.
 *
 * Committed offsets travel along, and are stored where they were committed until then. A follower
 * asks the leader for them and falls back on those it knows; these can only be too low, and then
 * something is polled again.
 *
 * Messages: 2 between the leader and each follower every 15 ms under load, and every quarter of a
 * second when idle: 0.15 per operation with 2 nodes and 1000 operations a second. Latency: a send
 * takes a sync of the leader's disk, which those that come meanwhile share, and at a follower a
 * round trip and up to 15 ms besides.
 *
 * It survives partitions, loss, duplication, and the kill of any nodes, all of them included. While
 * the leader is down, its followers poll and commit, but send nothing: as long as it takes to start
 * again, and a quarter of a second. Nobody else may go on, because the leader's journal is on one
 * disk; logs that outlive their node's disk need consensus.
 *
 * @module
 */
import { type Message, messages } from "../lib/algorithms/log.ts";
import { OrderedLogs } from "../lib/algorithms/ordered_logs.ts";
import { Pending } from "../lib/algorithms/pending.ts";
import { Session, type Stamp, stampFields } from "../lib/algorithms/session.ts";
import {
  array,
  ErrorCode,
  integer,
  Kafka,
  type Node,
  record,
  rpc,
  RpcError,
  serve,
} from "../lib/mod.ts";

const TICK_MS = 15;
/** Without sends and news, a follower asks the leader only in every so many ticks. */
const IDLE_TICKS = 16;
const REPEAT_MS = 250;
const MAX_UNANSWERED = 4;
/** The longest round trip that still counts as an answer. */
const PATIENCE_MS = 10_000;
/** Bound on the messages in one direction of one exchange, and on sends that wait for theirs. */
const MAX_BATCH = 2_000;
const MAX_WAITING = 20_000;

/** A follower's sends, the offsets committed there, and how many messages it has seen. */
const Exchange = rpc("exchange", {
  ...stampFields,
  sends: messages,
  commits: record(integer),
  seen: integer,
}, { offsets: array(integer), messages });

/** Decides the order of all messages. */
function lead(node: Node, log: OrderedLogs): void {
  node.on(Exchange, async ({ sends, commits, seen, ...stamp }) => {
    if (seen < 0 || seen > log.length) {
      const text = `nobody can have seen ${seen} messages of ${log.length}`;
      throw new RpcError(ErrorCode.abort, text);
    }
    const offsets = await log.execute(stamp, sends, commits);
    return { type: "exchange_ok", offsets, messages: log.since(seen, MAX_BATCH) };
  });

  node.on(Kafka.send, async ({ key, msg }) => {
    const [offset = 0] = await log.append([[key, msg]]);
    return { type: "send_ok", offset };
  });

  node.on(Kafka.commit_offsets, async ({ offsets }) => {
    await log.commit(offsets);
    return { type: "commit_offsets_ok" };
  });

  node.on(Kafka.list_committed_offsets, ({ keys }) => ({
    type: "list_committed_offsets_ok",
    offsets: log.logs.committed(keys),
  }));
}

/** Takes the order from the leader. */
function follow(node: Node, log: OrderedLogs, leader: string): void {
  const { logs } = log;
  const sends = new Pending<Message, number>();
  /** Keys whose committed offsets the leader may not have been told. */
  const committed = new Set(Object.keys(logs.committed()));
  let busy = false;
  let idleTicks = 0;

  const outOfReach = () => new RpcError(ErrorCode.temporarilyUnavailable, `no word from ${leader}`);
  const session = new Session({
    repeatMs: REPEAT_MS,
    maxUnanswered: MAX_UNANSWERED,
    onSilence: () => sends.rejectAll(outOfReach()),
  });

  async function exchange(): Promise<void> {
    const batch = sends.take(MAX_BATCH);
    const { items } = batch;
    const commits = logs.committed(committed);
    const tellsNothing = items.length === 0 && committed.size === 0;
    committed.clear();
    const seen = log.length;
    const ask = (stamp: Stamp) => {
      const fields = { ...stamp, sends: items, commits, seen };
      return node.rpc(leader, Exchange, fields, { timeoutMs: PATIENCE_MS });
    };
    const reply = await (tellsNothing ? session.query(ask) : session.request(ask));
    batch.resolve(reply.offsets);
    idleTicks = 0;
    if (reply.messages.length === 0) return;
    await log.append(reply.messages);
    idleTicks = IDLE_TICKS; // there may be more
  }

  setInterval(() => {
    if (busy || (sends.size === 0 && idleTicks++ < IDLE_TICKS)) return;
    busy = true;
    exchange()
      .catch((error) => node.log(`asks ${leader} again later: ${error}`))
      .finally(() => busy = false);
  }, TICK_MS);

  node.on(Kafka.send, async ({ key, msg }) => {
    if (session.silent || sends.size >= MAX_WAITING) throw outOfReach();
    return { type: "send_ok", offset: await sends.add([key, msg]) };
  });

  node.on(Kafka.commit_offsets, async ({ offsets }) => {
    await log.commit(offsets);
    for (const key of Object.keys(offsets)) committed.add(key);
    return { type: "commit_offsets_ok" };
  });

  node.on(Kafka.list_committed_offsets, async ({ keys }) => {
    const options = { timeoutMs: REPEAT_MS };
    await node.rpc(leader, Kafka.list_committed_offsets, { keys }, options)
      .then(({ offsets }) => log.commit(offsets))
      .catch(() => {});
    return { type: "list_committed_offsets_ok", offsets: logs.committed(keys) };
  });
}

export default function efficientLog(node: Node): void {
  const log = new OrderedLogs(node, "efficient-log");

  node.onInit(() => {
    const [leader = node.id] = node.ids;
    if (node.id === leader) lead(node, log);
    else follow(node, log, leader);
  });

  node.on(Kafka.poll, ({ offsets }) => ({ type: "poll_ok", msgs: log.logs.poll(offsets) }));
}

if (import.meta.main) await serve(efficientLog);

#!/usr/bin/env -S deno run --quiet
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
 * repetition with the reply it gave before (`algorithms/session.ts`). So a batch takes effect once,
 * whatever the network loses or repeats, and its senders learn their offsets.
 *
 * **Cut off.** When the leader has not answered for a second, a follower refuses sends that have
 * not left it, with error 11: they certainly did not happen. Sends already on their way may have,
 * so their clients wait for the answer or time out. Nobody takes the leader's place, so there are
 * never two orders. Polls go on, and so do sends to the leader.
 *
 * Committed offsets travel along. A follower asks the leader for them and falls back on those it
 * knows; these can only be too low, and then something is polled again.
 *
 * Messages: 2 between the leader and each follower every 15 ms under load, and every quarter of a
 * second when idle: 0.15 per operation with 2 nodes and 1000 operations a second. Latency: a send
 * takes no time at the leader, and a round trip and up to 15 ms at a follower. It does not survive
 * a crash of the leader, whose memory is the only storage; Maelstrom's challenge kills no node.
 * Logs that outlive their node need consensus.
 *
 * @module
 */
import { Logs, type Message, messages } from "../lib/algorithms/log.ts";
import { Pending } from "../lib/algorithms/pending.ts";
import { Session, Sessions, stampFields } from "../lib/algorithms/session.ts";
import {
  array,
  ErrorCode,
  integer,
  Kafka,
  type Node,
  record,
  type ReplyOf,
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
function lead(node: Node, logs: Logs): void {
  const sessions = new Sessions<ReplyOf<typeof Exchange>>();
  /** All messages in order; as two lists they take a fifth of the memory of pairs. */
  const keys: string[] = [];
  const msgs: number[] = [];

  function append(key: string, msg: number): number {
    keys.push(key);
    msgs.push(msg);
    return logs.append(key, msg);
  }

  node.on(Exchange, (request) =>
    sessions.answer(request, () => {
      const { sends, commits, seen } = request;
      if (seen < 0 || seen > keys.length) {
        const text = `nobody can have seen ${seen} messages of ${keys.length}`;
        throw new RpcError(ErrorCode.abort, text);
      }
      logs.commit(commits);
      const offsets = sends.map((message) => append(...message));
      const messages = keys.slice(seen, seen + MAX_BATCH)
        .map((key, i): Message => [key, msgs[seen + i] ?? 0]);
      return { type: "exchange_ok", offsets, messages };
    }));

  node.on(Kafka.send, ({ key, msg }) => ({ type: "send_ok", offset: append(key, msg) }));

  node.on(Kafka.commit_offsets, ({ offsets }) => {
    logs.commit(offsets);
    return { type: "commit_offsets_ok" };
  });

  node.on(Kafka.list_committed_offsets, ({ keys }) => ({
    type: "list_committed_offsets_ok",
    offsets: logs.committed(keys),
  }));
}

/** Takes the order from the leader. */
function follow(node: Node, logs: Logs, leader: string): void {
  const sends = new Pending<Message, number>();
  /** Keys whose committed offsets the leader has not been told. */
  const committed = new Set<string>();
  let seen = 0;
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
    const commits = logs.committed([...committed]);
    committed.clear();
    const { offsets, messages } = await session.request((stamp) => {
      const fields = { ...stamp, sends: batch.items, commits, seen };
      return node.rpc(leader, Exchange, fields, { timeoutMs: PATIENCE_MS });
    });
    for (const message of messages) logs.append(...message);
    batch.resolve(offsets);
    seen += messages.length;
    idleTicks = messages.length > 0 ? IDLE_TICKS : 0;
  }

  setInterval(() => {
    if (busy || (sends.size === 0 && idleTicks++ < IDLE_TICKS)) return;
    busy = true;
    exchange().finally(() => busy = false);
  }, TICK_MS);

  node.on(Kafka.send, async ({ key, msg }) => {
    if (session.silent || sends.size >= MAX_WAITING) throw outOfReach();
    return { type: "send_ok", offset: await sends.add([key, msg]) };
  });

  node.on(Kafka.commit_offsets, ({ offsets }) => {
    logs.commit(offsets);
    for (const key of Object.keys(offsets)) committed.add(key);
    return { type: "commit_offsets_ok" };
  });

  node.on(Kafka.list_committed_offsets, async ({ keys }) => {
    const options = { timeoutMs: REPEAT_MS };
    await node.rpc(leader, Kafka.list_committed_offsets, { keys }, options)
      .then(({ offsets }) => logs.commit(offsets), () => {});
    return { type: "list_committed_offsets_ok", offsets: logs.committed(keys) };
  });
}

export default function efficientLog(node: Node): void {
  const logs = new Logs();

  node.onInit(() => {
    const [leader = node.id] = node.ids;
    if (node.id === leader) lead(node, logs);
    else follow(node, logs, leader);
  });

  node.on(Kafka.poll, ({ offsets }) => ({ type: "poll_ok", msgs: logs.poll(offsets) }));
}

if (import.meta.main) await serve(efficientLog);

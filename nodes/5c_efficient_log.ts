#!/usr/bin/env -S deno run --quiet
/**
 * Challenge 5c, efficient logs: one node puts all messages in order, and it is asked in batches.
 *
 * The first node leads: it gives every message its offset. The others follow: they collect the sends
 * they get for 15 ms and hand them over in one request. The reply has their offsets, and the messages
 * that the follower has not seen, in the leader's order. So a follower's logs are the leader's logs
 * of some moments ago, and it answers polls from them without asking anyone. They may lag, which
 * logs may, but they have no gaps. There is one leader, not one for each key, because then any two
 * nodes would exchange messages all the time, and pairs are what costs.
 *
 * **Nothing twice, nothing lost.** A follower repeats its request until it is answered, and the
 * leader answers one that it knows with the reply that it gave (see `algorithms/session.ts`). So a batch
 * takes effect once, whatever is lost or repeated on the way, and its senders learn their offsets.
 *
 * **Cut off.** When the leader has not answered for a second, a follower refuses sends that have not
 * left it: error 11, they certainly did not happen. Those that are on their way may have, so their
 * clients wait for the truth or give up without it. Nobody takes the leader's place, so there are
 * never two orders. Polls, and sends to the leader, go on.
 *
 * Committed offsets travel along; who is asked for them asks the leader, and falls back on those it
 * knows. They are lower at worst, and then something is polled again.
 *
 * Cost: 2 messages between the leader and each follower every 15 ms, and four times a second when
 * there is nothing to do: 0.15 messages an operation for 2 nodes and 1000 operations a second. A send
 * takes no time at the leader and, beside the way there and back, up to 15 ms at a follower. Maelstrom
 * never stops a node, so the leader's memory does for storage; logs that outlive their node need
 * consensus.
 *
 * @module
 */
import { Logs } from "../lib/algorithms/log.ts";
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
  string,
  tuple,
} from "../lib/mod.ts";

const TICK_MS = 15;
/** Without sends and news, a follower asks only in every so many ticks. */
const IDLE_TICKS = 16;
const REPEAT_MS = 250;
const MAX_UNANSWERED = 4;
/** Longest way there and back. */
const PATIENCE_MS = 10_000;
/** Bound on the messages in one direction of one exchange, and on sends that wait for theirs. */
const MAX_BATCH = 2_000;
const MAX_WAITING = 20_000;

type Message = [key: string, msg: number];

const messages = array(tuple<Message>(string, integer));

/** A follower's sends, the offsets that it notes, and how many messages it has seen. */
const Exchange = rpc("exchange", {
  ...stampFields,
  sends: messages,
  commits: record(integer),
  seen: integer,
}, { offsets: array(integer), messages });

/** Decides the order of all messages. */
function lead(node: Node, logs: Logs): void {
  const sessions = new Sessions<ReplyOf<typeof Exchange>>();
  /** All messages in order; two lists: pairs would take five times the memory. */
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

interface Waiting {
  readonly message: Message;
  readonly resolve: (offset: number) => void;
  readonly reject: (reason: RpcError) => void;
}

/** Takes the order from the leader. */
function follow(node: Node, logs: Logs, leader: string): void {
  const waiting: Waiting[] = [];
  /** Keys whose committed offsets the leader has not been told. */
  const committed = new Set<string>();
  let seen = 0;
  let busy = false;
  let idleTicks = 0;

  const outOfReach = () => new RpcError(ErrorCode.temporarilyUnavailable, `no word from ${leader}`);
  const session = new Session({
    repeatMs: REPEAT_MS,
    maxUnanswered: MAX_UNANSWERED,
    onSilence: () => waiting.splice(0).forEach(({ reject }) => reject(outOfReach())),
  });

  async function exchange(): Promise<void> {
    const sent = waiting.splice(0, MAX_BATCH);
    const sends = sent.map(({ message }) => message);
    const commits = logs.committed([...committed]);
    committed.clear();
    const { offsets, messages } = await session.request((stamp) => {
      const fields = { ...stamp, sends, commits, seen };
      return node.rpc(leader, Exchange, fields, { timeoutMs: PATIENCE_MS });
    });
    for (const message of messages) logs.append(...message);
    for (const [i, { resolve }] of sent.entries()) resolve(offsets[i] ?? 0);
    seen += messages.length;
    idleTicks = messages.length > 0 ? IDLE_TICKS : 0;
  }

  setInterval(() => {
    if (busy || (waiting.length === 0 && idleTicks++ < IDLE_TICKS)) return;
    busy = true;
    exchange().finally(() => busy = false);
  }, TICK_MS);

  node.on(Kafka.send, async ({ key, msg }) => {
    if (session.silent || waiting.length >= MAX_WAITING) throw outOfReach();
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    waiting.push({ message: [key, msg], resolve, reject });
    return { type: "send_ok", offset: await promise };
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

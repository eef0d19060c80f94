/**
 * Workload `kafka`: a log per key, which clients send to and poll.
 *
 * A client is a consumer with positions: `assign` gives it the keys to poll; `poll` asks for all of
 * them from its positions on, advances the positions past what it received, and commits that. A
 * `crash` replaces the consumer by one without positions. At the end every client goes back to the
 * beginning and polls until it has seen every message that anyone knows of, so that losses show.
 *
 * @module
 */
import { checkKafka, explainKafka, worstErrorsFirst } from "../../checkers/kafka/mod.ts";
import { polledBy } from "../../checkers/kafka/messages.ts";
import { formatFigure, formatWhole } from "../../checkers/format.ts";
import type { Call } from "../clients/client.ts";
import type { Completion } from "../clients/completion.ts";
import { type Edn, type EdnObject, keyword, numberOf } from "../../history/edn.ts";
import { lookUp } from "../../history/look_up.ts";
import {
  each,
  eachThread,
  type Generator,
  type Invocation,
  once,
  sequence,
  stagger,
  timeLimit,
} from "../clients/generator.ts";
import { NS_PER_S, type Op } from "../../history/operations.ts";
import { jsonToEdn } from "../../history/json.ts";
import type { Random } from "../random.ts";
import { array, integer, json, nullable, record, rpc, tuple } from "../../rpc.ts";
import { Kafka } from "../../workloads.ts";
import { generateTransactions, type MicroOp } from "./txn_generator.ts";
import { pictureLogs } from "./kafka_pictures.ts";
import { drawnPlaces, namesIn } from "./anomalies.ts";
import { type Figure, performs, type Workload } from "./workload.ts";

const SEND = keyword("send");
const POLL = keyword("poll");
const CRASH: Invocation = { f: "crash", value: null };

/** One operation in this many is an `assign`, on average. */
const OPS_PER_ASSIGN = 64;
/** Mean time between two crashes of one thread. */
const CRASH_INTERVAL_S = 30;
/** Mean time between two final polls of a thread, and how long the final phase may take. */
const FINAL_POLL_INTERVAL_S = 0.2;
const FINAL_LIMIT_S = 10;

/** `poll` as Maelstrom takes it: a message may be anything; null stands for a list, as in Go. */
const Poll = rpc(Kafka.poll.type, Kafka.poll.request, {
  msgs: record(nullable(array(tuple<[offset: number, msg: unknown]>(integer, json)))),
});

export const kafka: Workload = {
  name: "kafka",
  description: "a log per key: every message gets an offset, and consumers move through in order",
  reusableClients: false,
  idempotent: ["assign"],
  generators(options, random) {
    const highest: Offsets = new Map();
    const next = generateTransactions({ ...options, maxTxnLength: 1 }, random);
    return {
      main: sendsAndPolls(next, highest, random),
      background: stagger(options.concurrency / CRASH_INTERVAL_S, random, each(() => CRASH)),
      final: timeLimit(FINAL_LIMIT_S * NS_PER_S, eachThread(() => finalPolls(highest, random))),
    };
  },
  open() {
    const consumer = new Consumer();
    return (op, call) => consumer.perform(op, call);
  },
  check: checkKafka,
  explain: explainKafka,
  figures: (result) => [countErrors(result), ...lagFigures(result)],
  signature: (result) => worstErrorsFirst(namesIn(result["bad-error-types"])),
  places: drawnPlaces,
  recognises: performs("poll", "send"),
  pictures: pictureLogs,
};

function countErrors(result: EdnObject): Figure {
  const bad = new Set(namesIn(result["bad-error-types"]));
  const counts = namesIn(result["error-types"]).map((type) => {
    const count = numberOf(lookUp(result, [type, "count"]));
    const name = count === undefined ? type : `${type} ${formatWhole(count)}`;
    return bad.has(type) ? name : `${name} (tolerated)`;
  });
  return { name: "errors", text: counts.length === 0 ? "none" : counts.join(", ") };
}

function lagFigures(result: EdnObject): Figure[] {
  const lagS = numberOf(lookUp(result, ["worst-realtime-lag", "lag"]));
  return lagS === undefined ? [] : [{
    name: "worst lag",
    text: `${
      formatFigure(lagS)
    } s that a message had waited when a poll missed it; no fault by itself`,
  }];
}

/** An offset for each key. */
type Offsets = Map<string, number>;

/** A client's work and its positions: for every key it polls, the offset that comes next. */
class Consumer {
  #positions: Offsets = new Map();

  async perform(op: Invocation, call: Call): Promise<Completion> {
    switch (op.f) {
      case "assign":
        await this.#assign(keysOf(op), op.extra?.["seek-to-beginning?"] === true, call);
        return { type: "ok" };
      case "send":
        return { type: "ok", value: [await send(op, call)] };
      case "poll":
        return { type: "ok", value: [[POLL, await this.#poll(call)]] };
      default:
        return { type: "info" }; // a crash: the thread goes on with a new consumer
    }
  }

  /**
   * Maelstrom looks for each key's committed offset beside `offsets` in the reply, where there is
   * none: the call must succeed, but a key new to the client begins at 0 whatever the reply says.
   */
  async #assign(keys: readonly string[], toBeginning: boolean, call: Call): Promise<void> {
    if (!toBeginning) await call(Kafka.list_committed_offsets, { keys: [...keys] });
    const before: ReadonlyMap<string, number> = toBeginning ? new Map() : this.#positions;
    this.#positions = new Map(keys.map((key) => [key, before.get(key) ?? 0]));
  }

  async #poll(call: Call): Promise<Edn> {
    const { msgs } = await call(Poll, { offsets: Object.fromEntries(this.#positions) });
    const polled: Offsets = new Map();
    for (const [key, listed] of Object.entries(msgs)) {
      const pairs = listed ?? [];
      const last = pairs.reduce((highest, [offset]) => Math.max(highest, offset), -1);
      raise(this.#positions, key, last + 1);
      if (pairs.length > 0) polled.set(key, Math.max(last, 0));
    }
    if (polled.size > 0) await call(Kafka.commit_offsets, { offsets: Object.fromEntries(polled) });
    return jsonToEdn(msgs);
  }
}

async function send({ value }: Invocation, call: Call): Promise<Edn> {
  const [[, key = null, msg = null] = []] = Array.isArray(value) ? value : [];
  const { offset } = await call(Kafka.send, { key: String(key), msg: Number(msg) });
  return [SEND, key, [offset, msg]];
}

function keysOf({ value }: Invocation): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function raise(offsets: Offsets, key: string, to: number): void {
  offsets.set(key, Math.max(offsets.get(key) ?? to, to));
}

/**
 * As many sends as polls, and now and then an `assign` of the next operation's key.
 *
 * @param highest Kept up to date: the highest offset that anyone saw of every key.
 */
function sendsAndPolls(
  next: () => readonly MicroOp[],
  highest: Offsets,
  random: Random,
): Generator {
  let upcoming: MicroOp | undefined;
  /** The highest offsets sent and polled, for keys that were sent more than was polled. */
  const [sent, polled]: [Offsets, Offsets] = [new Map(), new Map()];

  function draw(): Invocation {
    upcoming ??= next()[0];
    if (upcoming === undefined) throw new Error("a transaction has at least one operation");
    const { f, key, value } = upcoming;
    if (random.chance(1 / OPS_PER_ASSIGN)) return drawAssign(String(key));
    upcoming = undefined;
    return f === "read"
      ? { f: "poll", value: [[POLL]] }
      : { f: "send", value: [[SEND, String(key), value]] };
  }

  function drawAssign(key: string): Invocation {
    if (sent.size === 0 || !random.chance(1 / 3)) return { f: "assign", value: [key] };
    const unseen = new Map<Edn, Edn>();
    for (const [each, offset] of inOrder(sent)) {
      unseen.set(Number(each), { polled: polled.get(each) ?? -1, sent: offset });
    }
    return { f: "assign", value: [...new Set([...sent.keys(), key])], extra: { unseen } };
  }

  function note(offsets: Offsets, key: string, offset: number): void {
    raise(highest, key, offset);
    raise(offsets, key, offset);
    if ((polled.get(key) ?? -1) < (sent.get(key) ?? -1)) return;
    sent.delete(key);
    polled.delete(key); // from here on, only new polls count against new sends
  }

  return {
    ...each(draw),
    observe(op) {
      for (const [key, offset] of highestPolled(op)) note(polled, key, offset);
      const put = offsetSent(op);
      if (put !== undefined) note(sent, put.key, put.offset);
    },
  };
}

/** One thread's final phase: a new consumer polls from the beginning until it has seen everything. */
function finalPolls(highest: ReadonlyMap<string, number>, random: Random): Generator {
  const value = inOrder(highest).map(([key]) => key);
  const poll = { f: "poll", value: [[POLL]], extra: { "poll-ms": 1000 } };
  const steps = sequence(
    once(CRASH),
    once({ f: "assign", value, extra: { "seek-to-beginning?": true } }),
    stagger(1 / FINAL_POLL_INTERVAL_S, random, each(() => poll)),
  );
  /** The keys it has not seen all of, each with its highest offset. */
  const unseen = new Map(highest);
  return {
    when: (context) => unseen.size === 0 ? "never" : steps.when(context),
    take: (context) => steps.take(context),
    observe(op) {
      for (const [key, offset] of highestPolled(op)) {
        if ((unseen.get(key) ?? Infinity) <= offset) unseen.delete(key);
      }
    },
  };
}

/** The keys of a successful poll, each with the highest offset it returned; −1 where none. */
function highestPolled(op: Op): [key: string, offset: number][] {
  if (op.type !== "ok" || op.f !== "poll") return [];
  return [...polledBy(op)].map(([key, messages]) => {
    const offsets = messages.map(([offset]) => offset ?? -1);
    return [String(key), offsets.reduce((highest, offset) => Math.max(highest, offset), -1)];
  });
}

/** Where a successful send put its message. */
function offsetSent({ type, f, value }: Op): { key: string; offset: number } | undefined {
  if (type !== "ok" || f !== "send" || !Array.isArray(value)) return undefined;
  const [[, key = null, [offset = null] = []] = []] = value;
  return { key: String(key), offset: Number(offset) };
}

/** In the order of the keys, which clients take for numbers. */
function inOrder(offsets: ReadonlyMap<string, number>): [key: string, offset: number][] {
  return [...offsets].sort(([a], [b]) => Number(a) - Number(b));
}

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
import { checkKafka, explainKafka } from "../../checkers/kafka/mod.ts";
import { polledBy } from "../../checkers/kafka/messages.ts";
import { formatFigure, formatWhole } from "../../checkers/format.ts";
import type { Call } from "../clients/client.ts";
import { type Completion, completionOfError } from "../clients/completion.ts";
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
import { drawnPlaces, namesIn } from "./anomalies.ts";
import { type Figure, performs, type Workload } from "./workload.ts";

const IDEMPOTENT: ReadonlySet<string> = new Set(["assign"]);
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
  generators(options, random) {
    const highest: Offsets = new Map();
    const next = generateTransactions({ ...options, maxTxnLength: 1 }, random);
    return {
      main: new SendsAndPolls(next, highest, random),
      background: stagger(options.concurrency / CRASH_INTERVAL_S, random, each(() => CRASH)),
      final: timeLimit(
        FINAL_LIMIT_S * NS_PER_S,
        eachThread(() => new FinalPolls(highest, random)),
      ),
    };
  },
  open() {
    const consumer = new Consumer();
    return async (op, call) => {
      try {
        return await consumer.perform(op, call);
      } catch (error) {
        return completionOfError(error, op, IDEMPOTENT);
      }
    };
  },
  check: checkKafka,
  explain: explainKafka,
  figures: (result) => [countErrors(result), ...lagFigures(result)],
  signature: (result) => namesIn(result["bad-error-types"]),
  places: drawnPlaces,
  recognises: performs("poll", "send"),
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
  return lagS === undefined ? [] : [{ name: "worst lag", text: `${formatFigure(lagS)} s` }];
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

/** As many sends as polls, and now and then an `assign` of the next operation's key. */
class SendsAndPolls implements Generator {
  readonly #next: () => readonly MicroOp[];
  readonly #highest: Offsets;
  readonly #random: Random;
  #upcoming: MicroOp | undefined;
  /** The highest offsets sent and polled, for keys that were sent more than was polled. */
  readonly #sent: Offsets = new Map();
  readonly #polled: Offsets = new Map();

  /** @param highest Kept up to date: the highest offset that anyone saw of every key. */
  constructor(next: () => readonly MicroOp[], highest: Offsets, random: Random) {
    this.#next = next;
    this.#highest = highest;
    this.#random = random;
  }

  when({ nowNs }: { readonly nowNs: number }): number {
    return nowNs;
  }

  take({ free: [thread = 0] }: { readonly free: readonly number[] }) {
    return { thread, ...this.#invocation() };
  }

  #invocation(): Invocation {
    const upcoming = this.#upcoming ?? this.#next()[0];
    if (upcoming === undefined) throw new Error("a transaction has at least one operation");
    const { f, key, value } = upcoming;
    this.#upcoming = upcoming;
    if (this.#random.chance(1 / OPS_PER_ASSIGN)) return this.#assign(String(key));
    this.#upcoming = undefined;
    return f === "read"
      ? { f: "poll", value: [[POLL]] }
      : { f: "send", value: [[SEND, String(key), value]] };
  }

  #assign(key: string): Invocation {
    if (this.#sent.size === 0 || !this.#random.chance(1 / 3)) return { f: "assign", value: [key] };
    const unseen = new Map<Edn, Edn>();
    for (const [each, sent] of inOrder(this.#sent)) {
      unseen.set(Number(each), { polled: this.#polled.get(each) ?? -1, sent });
    }
    return { f: "assign", value: [...new Set([...this.#sent.keys(), key])], extra: { unseen } };
  }

  observe(op: Op): void {
    for (const [key, offset] of highestPolled(op)) {
      raise(this.#highest, key, offset);
      raise(this.#polled, key, offset);
      this.#forgetIfSeen(key);
    }
    const sent = offsetSent(op);
    if (sent === undefined) return;
    raise(this.#highest, sent.key, sent.offset);
    raise(this.#sent, sent.key, sent.offset);
    this.#forgetIfSeen(sent.key);
  }

  /** Forgets the polls too: from here on, only new polls count against new sends. */
  #forgetIfSeen(key: string): void {
    if ((this.#polled.get(key) ?? -1) < (this.#sent.get(key) ?? -1)) return;
    this.#sent.delete(key);
    this.#polled.delete(key);
  }
}

/** One thread's final phase: a new consumer polls from the beginning until it has seen everything. */
class FinalPolls implements Generator {
  readonly #steps: Generator;
  /** The keys it has not seen all of, each with its highest offset. */
  readonly #unseen: Offsets;

  constructor(highest: ReadonlyMap<string, number>, random: Random) {
    const value = inOrder(highest).map(([key]) => key);
    const assign = { f: "assign", value, extra: { "seek-to-beginning?": true } };
    const poll = { f: "poll", value: [[POLL]], extra: { "poll-ms": 1000 } };
    this.#unseen = new Map(highest);
    this.#steps = sequence(
      once(CRASH),
      once(assign),
      stagger(1 / FINAL_POLL_INTERVAL_S, random, each(() => poll)),
    );
  }

  when(context: Parameters<Generator["when"]>[0]) {
    return this.#unseen.size === 0 ? "never" : this.#steps.when(context);
  }

  take(context: Parameters<Generator["take"]>[0]) {
    return this.#steps.take(context);
  }

  observe(op: Op): void {
    for (const [key, offset] of highestPolled(op)) {
      if ((this.#unseen.get(key) ?? Infinity) <= offset) this.#unseen.delete(key);
    }
  }
}

/** The keys of a successful poll, each with the highest offset it returned; −1 where none. */
function highestPolled(op: Op): [key: string, offset: number][] {
  if (op.type !== "ok" || op.f !== "poll") return [];
  return [...polledBy(op)].map(([key, messages]) => {
    const offsets = messages.map(({ offset = -1 }) => offset);
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

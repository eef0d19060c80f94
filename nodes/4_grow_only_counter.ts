#!/usr/bin/env -S deno run --quiet --allow-env=GLOMERS_RUN_DIR --allow-read=${GLOMERS_RUN_DIR}/journal --allow-write=${GLOMERS_RUN_DIR}/journal
/**
 * Challenge 4, a grow-only counter stored in `seq-kv`.
 *
 * Every node stores the total of what was added through it, under a key that only it writes. The
 * counter is the sum. With a single writer for each key there are no races, and because a key holds
 * a total rather than a change, writing it again does no harm. A compare-and-set that times out
 * needs no repair: the next one holds the same adds and more. One that arrives late fails, because
 * every entry has a version and the version it compares is gone.
 *
 * A node acknowledges an add when it is in its journal, and brings its total to the store in rounds,
 * at most one every 0.6 s. In a round it
 *
 * 1. stores its total, if it has new adds, and sends the new entry to its peers (one message each);
 * 2. reads the entry of each peer it has not heard from for longer than a round, which is idle or
 *    cut off. A read from `seq-kv` may be stale, but before it reads, the node writes an entry that
 *    never existed, and that brings its view of the store up to date.
 *
 * Reads are answered from memory, unless what the node knows is older than two rounds, as after a
 * pause; then a read waits for a round to end. So while the store answers, a read under steady
 * traffic sees every add that was acknowledged 1.3 s earlier, and any read every add of 1.8 s
 * earlier, on any node and in any partition. Without clients nothing is sent.
 *
 * Messages: n + 1 from each node in a round while peers hear each other, and 2 more for each peer
 * that is not heard, whatever the rate. At 3 nodes and 100 operations a second that is 0.23 per
 * operation, and 0.36 while a node is cut off. Storing each add in `seq-kv` before acknowledging it
 * would take 2 for each add that is not 0, 0.53 per operation, and a round trip of waiting.
 * Latency: an add takes a sync of the node's disk, which adds that come meanwhile share.
 *
 * It survives partitions, lost and repeated messages, a store that does not answer for a while, and
 * the kill of any nodes, all of them included. A node that restarts knows its total from the journal
 * and stores it at once, so an add that was acknowledged just before a kill is read elsewhere when
 * its node has come back. An add that was not answered counts once or not at all. What the store
 * held before there was a journal, as after a restart without a disk, is taken over once and counts
 * on.
 *
 * Where messages to the store are lost, a round repeats them, and what takes longer than four
 * seconds is an error: a read never returns a sum that is too old, but a node knows only how old its
 * own knowledge is. Reads elsewhere miss an add until its node has got it into the store: at 30 % loss
 * three rounds in ten fail to, and take two seconds each.
 *
 * Totals stay exact. An add that would take its node's total beyond 2^43 is refused with error 10,
 * and an entry of a peer that cannot be one is ignored.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { Rounds } from "../lib/algorithms/rounds.ts";
import { isPossibleCount } from "../lib/algorithms/possible_count.ts";
import {
  Counter,
  ErrorCode,
  integer,
  type Journal,
  Kv,
  type Node,
  nullable,
  oneOf,
  oneWay,
  RpcError,
  serve,
  tuple,
} from "../lib/mod.ts";

/** The total of what was added through one node, and how often that was stored. */
type Entry = [total: number, version: number];

const entry = tuple<Entry>(integer, integer);
const stored = oneWay("stored", { entry });

const ROUND_MS = 600;
/** A peer that stores in every round is heard within a round and a little for the way. */
const SILENT_MS = ROUND_MS + 100;
/** Knowledge of this age is recent enough for a read. */
const RECENT_MS = 2 * ROUND_MS;
/** How long a read waits for recent knowledge; its client waits five seconds. */
const PATIENCE_MS = 4_000;
/** How often a round asks the store for something. */
const MAX_ATTEMPTS = 3;
/** Storing a total twice does no harm. */
const STORE = { idempotent: true, maxAttempts: MAX_ATTEMPTS };
/**
 * Bound on what is added through one node, up or down. Without a disk, a node that restarts may accept
 * as much again before it knows of the total it goes on from; hundreds of such totals still have an
 * exact sum.
 */
const MAX_TOTAL = 2 ** 43;

/** Whether a node can have stored that. */
function isPossible([total, version]: Entry): boolean {
  return Math.abs(total) <= 2 * MAX_TOTAL && isPossibleCount(version);
}

/** An add, or what the node's entry held before its journal began. */
type Event = [what: "add" | "begin", value: number];

/** What was added through this node, as its journal has it. */
type Own = [added: number, begun: number | null];

/** The totals of all nodes, as far as this one knows them. */
class Totals {
  readonly #node: Node;
  readonly #store: Kv<Entry>;
  readonly #journal: Journal<Event, boolean>;
  readonly #peers = new Map<string, Entry>();
  #own: Own = [0, null];
  /** This node's entry, once it has been seen in the store. */
  #stored: Entry | undefined;

  constructor(node: Node) {
    this.#node = node;
    this.#store = new Kv(node, "seq-kv", entry, { timeoutMs: 500 });
    this.#journal = node.journal({
      name: "grow-only-counter",
      record: tuple<Event>(oneOf("add", "begin"), integer),
      state: tuple<Own>(integer, nullable(integer)),
      restore: (own) => this.#own = own,
      apply: (event) => this.#apply(event),
      snapshot: () => this.#own,
    });
  }

  /** Whether nothing was ever added or stored here, in this incarnation or an earlier one. */
  get isNew(): boolean {
    const [added, begun] = this.#own;
    return added === 0 && begun === null;
  }

  /** Whether the store has all adds of this node. */
  get isStored(): boolean {
    return this.#stored?.[0] === this.#total;
  }

  get sum(): number {
    return this.#peers.values().reduce((sum, [total]) => sum + total, this.#total);
  }

  get #total(): number {
    const [added, begun] = this.#own;
    return added + (begun ?? 0);
  }

  /** Counts an add, once it is in the journal. */
  async add(delta: number): Promise<void> {
    if (await this.#journal.append(["add", delta])) return;
    const text = `${this.#total} and ${delta} are too much to count exactly`;
    throw new RpcError(ErrorCode.notSupported, text);
  }

  learn(peer: string, [total, version]: Entry): void {
    if (version > (this.#peers.get(peer)?.[1] ?? 0)) this.#peers.set(peer, [total, version]);
  }

  async readFrom(peer: string): Promise<void> {
    for (let attempt = 1;; attempt++) {
      try {
        return this.learn(peer, await this.#store.readOr(peer, [0, 0]));
      } catch (error) {
        const isLost = error instanceof RpcError && error.code === ErrorCode.timeout;
        if (!isLost || attempt === MAX_ATTEMPTS) throw error;
      }
    }
  }

  /** Stores a new version of this node's entry, and sends it to the peers if it has new adds. */
  async storeOwn(): Promise<void> {
    const { id, peers } = this.#node;
    const mine = this.#stored ?? await this.#takeOver();
    const total = this.#total;
    const renew = ([_, version] = mine): Entry => [total, version + 1];
    const entry = await this.#store.update(id, renew, { assume: mine, ...STORE });
    this.#stored = entry;
    if (total === mine[0]) return;
    for (const peer of peers) this.#node.send(peer, stored, { entry });
  }

  /**
   * Goes on from an earlier incarnation's entry; a higher version keeps that one's late writes out.
   */
  async #takeOver(): Promise<Entry> {
    const renew = ([total, version]: Entry = [0, 0]): Entry => [total, version + 1];
    const mine = await this.#store.update(this.#node.id, renew, STORE);
    if (this.#own[1] === null) await this.#journal.append(["begin", mine[0]]);
    return this.#stored = mine;
  }

  /** Returns whether it counts. */
  #apply([what, value]: Event): boolean {
    const [added, begun] = this.#own;
    const isAdd = what === "add";
    if (isAdd && Math.abs(this.#total + value) > MAX_TOTAL) return false;
    this.#own = isAdd ? [added + value, begun] : [added, value];
    return true;
  }
}

export default function growOnlyCounter(node: Node): void {
  const totals = new Totals(node);
  const heardMs = new Map<string, number>();
  /** When the latest complete round began. */
  let knownAsOfMs = -Infinity;
  let roundEnds = Promise.withResolvers<void>();

  const rounds = new Rounds(async () => {
    const beganMs = performance.now();
    const isSilent = (peer: string) => beganMs - (heardMs.get(peer) ?? -Infinity) > SILENT_MS;
    const silent = node.peers.filter(isSilent);
    try {
      if (!totals.isStored || silent.length > 0) await totals.storeOwn();
      await Promise.all(silent.map((peer) => totals.readFrom(peer)));
      knownAsOfMs = beganMs;
    } catch (error) {
      node.log(`gave up a round: ${error}`);
    }
    if (!totals.isStored) rounds.request();
    roundEnds.resolve();
    roundEnds = Promise.withResolvers();
  }, ROUND_MS);

  /** Waits until what is known is recent; fails when patience runs out. */
  const untilRecent = async () => {
    const sinceMs = performance.now();
    for (let nowMs = sinceMs; nowMs - knownAsOfMs > RECENT_MS; nowMs = performance.now()) {
      const leftMs = sinceMs + PATIENCE_MS - nowMs;
      if (leftMs <= 0) {
        throw new RpcError(ErrorCode.temporarilyUnavailable, "seq-kv does not answer");
      }
      rounds.request();
      await Promise.race([roundEnds.promise, delay(leftMs)]);
    }
    rounds.request();
  };

  node.onInit(() => {
    if (!totals.isNew) setTimeout(() => rounds.request()); // what was added last may not be stored
  });

  node.on(Counter.add, async ({ delta }) => {
    if (delta !== 0) {
      await totals.add(delta);
      rounds.request();
    }
    return { type: "add_ok" };
  });

  node.on(Counter.read, async () => {
    await untilRecent();
    return { type: "read_ok", value: totals.sum };
  });

  node.on(stored, ({ entry }, { src }) => {
    if (!node.peers.includes(src) || !isPossible(entry)) return;
    heardMs.set(src, performance.now());
    totals.learn(src, entry);
  });
}

if (import.meta.main) await serve(growOnlyCounter);

#!/usr/bin/env -S deno run --quiet
/**
 * Challenge 4, a grow-only counter whose truth is in seq-kv.
 *
 * Every node keeps in the store what was added through it: one key a node, and only that node writes
 * it. The counter is the sum. With a single writer nobody competes, and what a key holds is an
 * absolute total, so that writing it once more does no harm. A compare-and-set that times out is
 * simply made good by the next, which holds the same adds and more; and since every entry has a version
 * of its own, one that arrives late finds the version that it expects gone.
 *
 * Adds are acknowledged at once and stored in rounds, at most one every 0.6 s. In a round a node
 *
 * 1. stores its total, if it has new adds, and then tells its peers (one message each);
 * 2. reads the entry of each peer that it has not heard of for longer than a round: it may be idle, or
 *    cut off. seq-kv answers with old values, but storing an entry that never was, which this node
 *    then does in any case, brings it to the newest state first.
 *
 * Reads are answered from memory, at once. Only after a pause, when what is known is older than two
 * rounds, does a read wait for one. So under steady traffic a read misses no add that was acknowledged
 * 1.3 s earlier, and never one of 1.8 s, on whichever node, in whichever partition; and where no client
 * asks, nothing is sent.
 *
 * Cost: n + 1 messages a node and round where peers hear each other, 2 more for each that is not heard,
 * whatever the rate. At 3 nodes and 100 operations a second, 0.23 messages an operation; 0.36 while a
 * node is cut off. To store each add before it is acknowledged would take 0.53 for the adds alone, 2
 * for each that is not 0, and a round trip of waiting.
 *
 * It survives partitions, lost messages, a store that does not answer for a while, and the loss of a
 * node but for the adds of its last 0.6 s; a node that is started again goes on from its entry. What a
 * node that acknowledges before it stores cannot do by its nature is to die without any loss.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { Rounds } from "../lib/algorithms/rounds.ts";
import { Counter, integer, Kv, type Node, oneWay, serve, tuple } from "../lib/mod.ts";

/** All that was ever added through one node. Its version counts how often it was stored. */
type Entry = [total: number, version: number];

const entry = tuple<Entry>(integer, integer);
const stored = oneWay("stored", { entry });

const ROUND_MS = 600;
/** A peer that stores in every round is heard of within a round, and a little for the way. */
const SILENT_MS = ROUND_MS + 100;
/** What was so less than this long ago is new enough for a read. */
const RECENT_MS = 2 * ROUND_MS;
/** How long a read waits for that, before it makes do with what is known. */
const PATIENCE_MS = 3_000;
/** An entry that was stored already may be stored once more. */
const AGAIN = { idempotent: true, maxAttempts: 3 };

export default function growOnlyCounter(node: Node): void {
  const store = new Kv(node, "seq-kv", entry, { timeoutMs: 500 });
  const known = new Map<string, Entry>();
  const heardMs = new Map<string, number>();
  let unstored = 0;
  /** When the last round that was completed began. */
  let knownAsOfMs = -Infinity;
  let roundEnds = Promise.withResolvers<void>();

  const learn = (id: string, [total, version]: Entry) => {
    if (version > (known.get(id)?.[1] ?? 0)) known.set(id, [total, version]);
  };

  /** A new version of this node's entry, with everything added so far. */
  const storeOwn = async () => {
    const mine = known.get(node.id) ?? await takeOver();
    const adding = unstored;
    const total = mine[0] + adding;
    const renew = ([_, version] = mine): Entry => [total, version + 1];
    const entry = await store.update(node.id, renew, { assume: mine, ...AGAIN });
    learn(node.id, entry);
    unstored -= adding;
    if (adding !== 0) { for (const peer of node.peers) node.send(peer, stored, { entry }); }
  };

  /** Goes on from what this node stored in an earlier life, which can change it no more. */
  const takeOver = async () => {
    const renew = ([total, version]: Entry = [0, 0]): Entry => [total, version + 1];
    const mine = await store.update(node.id, renew, AGAIN);
    learn(node.id, mine);
    return mine;
  };

  const askAbout = async (peer: string) => learn(peer, await store.readOr(peer, [0, 0]));

  const rounds = new Rounds(async () => {
    const beganMs = performance.now();
    const isSilent = (peer: string) => beganMs - (heardMs.get(peer) ?? -Infinity) > SILENT_MS;
    const silent = node.peers.filter(isSilent);
    try {
      if (unstored !== 0 || silent.length > 0) await storeOwn();
      await Promise.all(silent.map(askAbout));
      knownAsOfMs = beganMs;
    } catch (error) {
      node.log(`the round is given up: ${error}`);
    }
    if (unstored !== 0) rounds.request();
    roundEnds.resolve();
    roundEnds = Promise.withResolvers();
  }, ROUND_MS);

  /** Resolves when what is known is recent. */
  const recent = async () => {
    const sinceMs = performance.now();
    for (let nowMs = sinceMs; nowMs - knownAsOfMs > RECENT_MS; nowMs = performance.now()) {
      const leftMs = sinceMs + PATIENCE_MS - nowMs;
      if (leftMs <= 0) return;
      rounds.request();
      await Promise.race([roundEnds.promise, delay(leftMs)]);
    }
    rounds.request();
  };

  node.on(Counter.add, ({ delta }) => {
    unstored += delta;
    if (delta !== 0) rounds.request();
    return { type: "add_ok" };
  });

  node.on(Counter.read, async () => {
    await recent();
    const value = known.values().reduce((sum, [total]) => sum + total, unstored);
    return { type: "read_ok", value };
  });

  node.on(stored, ({ entry }, { src }) => {
    heardMs.set(src, performance.now());
    learn(src, entry);
  });
}

if (import.meta.main) await serve(growOnlyCounter);

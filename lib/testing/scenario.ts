/**
 * Scenarios: tests that tell a story about a few nodes of a program, in virtual time.
 *
 * ```ts
 * await scenario(broadcast, { nodes: 3, latencyMs: 10 }, async (world) => {
 *   world.partition(["n0"], ["n1", "n2"]);
 *   await world.ask("n0", Broadcast.broadcast, { message: 7 });
 *   world.heal();
 *   await world.expectWithin(1_000, async () => {
 *     assertEquals((await world.ask("n2", Broadcast.read, {})).messages, [7]);
 *   });
 * });
 * ```
 *
 * @module
 */
import type { Program } from "../node.ts";
import type { Client } from "../workbench/clients/client.ts";
import { type Clock, MS, sleep } from "../workbench/clock/clock.ts";
import { Cluster, Crash } from "../workbench/cluster.ts";
import type { Problem } from "../workbench/hosts/host.ts";
import { split } from "../workbench/faults/faults.ts";
import type { Fate, Grudge, Imperfections, Latency } from "../workbench/network/network.ts";
import { Random } from "../workbench/random.ts";
import type { Of, ReplyOf, Rpc } from "../rpc.ts";
import type { ProgramSource } from "../simulator/program.ts";
import { inVirtualTime } from "../simulator/simulate.ts";

/** How a scenario's world is made. */
export interface ScenarioOptions {
  /** Number of nodes, named n0, n1, …. Default 1. */
  readonly nodes?: number;
  /** Constant latency between nodes, in milliseconds. Default 0. */
  readonly latencyMs?: number;
  /** Latency of another distribution, instead. */
  readonly latency?: Latency;
  readonly imperfections?: Partial<Imperfections>;
  /** Default 1. */
  readonly seed?: number | string;
  /** Told of each line that a node writes to its log. */
  readonly log?: (node: string, line: string) => void;
}

/** A message, and what became of it, at a time in milliseconds. */
export interface Sighting {
  readonly timeMs: number;
  readonly fate: Fate;
  readonly src: string;
  readonly dest: string;
  /** The body's type. */
  readonly type: string;
}

/**
 * Starts the nodes of a program, tells the story, and ends them. One at a time, as with `simulate`,
 * and like there nobody can end a program that loops without end.
 *
 * @throws {RangeError} for options that make no world.
 */
export async function scenario(
  program: Program | ProgramSource,
  options: ScenarioOptions,
  story: (world: World) => Promise<void>,
): Promise<void> {
  const { nodes = 1, seed = 1, latencyMs = 0, imperfections, log } = options;
  if (!Number.isInteger(nodes) || nodes < 1) {
    throw new RangeError(`nodes must be a whole number of at least 1, got ${nodes}`);
  }
  mustBeTime("latencyMs", latencyMs);
  for (const name of ["loss", "duplication"] as const) {
    const chance = imperfections?.[name] ?? 0;
    if (!(chance >= 0 && chance <= 1)) {
      throw new RangeError(`${name} must be a probability from 0 to 1, got ${chance}`);
    }
  }
  const ids = Array.from({ length: nodes }, (_, i) => `n${i}`);
  await inVirtualTime(program, seed, async ({ clock, host }) => {
    let fail: (crash: Crash) => void = () => {};
    const crashed = new Promise<never>((_, reject) => fail = reject);
    crashed.catch(() => {}); // it may come before anyone waits for it
    const sightings: Sighting[] = [];
    const problems: Problem[] = [];
    const cluster = new Cluster({
      nodes: ids,
      host,
      clock,
      random: new Random(seed),
      latency: options.latency ?? { meanMs: latencyMs, distribution: "constant" },
      ...(imperfections && { imperfections }),
      watch: (fate, { src, dest, body }) =>
        sightings.push({ timeMs: clock.now() / MS, fate, src, dest, type: body.type }),
      ...(log && { log }),
      problem: (problem) => problems.push({ time: clock.now(), ...problem }),
      crashed: (crash) => fail(crash),
    });
    try {
      await cluster.start();
      await Promise.race([story(new World(ids, cluster, clock, sightings, problems)), crashed]);
    } finally {
      await cluster.stop();
    }
  });
}

function mustBeTime(name: string, ms: number): void {
  if (ms >= 0 && ms < Infinity) return;
  throw new RangeError(`${name} must be a time in milliseconds, got ${ms}`);
}

/** How often {@linkcode World.expectWithin} looks, in milliseconds. */
const LOOK_EVERY_MS = 10;

/**
 * What a story can do and see. Times are milliseconds of virtual time. Every verb throws a
 * `RangeError` for a node that there is not, and for what is no time.
 */
export class World {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #clients = new Map<string, Client[]>();

  constructor(
    /** The nodes' ids. */
    readonly nodes: readonly string[],
    cluster: Cluster,
    clock: Clock,
    /** Every message so far, clients' and services' included. */
    readonly sightings: readonly Sighting[],
    /** What nodes did wrong so far. */
    readonly problems: readonly Problem[],
  ) {
    this.#cluster = cluster;
    this.#clock = clock;
  }

  /** Virtual time, in milliseconds. */
  get nowMs(): number {
    return this.#clock.now() / MS;
  }

  /** Messages between nodes, and between nodes and services, so far. */
  get serverMessages(): number {
    return this.#cluster.network.serverMessages;
  }

  /**
   * As a client, asks a node and waits for the reply.
   *
   * @throws {RpcError} as it came back, or code 0 after five seconds without a reply.
   */
  async ask<R extends Rpc>(node: string, rpc: R, fields: Of<R["request"]>): Promise<ReplyOf<R>> {
    const idle = this.#clients.get(this.#known(node)) ?? [];
    this.#clients.set(node, idle);
    const client = idle.pop() ?? this.#cluster.openClient();
    try {
      return await client.rpc(node, rpc, fields);
    } finally {
      idle.push(client);
    }
  }

  #known(node: string): string {
    if (this.nodes.includes(node)) return node;
    throw new RangeError(`there is no node ${node}, only ${this.nodes.join(", ")}`);
  }

  #reachable(id: string): string {
    return this.#cluster.network.knows(id) ? id : this.#known(id);
  }

  /** Lets time pass. */
  pass(ms: number): Promise<void> {
    mustBeTime("time to pass", ms);
    return sleep(this.#clock, ms * MS);
  }

  /** Cuts the two sides off from each other; ends what was cut before. */
  partition(side: readonly string[], other: readonly string[]): void {
    for (const node of [...side, ...other]) this.#known(node);
    const both = side.find((node) => other.includes(node));
    if (both !== undefined) throw new RangeError(`${both} cannot be on both sides of a partition`);
    this.#cluster.partition(split([...side, ...other], side.length));
  }

  /** Cuts any receivers off from any sources: for one-way and partial partitions. */
  cut(grudge: Grudge): void {
    for (const [id, sources] of grudge) for (const one of [id, ...sources]) this.#reachable(one);
    this.#cluster.partition(grudge);
  }

  /** Ends every partition. */
  heal(): void {
    this.#cluster.heal();
  }

  /** Holds back whatever is on its way to a node or a service. */
  hold(id: string): void {
    this.#cluster.network.hold(this.#reachable(id));
  }

  /** Delivers it after all. */
  release(id: string): void {
    this.#cluster.network.release(this.#reachable(id));
  }

  /** Lets a node do nothing, timers included. */
  pause(node: string): void {
    this.#cluster.pause(this.#known(node));
  }

  /** Lets it go on: what waited happens now. */
  resume(node: string): void {
    this.#cluster.resume(this.#known(node));
  }

  /** Ends a node at once; its memory is lost. */
  kill(node: string): void {
    this.#cluster.kill(this.#known(node));
  }

  /** Starts it again, with a new `init`. */
  restart(node: string): void {
    this.#cluster.restart(this.#known(node));
  }

  /** Sets a node's clocks off. */
  skew(node: string, skewMs: number): void {
    this.#cluster.skew(this.#known(node), skewMs);
  }

  /**
   * Checks again and again until it no longer throws.
   *
   * @throws what the check threw last, once that many milliseconds have passed.
   */
  async expectWithin(ms: number, check: () => void | Promise<void>): Promise<void> {
    mustBeTime("time to wait", ms);
    for (const end = this.nowMs + ms;;) {
      try {
        return await check();
      } catch (error) {
        if (this.nowMs >= end) throw error;
      }
      await this.pass(Math.min(LOOK_EVERY_MS, Math.max(end - this.nowMs, 0)));
    }
  }
}

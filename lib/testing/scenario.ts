/**
 * Scenarios: tests that tell a story about a few nodes of a program, in virtual time.
 *
 * A story asks nodes as a client does, lets time pass, and interferes: it partitions and heals the
 * network, holds and releases messages, pauses, kills and restarts nodes.
 *
 * @module
 */
import type { Program } from "../node.ts";
import type { Of, ReplyOf, Rpc } from "../rpc.ts";
import type { ProgramSource } from "../simulator/program.ts";
import { inVirtualTime } from "../simulator/simulate_once.ts";
import { transcribe, type Transcriber } from "../simulator/trace.ts";
import type { Client } from "../workbench/clients/client.ts";
import { NS_PER_MS } from "../history/operations.ts";
import { type Clock, sleep } from "../workbench/clock/clock.ts";
import { Cluster } from "../workbench/cluster.ts";
import type { DiskOptions } from "../workbench/faults/disks.ts";
import { split } from "../workbench/faults/partitions.ts";
import type { Problem } from "../workbench/hosts/host.ts";
import type { Latency } from "../workbench/network/latency.ts";
import type { Grudge } from "../workbench/network/network.ts";
import type { PacketEvent } from "../workbench/network/packet.ts";
import { Random } from "../workbench/random.ts";

/** What a scenario's world is like. */
export interface ScenarioOptions {
  /** Number of nodes, named n0, n1, …. Default 1. */
  readonly nodes?: number;
  /** The program's arguments. Default none. */
  readonly args?: readonly string[];
  /** Constant latency between nodes, in milliseconds. Default 0. */
  readonly latencyMs?: number;
  /** Latency of any distribution, instead of `latencyMs`. */
  readonly latency?: Latency;
  /** Probability that a message between nodes is lost. Default 0. */
  readonly loss?: number;
  /** Probability that a message between nodes is delivered twice. Default 0. */
  readonly duplication?: number;
  /** How the nodes' disks behave. Default: a sync takes no time. */
  readonly disk?: DiskOptions;
  /** Decides everything random. Default 1. */
  readonly seed?: number | string;
  /** Called with each line that a node writes to its log. */
  readonly log?: (node: string, line: string) => void;
  /**
   * Called with each line of a transcript of the story: messages and their fates, log lines, and
   * what the test does. `init` is left out, and so are deliveries after just `latencyMs`.
   */
  readonly transcript?: (line: string) => void;
}

/** A message and its fate, at a time in milliseconds. */
export interface Sighting {
  /** Milliseconds of virtual time since the start. */
  readonly timeMs: number;
  /** What happened to the message. */
  readonly fate: PacketEvent;
  /** The sender's id. */
  readonly src: string;
  /** The receiver's id. */
  readonly dest: string;
  /** The body's type. */
  readonly type: string;
}

/**
 * Starts a program's nodes, tells the story and stops the nodes.
 *
 * Scenarios run one at a time, as simulations do, and nothing can stop a program that loops forever.
 *
 * @throws {RangeError} for options that describe no world.
 * @throws {Crash} if a node ends by itself or does not start.
 *
 * @example
 * ```ts
 * import { Echo, type Node } from "@glomers/maelstrom";
 * import { scenario } from "@glomers/maelstrom/testing";
 * import { assertEquals } from "@std/assert";
 *
 * function echo(node: Node): void {
 *   node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
 * }
 *
 * await scenario(echo, { nodes: 2, latencyMs: 10 }, async (world) => {
 *   world.pause("n1");
 *   const reply = world.ask("n1", Echo.echo, { echo: "hi" });
 *   await world.pass(1_000);
 *   world.resume("n1");
 *   assertEquals((await reply).echo, "hi");
 * });
 * ```
 */
export async function scenario(
  program: Program | ProgramSource,
  options: ScenarioOptions,
  story: (world: World) => Promise<void>,
): Promise<void> {
  checkOptions(options);
  const { nodes = 1, seed = 1, latencyMs = 0, loss = 0, duplication = 0 } = options;
  const ids = Array.from({ length: nodes }, (_, i) => `n${i}`);
  const { disk = {}, args = [] } = options;
  await inVirtualTime(program, seed, async ({ clock, host }) => {
    const { promise: crashed, reject: crash } = Promise.withResolvers<never>();
    crashed.catch(() => {}); // it may reject before anything waits for it
    const transcriber = transcriberOf(options);
    const sightings: Sighting[] = [];
    const problems: Problem[] = [];
    const cluster = new Cluster({
      nodes: ids,
      host,
      clock,
      random: new Random(seed),
      latency: options.latency ?? { meanMs: latencyMs, distribution: "constant" },
      loss,
      duplication,
      observe: (fate, packet) => {
        const { src, dest, body: { type } } = packet;
        const timeNs = clock.nowNs();
        sightings.push({ timeMs: timeNs / NS_PER_MS, fate, src, dest, type });
        if (type !== "init" && type !== "init_ok") transcriber?.message?.(timeNs, fate, packet);
      },
      log: (node, line) => {
        options.log?.(node, line);
        transcriber?.log?.(node, line, clock.nowNs());
      },
      problem: (given) => {
        const problem = { timeNs: clock.nowNs(), ...given };
        problems.push(problem);
        transcriber?.problem?.(problem);
      },
      failed: crash,
    });
    try {
      await cluster.start();
      const world = new World(ids, { cluster, clock, sightings, problems, transcriber });
      await Promise.race([story(world), crashed]);
    } finally {
      await cluster.stop();
      transcriber?.end();
    }
  }, { disk, args });
}

function transcriberOf({ transcript, latency, latencyMs = 0 }: ScenarioOptions) {
  const filter = latency === undefined ? { promptMs: latencyMs } : {};
  const transcriber = transcript && transcribe(transcript, filter);
  transcriber?.up?.(0); // a scenario's time begins with its clock's
  return transcriber;
}

function checkOptions({ nodes = 1, latencyMs = 0, loss = 0, duplication = 0 }: ScenarioOptions) {
  if (!Number.isInteger(nodes) || nodes < 1) {
    throw new RangeError(`nodes must be a whole number of at least 1, got ${nodes}`);
  }
  checkTime("latencyMs", latencyMs);
  for (const [name, chance] of Object.entries({ loss, duplication })) {
    if (chance >= 0 && chance <= 1) continue;
    throw new RangeError(`${name} must be a probability from 0 to 1, got ${chance}`);
  }
}

function checkTime(name: string, ms: number): void {
  if (ms >= 0 && ms < Infinity) return;
  throw new RangeError(`${name} must be a time in milliseconds, got ${ms}`);
}

/** How often {@linkcode World.expectWithin} checks, in milliseconds. */
const CHECK_EVERY_MS = 10;

/** What a world is made of. */
interface Stage {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly sightings: readonly Sighting[];
  readonly problems: readonly Problem[];
  readonly transcriber: Transcriber | undefined;
}

/**
 * What a story can do and see. Times are milliseconds of virtual time. Every verb throws a
 * `RangeError` for a node that does not exist, and for a time that is none.
 *
 * @example
 * ```ts
 * import { Echo, type Node } from "@glomers/maelstrom";
 * import { scenario } from "@glomers/maelstrom/testing";
 * import { assertEquals } from "@std/assert";
 *
 * function echo(node: Node): void {
 *   node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
 * }
 *
 * await scenario(echo, { nodes: 3 }, async (world) => {
 *   world.partition(["n0"], ["n1", "n2"]); // clients still reach every node
 *   assertEquals((await world.ask("n0", Echo.echo, { echo: 1 })).echo, 1);
 *   world.heal();
 *   world.kill("n2");
 *   world.restart("n2");
 *   await world.expectWithin(1_000, () => assertEquals(world.problems, []));
 *   assertEquals(world.serverMessages, 0);
 * });
 *
 * const lines: string[] = [];
 * const transcript = (line: string) => lines.push(line);
 * await scenario(echo, { nodes: 2, transcript }, async (world) => {
 *   world.title("everything at once");
 *   world.cut({ from: "n0", to: "n1" }); // the other direction works
 *   world.hold("n1"); // whatever comes to n1 waits, of clients, too
 *   const late = world.ask("n1", Echo.echo, { echo: 2 });
 *   world.pause("n0");
 *   await world.pass(500);
 *   world.resume("n0");
 *   world.slow("n0", 200); // its input and timers come 0.2 s late
 *   world.skew("n0", -60_000); // and its clock is a minute slow
 *   world.release("n1");
 *   assertEquals((await late).echo, 2);
 *   assertEquals(world.nowMs, 500);
 * });
 * console.log(lines.join("\n"));
 * ```
 */
export class World {
  /** Every message so far, including those of clients and services. */
  readonly sightings: readonly Sighting[];
  /** What nodes did wrong so far. */
  readonly problems: readonly Problem[];
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #transcriber: Transcriber | undefined;
  readonly #idleClients = new Map<string, Client[]>();
  /** Receivers, and for each the sources it does not hear. */
  #grudge: Grudge = {};

  /** A world is made by {@linkcode scenario}. */
  constructor(
    /** The nodes' ids. */
    readonly nodes: readonly string[],
    { cluster, clock, sightings, problems, transcriber }: Stage,
  ) {
    this.sightings = sightings;
    this.problems = problems;
    this.#cluster = cluster;
    this.#clock = clock;
    this.#transcriber = transcriber;
  }

  /** Virtual time, in milliseconds. */
  get nowMs(): number {
    return this.#clock.nowNs() / NS_PER_MS;
  }

  /** Messages between nodes, and between nodes and services, so far. */
  get serverMessages(): number {
    return this.#cluster.network.traffic.servers.sent;
  }

  /**
   * Asks a node, as a client, and waits for the reply.
   *
   * @throws {RpcError} that the node replied with, or with code 0 after five seconds without a reply.
   */
  async ask<R extends Rpc>(node: string, rpc: R, fields: Of<R["request"]>): Promise<ReplyOf<R>> {
    const idle = this.#idleClients.get(this.#node(node)) ?? [];
    this.#idleClients.set(node, idle);
    const client = idle.pop() ?? this.#cluster.openClient();
    try {
      return await client.rpc(node, rpc, fields);
    } finally {
      idle.push(client);
    }
  }

  /** Lets time pass. */
  pass(ms: number): Promise<void> {
    checkTime("time to pass", ms);
    return sleep(this.#clock, ms * NS_PER_MS);
  }

  /**
   * Checks again and again until the check no longer throws.
   *
   * @throws the check's last error, once that many milliseconds have passed.
   */
  async expectWithin(ms: number, check: () => void | Promise<void>): Promise<void> {
    checkTime("time to wait", ms);
    for (const endMs = this.nowMs + ms;;) {
      try {
        return await check();
      } catch (error) {
        if (this.nowMs >= endMs) throw error;
      }
      await this.pass(Math.min(CHECK_EVERY_MS, Math.max(endMs - this.nowMs, 0)));
    }
  }

  /** Writes a heading into the transcript. */
  title(text: string): void {
    this.#transcriber?.heading(text);
  }

  /** Separates two sides of the network, and repairs whatever was cut before. */
  partition(side: readonly string[], other: readonly string[]): void {
    for (const node of [...side, ...other]) this.#node(node);
    const both = side.find((node) => other.includes(node));
    if (both !== undefined) throw new RangeError(`${both} cannot be on both sides of a partition`);
    this.#note(`partitions ${side.join(" ")} | ${other.join(" ")}`);
    this.#sever(split([...side, ...other], side.length));
  }

  /** Cuts one direction between two nodes, or a node and a service, besides what is cut already. */
  cut({ from, to }: { readonly from: string; readonly to: string }): void {
    for (const id of [from, to]) this.#participant(id);
    this.#note(`cuts ${from} ──▶ ${to}`);
    this.#sever({ ...this.#grudge, [to]: [...this.#grudge[to] ?? [], from] });
  }

  #sever(grudge: Grudge): void {
    this.#grudge = grudge;
    this.#cluster.partition(grudge);
  }

  /** Repairs the whole network. */
  heal(): void {
    this.#note("heals the network");
    this.#sever({});
  }

  /** Holds back every message to a node or a service. */
  hold(id: string): void {
    this.#cluster.network.hold(this.#participant(id));
    this.#note(`holds messages to ${id}`);
  }

  /** Delivers what was held back. */
  release(id: string): void {
    this.#participant(id);
    this.#note(`releases messages to ${id}`);
    this.#cluster.network.release(id);
  }

  /** Stops a node for a while, timers included. */
  pause(node: string): void {
    this.#cluster.pause(this.#node(node));
    this.#note(`pauses ${node}`);
  }

  /** Lets a paused node go on: whatever waited happens now. */
  resume(node: string): void {
    this.#node(node);
    this.#note(`resumes ${node}`);
    this.#cluster.resume(node);
  }

  /** Kills a node; it loses its memory. */
  kill(node: string): void {
    this.#node(node);
    this.#note(`kills ${node}`);
    this.#cluster.kill(node);
  }

  /** Starts a killed node again, with a new `init`. */
  restart(node: string): void {
    this.#node(node);
    this.#note(`restarts ${node}`);
    this.#cluster.restart(node);
  }

  /** Sets a node's wall clock off. */
  skew(node: string, skewMs: number): void {
    this.#cluster.skew(this.#node(node), skewMs);
    this.#note(`skews the clock of ${node} by ${skewMs} ms`);
  }

  /** Makes a node's timers and input that late from now on, as on a busy machine; 0 ends it. */
  slow(node: string, lateMs: number): void {
    this.#cluster.slow(this.#node(node), lateMs);
    this.#note(`slows ${node} down by ${lateMs} ms`);
  }

  /** Notes what the test does to the world. */
  #note(what: string): void {
    this.#transcriber?.intervention(this.#clock.nowNs(), "test", what);
  }

  #node(id: string): string {
    if (this.nodes.includes(id)) return id;
    throw new RangeError(`there is no node ${id}, only ${this.nodes.join(", ")}`);
  }

  #participant(id: string): string {
    return this.#cluster.network.knows(id) ? id : this.#node(id);
  }
}

/**
 * The system under test: nodes on a host, in a network with its services, and what can be done to
 * them.
 *
 * @module
 */
import { Client } from "./clients/client.ts";
import type { Clock } from "./clock/clock.ts";
import type { Fault, FaultTarget } from "./faults/kinds.ts";
import { readEnvelope } from "./hosts/envelope.ts";
import type { Host, NodeEvents, Problem } from "./hosts/host.ts";
import { type Body, reasonOf } from "../message.ts";
import type { Latency } from "./network/latency.ts";
import type { LinkOptions } from "./network/loss.ts";
import { type Grudge, Network, UnknownParticipant } from "./network/network.ts";
import type { PacketObserver } from "./network/packet.ts";
import type { Random } from "./random.ts";
import { startServices } from "./services/mod.ts";
import { Init } from "../workloads.ts";

/** A node failed in a way that ends the run. */
export class Crash extends Error {
  override readonly name = "Crash";

  constructor(readonly problem: Problem) {
    super(problem.text);
  }
}

/** What a cluster consists of, and who observes it. */
interface ClusterOptions extends LinkOptions {
  readonly nodes: readonly string[];
  readonly host: Host;
  readonly clock: Clock;
  readonly random: Random;
  readonly latency: Latency;
  readonly observe?: PacketObserver;
  readonly problem: (problem: Omit<Problem, "timeNs">) => void;
  readonly log?: (node: string, line: string) => void;
  readonly crashed: (crash: Crash) => void;
}

const INIT_TIMEOUT_MS = 10_000;

export class Cluster implements NodeEvents, FaultTarget {
  readonly network: Network;
  readonly #options: ClusterOptions;
  /** Nodes whose output is no longer read. */
  readonly #muted = new Set<string>();
  /** Nodes that wrote more than one message on a line. */
  readonly #verbose = new Set<string>();
  readonly #killed = new Set<string>();
  /** How often each node was killed, which tells its incarnations apart. */
  readonly #kills = new Map<string, number>();
  /** Kills that the host has yet to complete. */
  readonly #killing = new Map<string, Promise<void>>();
  readonly #paused = new Set<string>();
  readonly #skewed = new Set<string>();
  readonly #slow = new Set<string>();
  #clients = 0;
  #stopping = false;

  constructor(options: ClusterOptions) {
    this.#options = options;
    const { random } = options;
    this.network = new Network({ ...options, random: random.split("network") });
    startServices(this.network, random.split("services"));
  }

  /**
   * Starts all nodes at once, each with its `init`; there is no barrier between them.
   *
   * @throws {Crash} if one does not start.
   */
  async start(): Promise<void> {
    await Promise.all(this.#options.nodes.map((node) => this.#start(node)));
  }

  openClient(): Client {
    return new Client(`c${this.#clients++}`, this.network, this.#options.clock);
  }

  /** Ends all nodes. What they still say is ignored. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all([this.#options.host.stop(), ...this.#killing.values()]);
  }

  async #start(node: string): Promise<void> {
    const { host, nodes } = this.#options;
    if (!this.network.knows(node)) {
      this.network.register(node, (packet) => host.deliver(node, packet));
    }
    const kills = this.#kills.get(node);
    const client = this.openClient();
    try {
      await host.start(node, this);
      const request = { node_id: node, node_ids: [...nodes] };
      await client.rpc(node, Init.init, request, INIT_TIMEOUT_MS);
    } catch (error) {
      if (this.#kills.get(node) !== kills) return; // killed before it was up
      throw this.#crash(node, `${node} did not start: ${reasonOf(error)}`);
    } finally {
      client.close();
    }
  }

  #crash(node: string, text: string): Crash {
    return new Crash(this.#note({ node, text }));
  }

  #note(given: Omit<Problem, "timeNs" | "lastWords">): Problem {
    const lastWords = this.#options.host.lastWords(given.node);
    const problem = { ...given, ...(lastWords.length > 0 && { lastWords: [...lastWords] }) };
    this.#options.problem(problem);
    return { ...problem, timeNs: this.#options.clock.nowNs() };
  }

  // What nodes do.

  wrote(node: string, line: string): void {
    if (this.#muted.has(node) || this.#stopping) return;
    const read = readEnvelope(line);
    if (typeof read === "string") {
      return this.#mute(node, `wrote a line that is no message: ${read}`, line);
    }
    if (read.hasSurplus) this.#noteSurplus(node, line);
    this.sent(node, read.src, read.dest, read.text, read.body);
  }

  sent(node: string, src: string, dest: string, text: string, body?: Body): void {
    if (this.#muted.has(node) || this.#stopping) return;
    try {
      this.network.send(src, dest, text, body);
    } catch (error) {
      if (!(error instanceof UnknownParticipant)) throw error;
      const hint = dest.startsWith("c") && !this.network.knows(dest)
        ? ` (${dest} is a client that has given up waiting, or never was)`
        : "";
      this.#mute(node, `sent a message with an ${error.message}${hint}`, text);
    }
  }

  logged(node: string, line: string): void {
    this.#options.log?.(node, line);
  }

  misbehaved(node: string, did: string, consequence: string): void {
    if (!this.#stopping) this.#note({ node, text: `${node} ${did}`, consequence });
  }

  exited(node: string, how: string): void {
    if (this.#stopping || this.#killed.has(node)) return;
    this.#options.crashed(this.#crash(node, `${node} ended: ${how}`));
  }

  #mute(node: string, did: string, line: string): void {
    this.#muted.add(node);
    const consequence =
      `Maelstrom would stop reading ${node} here without saying so, and so does this run`;
    this.#note({ node, text: `${node} ${did}`, consequence, line });
  }

  /** Notes it once for each node: a node that does it once is likely to go on. */
  #noteSurplus(node: string, line: string): void {
    if (this.#verbose.has(node)) return;
    this.#verbose.add(node);
    const consequence =
      "Maelstrom drops what stands behind the first message without saying so, and so does this run";
    this.#note({ node, text: `${node} wrote more than one message on a line`, consequence, line });
  }

  // What is done to nodes.

  partition(grudge: Grudge): void {
    this.network.partition(grudge);
  }

  heal(): void {
    this.network.heal();
  }

  kill(node: string): void {
    if (this.#killed.has(node)) return;
    this.resume(node);
    this.#killed.add(node);
    this.#kills.set(node, (this.#kills.get(node) ?? 0) + 1);
    this.network.hold(node);
    this.network.discard(node);
    const killing = this.#options.host.kill(node);
    if (killing !== undefined) this.#awaitKill(node, killing);
  }

  #awaitKill(node: string, killing: Promise<void>): void {
    const complete = Promise.all([this.#killing.get(node), killing]).then(
      () => {
        if (this.#killing.get(node) === complete) this.#killing.delete(node);
      },
      (error) => {
        const text = `${node} could not be killed: ${reasonOf(error)}`;
        this.#options.crashed(this.#crash(node, text));
      },
    );
    this.#killing.set(node, complete);
  }

  /** Starts a killed node again, as soon as the kill is complete. */
  restart(node: string): void {
    if (!this.#killed.delete(node)) return;
    this.#startAgain(node).catch((error) => {
      if (error instanceof Crash) this.#options.crashed(error);
      else throw error;
    });
  }

  async #startAgain(node: string): Promise<void> {
    const killing = this.#killing.get(node);
    if (killing !== undefined) {
      const kills = this.#kills.get(node);
      await killing;
      if (this.#stopping || this.#kills.get(node) !== kills) return;
    }
    this.#muted.delete(node);
    this.network.discard(node);
    this.network.release(node);
    await this.#start(node);
  }

  pause(node: string): void {
    if (this.#killed.has(node) || this.#paused.has(node)) return;
    this.#paused.add(node);
    this.network.hold(node);
    this.#options.host.pause(node);
  }

  resume(node: string): void {
    if (!this.#paused.delete(node)) return;
    this.#options.host.resume(node);
    this.network.release(node);
  }

  skew(node: string, skewMs: number): void {
    if (skewMs === 0) this.#skewed.delete(node);
    else this.#skewed.add(node);
    this.#options.host.skew(node, skewMs);
  }

  slow(node: string, lateMs: number): void {
    if (lateMs === 0) this.#slow.delete(node);
    else this.#slow.add(node);
    this.#options.host.slow(node, lateMs);
  }

  /** What ends every fault that lasts. */
  remedies(): Fault[] {
    const [paused, killed, slow] = [[...this.#paused], [...this.#killed], [...this.#slow]];
    return [
      { f: "stop-partition" },
      ...(paused.length > 0 ? [{ f: "resume", nodes: paused } as const] : []),
      ...(killed.length > 0 ? [{ f: "restart", nodes: killed } as const] : []),
      ...[...this.#skewed].map((node) => ({ f: "skew", node, skewMs: 0 } as const)),
      ...(slow.length > 0 ? [{ f: "slow", nodes: slow, lateMs: 0 } as const] : []),
    ];
  }
}

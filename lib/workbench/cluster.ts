/**
 * The system under test: nodes on a host, in a network with its services, and what can be done to
 * them.
 *
 * @module
 */
import { Client, ClientTimeout } from "./clients/client.ts";
import type { Clock } from "./clock/clock.ts";
import type { DiskFault, Fault, FaultTarget } from "./faults/kinds.ts";
import { findFault, readEnvelope } from "./hosts/envelope.ts";
import { ErrorLog, type LoggedError } from "./hosts/error_log.ts";
import { SyncLog, type Syncs } from "./hosts/sync_log.ts";
import type { Host, NodeEvents, Problem } from "./hosts/host.ts";
import { printJson } from "../history/json.ts";
import { type Body, isClient, reasonOf } from "../message.ts";
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
  /** How long a node has to answer `init`. Default: {@linkcode INIT_TIMEOUT_MS}. */
  readonly initTimeoutMs?: number;
  readonly observe?: PacketObserver;
  readonly problem: (problem: Omit<Problem, "timeNs">) => void;
  readonly log?: (node: string, line: string) => void;
  /** Called with what a node's disk does that a perfect one would not do. */
  readonly disk?: (node: string, did: string) => void;
  /** Called with each failure that ends the run: a {@linkcode Crash}, or an error of the workbench. */
  readonly failed: (failure: unknown) => void;
}

/** How long Maelstrom waits for `init_ok`. */
const INIT_TIMEOUT_MS = 10_000;
/** The `msg_id` of an init: the first of its client's. */
const INIT_MSG_ID = 1;

/** Lines of a node's log that a problem holds where no error is recognised among them. */
const LAST_WORDS = 8;

/** The start of a node, until it has answered `init`. */
interface Starting {
  /** Who waits for the answer. */
  readonly client: Client;
  readonly fail: (crash: Crash) => void;
}

export class Cluster implements NodeEvents, FaultTarget {
  readonly network: Network;
  readonly #options: ClusterOptions;
  /** Nodes that have written something, be it to their logs. */
  readonly #heard = new Set<string>();
  /** Nodes whose output is no longer read. */
  readonly #muted = new Set<string>();
  /** Mistakes that were noted, each once: a node that makes one is likely to go on. */
  readonly #noted = new Set<string>();
  /** The nodes that have yet to answer `init`. */
  readonly #starting = new Map<string, Starting>();
  /** The node to which each client sent `init` that did. */
  readonly #initialisers = new Map<string, string>();
  readonly #errors = new ErrorLog();
  readonly #syncs = new SyncLog();
  readonly #killed = new Set<string>();
  /** How often each node was killed, which tells its incarnations apart. */
  readonly #kills = new Map<string, number>();
  /** Kills that the host has yet to complete. */
  readonly #killing = new Map<string, Promise<void>>();
  readonly #paused = new Set<string>();
  readonly #skewed = new Set<string>();
  readonly #slow = new Set<string>();
  readonly #full = new Set<string>();
  #clients = 0;
  #stopping = false;

  constructor(options: ClusterOptions) {
    this.#options = options;
    const { random } = options;
    this.network = new Network({ ...options, random: random.split("network") });
    startServices(
      this.network,
      random.split("services"),
      (src, service, { type }) =>
        this.#noteOnce(`${src} ${service} ${type}`, {
          node: src,
          text: `${src} sent ${service} a request of the type ${JSON.stringify(type)}`,
          consequence: `${service} knows no such request, and never answers it`,
        }),
    );
  }

  /** The errors that nodes have written to their logs. */
  get loggedErrors(): readonly LoggedError[] {
    return this.#errors.errors;
  }

  /** How long the syncs of their disks took, where nodes say so. */
  get syncs(): Syncs | undefined {
    return this.#syncs.syncs;
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
    return new Client(`c${this.#clients++}`, this.network, this.#options.clock, {
      stray: (node, reply, problem) => this.#noteStray(node, reply, problem),
      timedOut: (node) => this.#noteSilence(node),
    });
  }

  /** Ends all nodes. What they still say is ignored. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all([this.#options.host.stop(), ...this.#killing.values()]);
  }

  async #start(node: string): Promise<void> {
    const { host, nodes, initTimeoutMs = INIT_TIMEOUT_MS } = this.#options;
    if (!this.network.knows(node)) {
      this.network.register(node, (packet) => host.deliver(node, packet));
    }
    const kills = this.#kills.get(node);
    const client = this.openClient();
    this.#initialisers.set(client.id, node);
    const { promise: unheard, reject: fail } = Promise.withResolvers<never>();
    const starting = { client, fail };
    this.#starting.set(node, starting);
    unheard.catch(() => {}); // it may come before anybody waits
    try {
      await host.start(node, this);
      const request = { node_id: node, node_ids: [...nodes] };
      await Promise.race([client.rpc(node, Init.init, request, initTimeoutMs), unheard]);
    } catch (error) {
      if (this.#kills.get(node) !== kills) return; // killed before it was up
      if (error instanceof Crash) throw error;
      const why = reasonOf(error) + this.#hint(node, error);
      throw this.#crash(node, `${node} did not start: ${why}`);
    } finally {
      if (this.#starting.get(node) === starting) this.#starting.delete(node);
      client.close();
    }
  }

  /** Tells a slow start from silence. */
  #hint(node: string, error: unknown): string {
    if (!(error instanceof ClientTimeout) || this.#heard.has(node)) return "";
    return "; no line has come from it. If it only starts slowly, --init-timeout gives it more time";
  }

  #crash(node: string, text: string): Crash {
    return new Crash(this.#note({ node, text }));
  }

  #note(given: Omit<Problem, "timeNs" | "lastWords">): Problem {
    const lastWords = this.#errors.lastWords(given.node) ??
      this.#options.host.lastWords(given.node).slice(-LAST_WORDS);
    const problem = { ...given, ...(lastWords.length > 0 && { lastWords: [...lastWords] }) };
    this.#options.problem(problem);
    return { ...problem, timeNs: this.#options.clock.nowNs() };
  }

  #noteOnce(key: string, problem: Omit<Problem, "timeNs" | "lastWords">): void {
    if (this.#noted.has(key) || this.#stopping) return;
    this.#noted.add(key);
    this.#note(problem);
  }

  /** Notes a reply that reaches a client and answers nothing, once for each of its mistakes. */
  #noteStray(node: string, reply: Body, problem: string): void {
    const text = `${node} sent the reply ${reply.type}, which answers no request: ${problem}`;
    const consequence = "Maelstrom drops such a reply without saying so";
    const line = printJson(reply);
    this.#noteOnce(`${node} ${problem.replaceAll(/\d+/g, "#")}`, { node, text, consequence, line });
  }

  /** Notes why a node that has not answered is silent, where its output shows it. */
  #noteSilence(node: string): void {
    if (this.#killed.has(node) || this.#paused.has(node) || this.#muted.has(node)) return;
    if (this.#kills.has(node) && this.#starting.has(node)) return; // it is not up again yet
    const why = this.#options.host.explainSilence(node);
    if (why === undefined) return;
    this.#noteOnce(`${node} is silent`, { node, text: `${node} is not heard: ${why}` });
  }

  // What nodes do.

  wrote(node: string, line: string): void {
    this.#heard.add(node);
    this.#attempt(() => this.#read(node, line));
  }

  sent(node: string, src: string, dest: string, text: string, cause?: number): void {
    this.#attempt(() => this.#send(node, { src, dest, text, cause }));
  }

  logged(node: string, line: string): void {
    this.#heard.add(node);
    this.#attempt(() => {
      this.#errors.take(node, line);
      this.#syncs.take(node, line);
      this.#options.log?.(node, line);
    });
  }

  disk(node: string, did: string): void {
    if (!this.#stopping) this.#attempt(() => this.#options.disk?.(node, did));
  }

  misbehaved(node: string, did: string, consequence: string): void {
    this.#attempt(() => {
      if (!this.#stopping) {
        this.#note({ node, text: `${node} ${did}`, consequence, isUnread: true });
      }
    });
  }

  exited(node: string, how: string): void {
    this.#attempt(() => {
      if (this.#stopping || this.#killed.has(node)) return;
      throw this.#crash(node, `${node} ended: ${how}`);
    });
  }

  failed(error: unknown): void {
    this.#options.failed(error);
  }

  /** Does what a host's event asks for; what it throws ends the run, and not the process. */
  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.failed(error);
    }
  }

  #read(node: string, line: string): void {
    if (this.#muted.has(node) || this.#stopping) return;
    const read = readEnvelope(line);
    if (typeof read === "string") {
      return this.#mute(node, `wrote a line that is no message: ${read}`, line, findFault(line));
    }
    if (read.hasSurplus) this.#noteSurplus(node, line);
    this.#send(node, read);
  }

  #send(node: string, { src, dest, text, body, cause }: {
    readonly src: string;
    readonly dest: string;
    readonly text: string;
    readonly body?: Body;
    readonly cause?: number | undefined;
  }): void {
    if (this.#muted.has(node) || this.#stopping) return;
    const isInitOk = this.#initialisers.get(dest) === node && body?.in_reply_to === INIT_MSG_ID;
    if (isInitOk && !this.#starting.delete(node)) {
      return this.#mute(node, `answered init more than once: ${dest} asked only once`, text);
    }
    try {
      this.network.send(src, dest, text, body, cause);
    } catch (error) {
      if (!(error instanceof UnknownParticipant)) throw error;
      this.#mute(node, this.#describeStranger(dest, error.message), text);
    }
  }

  /** What a node did that sent something to, or as, somebody who is not there. */
  #describeStranger(dest: string, problem: string): string {
    if (!isClient(dest) || this.network.knows(dest)) return `sent a message with an ${problem}`;
    const number = Number(dest.slice(1));
    return number < this.#clients
      ? `sent a message to ${dest}, a client that has left: it had its answer, or gave up waiting`
      : `sent a message to ${dest}, a client that never was`;
  }

  /** Reads a node no more; the run ends if the node has yet to answer `init`. */
  #mute(node: string, did: string, line: string, at?: number): void {
    this.#muted.add(node);
    const starting = this.#starting.get(node);
    const consequence = starting === undefined
      ? `Maelstrom would stop reading ${node} here without saying so, and so does this run`
      : `Maelstrom would stop reading ${node} here, and wait for its init_ok in vain. Standard ` +
        "output is for messages only; whatever else a node says belongs on standard error";
    const text = `${node} ${starting === undefined ? "" : "has not answered init yet, and "}${did}`;
    const fault = { line, isUnread: true, ...(at !== undefined && { at }) };
    const problem = this.#note({ node, text, consequence, ...fault });
    starting?.fail(new Crash(problem));
  }

  #noteSurplus(node: string, line: string): void {
    const consequence =
      "Maelstrom drops what stands behind the first message without saying so, and so does this run";
    const text = `${node} wrote more than one message on a line`;
    this.#noteOnce(`${node} surplus`, { node, text, consequence, line });
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
        this.failed(this.#crash(node, text));
      },
    );
    this.#killing.set(node, complete);
  }

  /** Starts a killed node again, as soon as the kill is complete. */
  restart(node: string): boolean {
    if (!this.#killed.delete(node)) return false;
    this.#startAgain(node).catch((error) => this.failed(error));
    return true;
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
    this.#starting.get(node)?.client.suspend();
  }

  resume(node: string): void {
    if (!this.#paused.delete(node)) return;
    this.#options.host.resume(node);
    this.network.release(node);
    this.#starting.get(node)?.client.proceed();
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

  strikeDisk(node: string, fault: DiskFault): void {
    if (fault === "fill-disk") this.#full.add(node);
    if (fault === "free-disk") this.#full.delete(node);
    this.#options.host.strikeDisk(node, fault);
  }

  /** What ends every fault that lasts. */
  remedies(): Fault[] {
    const [paused, killed, slow] = [[...this.#paused], [...this.#killed], [...this.#slow]];
    return [
      ...(this.network.isPartitioned ? [{ f: "stop-partition" } as const] : []),
      ...(this.#full.size > 0 ? [{ f: "free-disk", nodes: [...this.#full] } as const] : []),
      ...(paused.length > 0 ? [{ f: "resume", nodes: paused } as const] : []),
      ...(killed.length > 0 ? [{ f: "start", nodes: killed } as const] : []),
      ...[...this.#skewed].map((node) => ({ f: "skew", node, skewMs: 0 } as const)),
      ...(slow.length > 0 ? [{ f: "slow", nodes: slow, lateMs: 0 } as const] : []),
    ];
  }
}

/**
 * The system under test: nodes on a host, in a network with its services, and what can be done to
 * them.
 *
 * @module
 */
import { Client } from "./clients/client.ts";
import type { Clock } from "./clock/clock.ts";
import type { Host, NodeEvents, Problem } from "./hosts/host.ts";
import { leadingObject, parseJson, printJson } from "../history/json.ts";
import type { Body } from "../message.ts";
import type { Victim } from "./faults/faults.ts";
import {
  type Grudge,
  type Imperfections,
  type Latency,
  Network,
  UnknownParticipant,
  type Watch,
} from "./network/network.ts";
import type { Random } from "./random.ts";
import { startServices } from "./services/mod.ts";
import { Init } from "../workloads.ts";

/** A node failed in a way that leaves nothing to go on with. */
export class Crash extends Error {
  override readonly name = "Crash";

  constructor(readonly problem: Problem) {
    super(problem.text);
  }
}

/** What a cluster is made of. */
export interface ClusterOptions {
  readonly nodes: readonly string[];
  readonly host: Host;
  readonly clock: Clock;
  readonly random: Random;
  readonly latency: Latency;
  readonly imperfections?: Partial<Imperfections>;
  readonly watch?: Watch;
  /** Told of what nodes do wrong. */
  readonly problem: (problem: Omit<Problem, "time">) => void;
  /** Told of each line a node writes to its log. */
  readonly log?: (node: string, line: string) => void;
  /** Told of each failure that ends the run. */
  readonly crashed: (crash: Crash) => void;
}

const INIT_TIMEOUT_MS = 10_000;

/** Nodes, network and services. */
export class Cluster implements NodeEvents, Victim {
  readonly network: Network;
  readonly #options: ClusterOptions;
  /** Nodes whose output is no longer read. */
  readonly #muted = new Set<string>();
  /** Nodes that wrote more than a message on a line. */
  readonly #verbose = new Set<string>();
  readonly #killed = new Set<string>();
  /** How often each node was killed: what its earlier lives failed to do is nobody's business. */
  readonly #deaths = new Map<string, number>();
  readonly #paused = new Set<string>();
  readonly #skewed = new Set<string>();
  #clients = 0;
  #stopping = false;

  constructor(options: ClusterOptions) {
    this.#options = options;
    const { clock, random, latency, imperfections, watch } = options;
    this.network = new Network({
      clock,
      random: random.split("network"),
      latency,
      ...(imperfections && { imperfections }),
      ...(watch && { watch }),
    });
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

  /** A new client, with the next id. */
  openClient(): Client {
    return new Client(`c${this.#clients++}`, this.network, this.#options.clock);
  }

  /** Ends all nodes. Nothing they still say counts. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#options.host.stop();
  }

  async #start(node: string): Promise<void> {
    const { host, nodes } = this.#options;
    if (!this.network.knows(node)) {
      this.network.register(node, (packet) => host.deliver(node, packet));
    }
    const deaths = this.#deaths.get(node);
    const client = this.openClient();
    try {
      await host.start(node, this);
      const request = { node_id: node, node_ids: [...nodes] };
      await client.rpc(node, Init.init, request, INIT_TIMEOUT_MS);
    } catch (error) {
      if (this.#deaths.get(node) !== deaths) return; // killed before it was up
      const reason = error instanceof Error ? error.message : String(error);
      throw this.#crash(node, `${node} did not start: ${reason}`);
    } finally {
      client.close();
    }
  }

  #crash(node: string, text: string): Crash {
    return new Crash(this.#note({ node, text }));
  }

  #note(given: Omit<Problem, "time" | "lastWords">): Problem {
    const lastWords = this.#options.host.lastWords(given.node);
    const problem = { ...given, ...(lastWords.length > 0 && { lastWords: [...lastWords] }) };
    this.#options.problem(problem);
    return { ...problem, time: this.#options.clock.now() };
  }

  // What nodes do.

  wrote(node: string, line: string): void {
    if (this.#muted.has(node) || this.#stopping) return;
    const read = readEnvelope(line);
    if (typeof read === "string") {
      return this.#mute(node, `wrote a line that is no message: ${read}`, line);
    }
    if (read.surplus) this.#overlook(node, line);
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

  /** Told once a node: it is likely to go on like that. */
  #overlook(node: string, line: string): void {
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
    this.#deaths.set(node, (this.#deaths.get(node) ?? 0) + 1);
    this.network.hold(node);
    this.network.discard(node);
    this.#options.host.kill(node);
  }

  restart(node: string): void {
    if (!this.#killed.delete(node)) return;
    this.#muted.delete(node);
    this.network.discard(node);
    this.network.release(node);
    this.#start(node).catch((error) => {
      if (error instanceof Crash) this.#options.crashed(error);
      else throw error;
    });
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

  /** Which nodes are killed, paused or have their clocks off. */
  get afflicted(): { killed: string[]; paused: string[]; skewed: string[] } {
    return { killed: [...this.#killed], paused: [...this.#paused], skewed: [...this.#skewed] };
  }
}

interface ReadEnvelope {
  readonly src: string;
  readonly dest: string;
  readonly text: string;
  readonly body: Body;
  /** Whether something else stands behind the message. */
  readonly surplus: boolean;
}

const ENVELOPE_KEYS: ReadonlySet<string> = new Set(["id", "src", "dest", "body"]);

/** Reads a node's line with Maelstrom's tolerance; what is wrong with it, if it is no message. */
function readEnvelope(line: string): ReadEnvelope | string {
  const read = readJson(line);
  if (read === undefined) return line.trim() === "" ? "it is empty" : "it is not JSON";
  const { value: message, text: written } = read;
  if (!isObject(message)) return "it is not a JSON object";
  const { id, src, dest } = message;
  const body = message.body ?? {};
  if (typeof src !== "string") return `"src" must be a string`;
  if (typeof dest !== "string") return `"dest" must be a string`;
  if (!isObject(body)) return `"body" must be an object`;
  if (id !== undefined && !Number.isInteger(id)) return `"id" must be an integer`;
  const extra = Object.keys(message).find((key) => !ENVELOPE_KEYS.has(key));
  if (extra !== undefined) return `"${extra}" does not belong in an envelope`;
  const asWritten = id === undefined && body === message.body && written.startsWith("{");
  const text = asWritten ? written : printJson({ src, dest, body });
  const surplus = written !== line;
  // A body without a type is nobody's business here.
  return { src, dest, text, body: body as Body, surplus };
}

/** Maelstrom's parser stops behind the first value of a line, whatever follows. */
function readJson(line: string): { value: unknown; text: string } | undefined {
  for (const text of [line, leadingObject(line)]) {
    if (text === undefined) continue;
    try {
      return { value: parseJson(text), text };
    } catch {
      // the other may do
    }
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

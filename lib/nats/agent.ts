/**
 * An agent: starts, feeds, pauses and kills the nodes of workbenches elsewhere, as processes of this
 * machine.
 *
 * It runs only programs in its folder, and only if their files are those that the workbench has. For
 * each run it has a `ProcessHost`, so nodes are treated as they are without it, and a channel to the
 * workbench; a folder of the run holds their journals. When the workbench is lost, or the agent ends,
 * the run's nodes are killed. The journals of the last ten runs stay.
 *
 * @module
 */
import { isAbsolute, join } from "node:path";
import type { Msg, NatsConnection, Subscription } from "@nats-io/transport-node";
import { RUN_FOLDER } from "../folder.ts";
import { reasonOf } from "../message.ts";
import type { Of } from "../rpc.ts";
import type { NodeEvents } from "../workbench/hosts/host.ts";
import { ProcessHost } from "../workbench/hosts/process.ts";
import { Watchdog } from "../workbench/hosts/watchdog.ts";
import {
  agentClaim,
  AGENTS,
  agentSubject,
  ASSIGNMENT,
  parseFields,
  PROTOCOL,
  runSubjects,
} from "./agents.ts";
import { Channel, type Frame, Reach } from "./channel.ts";
import { type Claim, claim } from "./claim.ts";
import { listen } from "./connection.ts";
import { findDifference } from "./files.ts";

/** How long a workbench may be silent before its nodes are killed. */
const PATIENCE_MS = 10_000;
/** Bound on the runs whose journals an agent keeps; those of older runs are removed. */
const KEPT_RUNS = 10;
/** What the folder of a run is called, but for the agent's name. */
const FOLDER_OF_RUN = /^\d{8}T\d{6}\.\d{3}Z-([\da-f]{8})-(.+)$/;
/** How often it is told why a node is silent, if that has changed. */
const SILENCE_MS = 1_000;

interface AgentOptions {
  /** One token of a subject. */
  readonly name: string;
  /** The folder of the programs that it runs, resolved. */
  readonly folder: string;
  /** Where runs keep their journals, each in a folder of its own. */
  readonly runs: string;
  readonly say: (sentence: string) => void;
  /** Called if another agent has the name, and this one has ended its nodes. */
  readonly superseded: () => void;
  /** How long a workbench may be silent. Default 10 s. */
  readonly patienceMs?: number;
}

export class Agent implements AsyncDisposable {
  readonly #connection: NatsConnection;
  readonly #options: AgentOptions;
  readonly #reach: Reach;
  readonly #runs = new Map<string, AgentRun>();
  readonly #watchdog = new Watchdog();
  /** Resolves when the journals of old runs are removed. */
  #tidied = Promise.resolve();
  #claim: Claim | undefined;
  #subscriptions: Subscription[] = [];

  private constructor(connection: NatsConnection, options: AgentOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#reach = new Reach(connection);
  }

  /**
   * Starts an agent.
   *
   * @throws {NameTaken} if another agent has its name.
   */
  static async start(connection: NatsConnection, options: AgentOptions): Promise<Agent> {
    const agent = new Agent(connection, options);
    const { name, superseded } = options;
    const end = () => agent[Symbol.asyncDispose]();
    try {
      agent.#claim = await claim(connection, agentClaim(name), () => void end().then(superseded));
      await agent.#listen();
    } catch (error) {
      await end();
      throw error;
    }
    return agent;
  }

  /** Kills all nodes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#claim?.release();
    if (!this.#connection.isClosed()) { for (const one of this.#subscriptions) one.unsubscribe(); }
    this.#subscriptions = [];
    await Promise.all([...this.#runs.values()].map((run) => run.leave()));
    await this.#tidied;
    await this.#watchdog.close();
  }

  async #listen(): Promise<void> {
    const { name, folder } = this.#options;
    const about = JSON.stringify({ name, protocol: PROTOCOL, folder });
    this.#subscriptions = [
      await listen(this.#connection, AGENTS, (message) => void message.respond(about)),
      await listen(this.#connection, agentSubject(name), (message) => void this.#answer(message)),
    ];
  }

  async #answer(message: Msg): Promise<void> {
    const problem = await this.#take(message.string());
    if (!this.#connection.isClosed()) message.respond(JSON.stringify({ problem }));
  }

  /** Takes part in a run; resolves to why not, or to nothing. */
  async #take(text: string): Promise<string> {
    const assignment = parseFields(ASSIGNMENT, text);
    if (assignment === undefined) return "it cannot read what it is asked to run";
    try {
      const bin = await this.#find(assignment);
      if (!this.#runs.has(assignment.run)) await this.#open(assignment, bin);
      return "";
    } catch (error) {
      return reasonOf(error);
    }
  }

  /** The program's file. */
  async #find({ program, files }: Of<typeof ASSIGNMENT>): Promise<string> {
    const { folder } = this.#options;
    const path = isAbsolute(program) ? program : join(folder, program);
    const bin = await Deno.realPath(path).catch(() => {
      throw new Error(`there is no file ${path}`);
    });
    if (!bin.startsWith(folder.endsWith("/") ? folder : `${folder}/`)) {
      throw new Error(`${bin} is outside of ${folder}, whose programs alone it runs (--allow)`);
    }
    const { isFile, mode } = await Deno.stat(bin);
    if (!isFile) throw new Error(`${bin} is no file`);
    if (mode !== null && (mode & 0o111) === 0) throw new Error(`${bin} is not executable`);
    const difference = await findDifference(bin, files);
    if (difference !== undefined) throw new Error(difference);
    return bin;
  }

  async #open({ run, args }: Of<typeof ASSIGNMENT>, bin: string): Promise<void> {
    const { name, runs, say, patienceMs = PATIENCE_MS } = this.#options;
    const time = new Date().toISOString().replaceAll(/[-:]/g, "");
    const path = join(runs, `${time}-${run}-${name}`);
    await Deno.mkdir(path, { recursive: true });
    const folder = await Deno.realPath(path);
    const watchdog = this.#watchdog;
    const host = new ProcessHost({ bin, args, env: { [RUN_FOLDER]: folder }, watchdog });
    const { toAgent: from, toWorkbench: to } = runSubjects(run, name);
    const way = { connection: this.#connection, reach: this.#reach, from, to, patienceMs };
    const opened = new AgentRun(way, host, (why) => {
      this.#runs.delete(run);
      say(`run ${run} has ended: ${why}`);
      this.#tidied = this.#tidied.then(() => this.#tidy(folder)).catch((error) =>
        say(`journals of old runs stay: ${reasonOf(error)}`)
      );
    });
    this.#runs.set(run, opened);
    say(`run ${run}: ${bin}; journals go to ${folder}`);
  }

  /** Removes the folder of a run if there are no journals in it, and those of the oldest runs. */
  async #tidy(folder: string): Promise<void> {
    await Deno.remove(folder).catch(() => {}); // it is not empty
    const { name, runs } = this.#options;
    const ended: string[] = [];
    for await (const { name: one } of Deno.readDir(runs)) {
      const [, run = "", agent] = FOLDER_OF_RUN.exec(one) ?? [];
      if (agent === name && !this.#runs.has(run)) ended.push(one);
    }
    const old = ended.sort().slice(0, -KEPT_RUNS);
    await Promise.all(old.map((one) => Deno.remove(join(runs, one), { recursive: true })));
  }
}

type Way = Omit<ConstructorParameters<typeof Channel>[0], "received" | "lost">;

/** The nodes of one run. */
class AgentRun implements NodeEvents {
  readonly #host: ProcessHost;
  readonly #channel: Channel;
  readonly #ended: (why: string) => void;
  readonly #nodes = new Set<string>();
  /** Why nodes are silent, as it was told last. */
  readonly #silence = new Map<string, string>();
  readonly #timer: ReturnType<typeof setInterval>;
  #hasEnded = false;

  constructor(way: Way, host: ProcessHost, ended: (why: string) => void) {
    this.#host = host;
    this.#ended = ended;
    this.#channel = new Channel({
      ...way,
      received: (frame) => this.#receive(frame),
      lost: (why) => this.#end(`its workbench is lost, as ${why}`),
    });
    this.#timer = setInterval(() => this.#tellSilence(), SILENCE_MS);
  }

  /** Kills the nodes because the agent ends. */
  async leave(): Promise<void> {
    this.#channel.send("left");
    await this.#end("the agent ends");
  }

  #receive([what = "", node = "", ...rest]: Frame): void {
    const [id = "", text = ""] = rest;
    switch (what) {
      case "start":
        return this.#start(node);
      case "deliver":
        return this.#host.deliver(node, { id: Number(id), text });
      case "kill":
        return this.#kill(node);
      case "pause":
        return this.#host.pause(node);
      case "resume":
        return this.#host.resume(node);
      case "close":
        this.#close();
    }
  }

  #start(node: string): void {
    this.#nodes.add(node);
    try {
      this.#host.start(node, this);
      this.#channel.send("started", node);
    } catch (error) {
      this.#channel.send("refused", node, reasonOf(error));
    }
  }

  #kill(node: string): void {
    this.#host.kill(node).then(
      () => this.#channel.send("killed", node),
      (error) => this.failed(error),
    );
  }

  async #close(): Promise<void> {
    await this.#host.stop();
    this.#channel.send("closed");
    await this.#end("all of its nodes have ended");
  }

  async #end(why: string): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearInterval(this.#timer);
    await this.#host.stop();
    await Promise.resolve(); // the last frames leave with the end of this turn
    this.#channel.close();
    this.#ended(why);
  }

  #tellSilence(): void {
    for (const node of this.#nodes) {
      const why = this.#host.explainSilence(node) ?? "";
      if (why === (this.#silence.get(node) ?? "")) continue;
      this.#silence.set(node, why);
      this.#channel.send("silent", node, why);
    }
  }

  wrote(node: string, line: string): void {
    this.#channel.send("wrote", node, line);
  }

  sent(): void {} // a process writes lines

  logged(node: string, line: string): void {
    this.#channel.send("logged", node, line);
  }

  misbehaved(node: string, did: string, consequence: string): void {
    this.#channel.send("misbehaved", node, did, consequence);
  }

  exited(node: string, how: string): void {
    this.#channel.send("exited", node, how);
  }

  failed(error: unknown): void {
    this.#channel.send("failed", "", reasonOf(error));
  }
}

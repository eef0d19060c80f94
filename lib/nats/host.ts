/**
 * Nodes on other machines: agents run them, and all of their input and output comes here, so that
 * the workbench keeps the network, the faults, the clients and the checkers.
 *
 * Nodes are spread over all agents that answer, in turn. A message between two nodes goes from the
 * sender's agent to the workbench and from there to the receiver's: one way there and back, on top of
 * the latency that the plan asks for. It is measured all the time, and told beside the latencies.
 *
 * An agent that is lost takes its nodes with it: each counts as a node that has ended.
 *
 * @module
 */
import { isAbsolute, relative } from "node:path";
import type { NatsConnection } from "@nats-io/transport-node";
import { deadline } from "@std/async";
import { reasonOf } from "../message.ts";
import type { Of } from "../rpc.ts";
import type { AgentWay, Host, NodeEvents } from "../workbench/hosts/host.ts";
import { MachineHost } from "../workbench/hosts/machine.ts";
import type { Packet } from "../workbench/network/packet.ts";
import {
  AGENT,
  AGENTS,
  agentSubject,
  ANSWER,
  type ASSIGNMENT,
  parseFields,
  PROTOCOL,
  runSubjects,
} from "./agents.ts";
import { Channel, type Frame, Reach } from "./channel.ts";
import { filesOf } from "./files.ts";
import { NatsError } from "./server.ts";

/** How long the first agent may take to say that it is there, and each further one after it. */
const ROLL_CALL_MS = { first: 2_000, next: 300 };
/** How long an agent may take to look at a program. */
const ASSIGN_MS = 10_000;
/** How long an agent may be silent. */
const PATIENCE_MS = 5_000;
/** How long agents may take to end their nodes. */
const CLOSE_MS = 5_000;
/** Lines of standard error that are kept, for a report that a node failed. */
const LAST_WORDS = 32;

export interface NatsHostOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly nodes: readonly string[];
  /** How long an agent may be silent. Default 5 s. */
  readonly patienceMs?: number;
}

interface RemoteNode {
  readonly agent: RemoteAgent;
  readonly lastWords: string[];
  events?: NodeEvents;
  isRunning: boolean;
  silence?: string;
  started?: PromiseWithResolvers<void>;
  killed?: PromiseWithResolvers<void>;
}

interface RemoteAgent {
  readonly name: string;
  readonly nodes: string[];
  readonly channel: Channel;
  readonly closed: PromiseWithResolvers<void>;
  /** Why it is lost. */
  lost?: string;
}

export class NatsHost extends MachineHost implements Host {
  readonly #nodes = new Map<string, RemoteNode>();
  readonly #agents: RemoteAgent[] = [];

  private constructor() {
    super();
  }

  /**
   * Finds agents, and makes them ready to run a program.
   *
   * @throws {NatsError} if there are none, or if one cannot run it.
   */
  static async open(connection: NatsConnection, options: NatsHostOptions): Promise<NatsHost> {
    const { program, args, nodes, patienceMs = PATIENCE_MS } = options;
    const names = await callRoll(connection);
    const host = new NatsHost();
    const run = crypto.randomUUID().slice(0, 8);
    const reach = new Reach(connection);
    for (const name of names.slice(0, nodes.length)) {
      const { toAgent: to, toWorkbench: from } = runSubjects(run, name);
      host.#add(name, { connection, reach, to, from, patienceMs });
    }
    for (const [i, node] of nodes.entries()) host.#place(node, i);
    const assignment = {
      run,
      program: pathOf(program),
      files: (await filesOf(program)).map((file) => [...file]),
      args: [...args],
    };
    try {
      await Promise.all(host.#agents.map(({ name }) => assign(connection, name, assignment)));
    } catch (error) {
      await host.#leave();
      throw error;
    }
    return host;
  }

  #add(name: string, way: Omit<ConstructorParameters<typeof Channel>[0], "received" | "lost">) {
    const channel = new Channel({
      ...way,
      received: (frame) => this.#receive(agent, frame),
      lost: (why) => this.#lose(agent, `the agent ${name} is lost: ${why}`),
    });
    const agent: RemoteAgent = { name, nodes: [], channel, closed: Promise.withResolvers() };
    this.#agents.push(agent);
  }

  #place(node: string, i: number): void {
    const agent = this.#agents[i % this.#agents.length];
    if (agent === undefined) return;
    agent.nodes.push(node);
    this.#nodes.set(node, { agent, lastWords: [], isRunning: false });
  }

  get ways(): readonly AgentWay[] {
    return this.#agents.map(({ name, nodes, channel }) => ({
      agent: name,
      nodes,
      roundTripsMs: channel.roundTripsMs,
    }));
  }

  async start(node: string, events: NodeEvents): Promise<void> {
    const remote = this.#of(node);
    const { agent } = remote;
    if (agent.lost !== undefined) throw new Error(agent.lost);
    remote.events = events;
    remote.isRunning = true;
    delete remote.silence;
    remote.started = Promise.withResolvers();
    agent.channel.send("start", node);
    await remote.started.promise;
  }

  deliver(node: string, { id, text }: Packet): void {
    this.#of(node).agent.channel.send("deliver", node, `${id}`, text);
  }

  async kill(node: string): Promise<void> {
    const remote = this.#of(node);
    remote.isRunning = false;
    remote.started?.resolve();
    if (remote.agent.lost !== undefined) return;
    remote.killed = Promise.withResolvers();
    remote.agent.channel.send("kill", node);
    await remote.killed.promise;
  }

  pause(node: string): void {
    this.#of(node).agent.channel.send("pause", node);
  }

  resume(node: string): void {
    this.#of(node).agent.channel.send("resume", node);
  }

  lastWords(node: string): readonly string[] {
    return this.#of(node).lastWords;
  }

  explainSilence(node: string): string | undefined {
    return this.#of(node).silence;
  }

  async stop(): Promise<void> {
    for (const remote of this.#nodes.values()) remote.isRunning = false;
    for (const { channel } of this.#agents) channel.send("close");
    const closed = Promise.all(this.#agents.map(({ closed }) => closed.promise));
    await deadline(closed, CLOSE_MS).catch(() => {}); // then the agent's patience ends them
    for (const { channel } of this.#agents) channel.close();
  }

  /** Lets go of agents of which some may not take part. */
  async #leave(): Promise<void> {
    for (const { channel } of this.#agents) channel.send("close");
    await Promise.resolve(); // the frames leave with the end of this turn
    for (const { channel } of this.#agents) channel.close();
  }

  #of(node: string): RemoteNode {
    const remote = this.#nodes.get(node);
    if (remote === undefined) throw new Error(`no agent runs ${node}`);
    return remote;
  }

  #receive(agent: RemoteAgent, [what = "", node = "", ...rest]: Frame): void {
    const [text = "", more = ""] = rest;
    if (what === "left") return this.#lose(agent, `the agent ${agent.name} has ended`);
    if (what === "closed") return agent.closed.resolve();
    if (what === "failed") return this.#fail(agent, text);
    const remote = this.#nodes.get(node);
    if (remote?.agent !== agent) return;
    const { events } = remote;
    switch (what) {
      case "started":
        return remote.started?.resolve();
      case "refused":
        return remote.started?.reject(new Error(`the agent ${agent.name}: ${text}`));
      case "killed":
        return remote.killed?.resolve();
      case "wrote":
        return events?.wrote(node, text);
      case "logged":
        if (remote.lastWords.push(text) > LAST_WORDS) remote.lastWords.shift();
        return events?.logged(node, text);
      case "silent":
        remote.silence = text;
        return;
      case "misbehaved":
        return events?.misbehaved(node, text, more);
      case "exited":
        remote.isRunning = false;
        return events?.exited(node, text);
    }
  }

  #fail(agent: RemoteAgent, text: string): void {
    const error = new NatsError(`the agent ${agent.name} failed: ${text}`);
    for (const node of agent.nodes) this.#of(node).events?.failed(error);
  }

  #lose(agent: RemoteAgent, why: string): void {
    agent.lost = why;
    agent.channel.close();
    agent.closed.resolve();
    for (const node of agent.nodes) {
      const remote = this.#of(node);
      remote.killed?.resolve();
      if (!remote.isRunning) continue;
      remote.isRunning = false;
      remote.started?.reject(new Error(why));
      remote.events?.exited(node, why);
    }
  }
}

/** The names of all agents that answer, in order. */
async function callRoll(connection: NatsConnection): Promise<string[]> {
  const { first: maxWait, next: stall } = ROLL_CALL_MS;
  const options = { strategy: "stall", maxWait, stall } as const;
  const names = new Set<string>();
  try {
    for await (const message of await connection.requestMany(AGENTS, "", options)) {
      const agent = parseFields(AGENT, message.string());
      if (agent === undefined) continue;
      if (agent.protocol !== PROTOCOL) {
        throw new NatsError(
          `the agent ${agent.name} is of another version: it speaks protocol ${agent.protocol}, ` +
            `this workbench ${PROTOCOL}`,
        );
      }
      names.add(agent.name);
    }
  } catch (error) {
    if (error instanceof NatsError) throw error; // else nobody listens, which is the same as none
  }
  if (names.size > 0) return [...names].sort();
  const where = `nats://${connection.getServer()}`;
  throw new NatsError(
    `no agent answers on ${where}; the command agent, there or elsewhere, starts one`,
  );
}

/** A program's path as an agent understands it: from the caller's folder, if it is in there. */
function pathOf(program: string): string {
  if (!isAbsolute(program)) return program;
  const path = relative(Deno.cwd(), program);
  return path.startsWith("..") ? program : path;
}

async function assign(
  connection: NatsConnection,
  name: string,
  assignment: Of<typeof ASSIGNMENT>,
): Promise<void> {
  const text = JSON.stringify(assignment);
  const reply = await connection.request(agentSubject(name), text, { timeout: ASSIGN_MS })
    .catch((error) => {
      throw new NatsError(`the agent ${name} does not answer: ${reasonOf(error)}`);
    });
  const { problem = "it answers in a form of its own" } = parseFields(ANSWER, reply.string()) ?? {};
  if (problem !== "") throw new NatsError(`the agent ${name} cannot run this: ${problem}`);
}

/**
 * A system that just runs on a server, for tests: nodes as processes, and clients that make a
 * workload's operations over NATS, whose history our checkers judge.
 *
 * @module
 */
import type { NatsConnection } from "@nats-io/transport-node";
import { deadline, delay } from "@std/async";
import { fileURLToPath } from "node:url";
import type { Result } from "../checkers/checker.ts";
import { composeResults } from "../checkers/compose.ts";
import { NS_PER_S, type Op } from "../history/operations.ts";
import { printJson } from "../history/json.ts";
import { LineSplitter } from "../lines.ts";
import { withFolder } from "../testing/process.ts";
import { type Body, parseMessage } from "../message.ts";
import { Client } from "../workbench/clients/client.ts";
import { stagger, timeLimit } from "../workbench/clients/generator.ts";
import type { Clock } from "../workbench/clock/clock.ts";
import { RealClock } from "../workbench/clock/real_clock.ts";
import { readEnvelope } from "../workbench/hosts/envelope.ts";
import { Network } from "../workbench/network/network.ts";
import { planOf, type PlanOptions, workloadOf } from "../workbench/plan.ts";
import { Random } from "../workbench/random.ts";
import { Threads } from "../workbench/threads.ts";
import { connectTo } from "./connection.ts";
import { serverOf } from "./server.ts";
import { type TestServer, testWithServer } from "./server_fixture.ts";
import { startServices } from "./services.ts";

/** How long clients wait for a reply; those of a workload, by their own clock, 5 s. */
const PATIENCE_MS = 2_000;
const CLIENT_PATIENCE_MS = 5_000;
const IDS = ["n0", "n1", "n2"];
const [LIB, NODES] = ["..", "../../nodes"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url))
);

/** Connects a test to a server. */
export function connectTest({ address: on }: TestServer): Promise<NatsConnection> {
  const none = { creds: undefined, tlsca: undefined, tlscert: undefined, tlskey: undefined };
  const server = serverOf({ ...none, on });
  if (server === undefined) throw new TypeError("the server has no address");
  return connectTo(server, { name: "a test", say: () => {} });
}

/** How a node's process is started. */
interface NodeOptions {
  /** The script, in `nodes/`. */
  readonly script: string;
  /** The folder of the run, for nodes that keep a journal. */
  readonly folder?: string;
}

/** A node's process. */
class NodeProcess {
  readonly #child: Deno.ChildProcess;
  /** What it has written to its log. */
  readonly log: string[] = [];
  readonly #isUp: Promise<void>;

  constructor({ address }: TestServer, id: string, { script, folder }: NodeOptions) {
    const journal = folder === undefined ? [] : [`${folder}/journal`];
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-prompt", `--allow-net=${new URL(address).host}`],
        `--allow-read=${[LIB, ...journal].join()}`,
        ...(folder === undefined
          ? []
          : [`--allow-write=${journal}`, "--allow-env=GLOMERS_RUN_DIR"]),
        ...[`${NODES}/${script}`, "--on", address, "--id", id, "--ids", IDS.join()],
      ],
      env: { NO_COLOR: "1", ...(folder !== undefined && { GLOMERS_RUN_DIR: folder }) },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#isUp = promise;
    promise.catch(() => {}); // who waits for it learns of it
    this.#read(() => resolve()).then(() =>
      reject(new Error(`${id} ended: ${this.log.join("\n")}`))
    );
  }

  async #read(up: () => void): Promise<void> {
    const splitter = new LineSplitter();
    for await (const chunk of this.#child.stderr) {
      for (const line of splitter.push(chunk)) {
        this.log.push(line);
        if (line.includes(" runs on ")) up();
      }
    }
  }

  async started(): Promise<void> {
    await this.#isUp;
  }

  /** Waits until it ends by itself; returns its exit status. */
  async ended(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#isUp.catch(() => {});
    return code;
  }

  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended already
    }
    await this.#child.status;
  }
}

/** Three nodes, and the clients that ask them. Disposing of it ends the nodes. */
class TestSystem implements AsyncDisposable {
  readonly #server: TestServer;
  readonly #connection: NatsConnection;
  readonly #options: NodeOptions;
  readonly #nodes = new Map<string, NodeProcess>();

  private constructor(server: TestServer, connection: NatsConnection, options: NodeOptions) {
    this.#server = server;
    this.#connection = connection;
    this.#options = options;
  }

  static async start(
    server: TestServer,
    connection: NatsConnection,
    options: NodeOptions,
  ): Promise<TestSystem> {
    const system = new TestSystem(server, connection, options);
    try {
      await Promise.all(IDS.map((id) => system.start(id)));
    } catch (error) {
      await system[Symbol.asyncDispose]();
      throw error;
    }
    return system;
  }

  /** Starts a node, and waits until it is up. */
  async start(id: string): Promise<void> {
    const node = this.launch(id);
    this.#nodes.set(id, node);
    await node.started();
  }

  /** Starts a process that may not come up. */
  launch(id: string): NodeProcess {
    return new NodeProcess(this.#server, id, this.#options);
  }

  async kill(id: string): Promise<void> {
    await this.#nodes.get(id)?.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#nodes.values()].map((node) => node.kill()));
  }

  /** Makes a workload's operations on the nodes, and checks what came of them. */
  drive(options: Driven, meanwhile: Meanwhile = {}): Promise<Outcome> {
    const ask: Ask = async (id, body) => {
      const options = { timeout: CLIENT_PATIENCE_MS };
      return (await this.#connection.request(`cluster.${id}`, printJson(body), options)).string();
    };
    return drive(ask, options, meanwhile);
  }
}

/** Defines a test about three nodes of a script, and the services, on a server of their own. */
export function testSystem(
  name: string,
  script: string,
  story: (stage: {
    readonly system: TestSystem;
    readonly server: TestServer;
    readonly connection: NatsConnection;
  }) => Promise<void>,
  config?: string,
): void {
  const run = (server: TestServer) =>
    withFolder(async (folder) => {
      await using connection = await connectTest(server);
      await startServices(connection, { system: "cluster", say: () => {} });
      await using system = await TestSystem.start(server, connection, { script, folder });
      await story({ system, server, connection });
    });
  testWithServer(name, run, config);
}

/** Asks somebody; resolves to the reply's body. */
type Ask = (id: string, request: Body) => Promise<string>;
type Driven = Omit<PlanOptions, "nodes" | "nodeCount">;

interface Meanwhile {
  /** How long a client waits for a reply. Default 2 s: ample where some never come. */
  readonly patienceMs?: number;
  /** How long to wait before the final operations. */
  readonly settleMs?: number;
  /** What happens during the others. */
  readonly meanwhile?: () => Promise<void>;
}

interface Outcome {
  readonly results: Result;
  readonly history: readonly Op[];
}

/** Makes a workload's operations as clients of three that are asked; checks what came of them. */
async function drive(
  ask: Ask,
  options: Driven,
  { settleMs = 0, patienceMs = PATIENCE_MS, meanwhile }: Meanwhile,
): Promise<Outcome> {
  const plan = planOf({ concurrency: "2n", rate: 100, timeLimitS: 1, ...options, nodes: IDS });
  const workload = workloadOf(plan);
  const [clock, random] = [new RealClock(), new Random(plan.seed)];
  const network = networkTo(ask, clock, random);
  let clients = 0;
  const openClient = () => new Client(`c${++clients}`, network, impatient(clock, patienceMs));
  const originNs = clock.nowNs();
  const nowNs = () => clock.nowNs() - originNs;
  const history: Op[] = [];
  const record = (op: Omit<Op, "index" | "time">) => {
    const recorded = { index: history.length, time: nowNs(), ...op };
    history.push(recorded);
    return recorded;
  };
  const malformed = (error: Error) => {
    throw error;
  };
  const ours = { clock, workload, options: plan, openClient, nowNs, record, malformed };
  const threads = new Threads(ours);
  const setUp = workload.setUp?.(plan);
  for (const id of IDS) await setUp?.((rpc, fields) => openClient().rpc(id, rpc, fields));
  const { main, final } = workload.generators(plan, random.split("operations"));
  const spaced = stagger(plan.rate, random.split("schedule"), main);
  const running = threads.run(timeLimit(plan.timeLimitS * NS_PER_S, spaced));
  await Promise.all([running, meanwhile?.()]);
  if (final !== undefined) {
    await delay(settleMs);
    await threads.run(final);
  }
  threads.close();
  const judged = { history, check: workload.check, options: plan, net: { "valid?": true } };
  return { results: composeResults(judged), history };
}

/** A network in which clients reach those that are asked. */
function networkTo(ask: Ask, clock: Clock, random: Random): Network {
  const latency = { meanMs: 0, distribution: "constant" } as const;
  const network = new Network({ clock, random, latency });
  for (const id of IDS) {
    network.register(id, async ({ src, body }) => {
      const reply = await ask(id, body).catch(() => undefined); // the client's time-out says so
      if (reply === undefined || !network.knows(src)) return;
      const envelope = readEnvelope(`{"src":"${id}","dest":"${src}","body":${reply}}`);
      if (typeof envelope === "string") throw new Error(envelope);
      network.send(id, src, envelope.text, envelope.body);
    });
  }
  return network;
}

/** Asks a service, as a node does. */
export class ServiceClient {
  readonly #connection: NatsConnection;
  readonly #service: string;
  readonly #id = `n-${crypto.randomUUID()}`;
  readonly #waiting = new Map<number, (reply: Body) => void>();
  #lastMsgId = 0;

  constructor(connection: NatsConnection, service: string) {
    this.#connection = connection;
    this.#service = service;
    connection.subscribe(`cluster.${this.#id}.inbox`, {
      callback: (_error, message) => {
        const { body } = parseMessage(message.string());
        this.#waiting.get(Number(body.in_reply_to))?.(body);
      },
    });
  }

  /** Sends a request; resolves to the reply, numbered as the request was, if it comes in time. */
  async ask({ msg_id, ...request }: Body): Promise<Body> {
    const { promise, resolve } = Promise.withResolvers<Body>();
    const number = ++this.#lastMsgId;
    this.#waiting.set(number, resolve);
    const message = { src: this.#id, dest: this.#service, body: { ...request, msg_id: number } };
    this.#connection.publish(`cluster.${this.#service}.inbox`, printJson(message));
    const { in_reply_to: _, ...reply } = await deadline(promise, PATIENCE_MS);
    return { ...reply, type: reply.type, ...(msg_id !== undefined && { in_reply_to: msg_id }) };
  }

  /** Makes a workload's operations, and checks what came of them. */
  drive(options: Driven, meanwhile: Meanwhile = {}): Promise<Outcome> {
    return drive(async (_id, body) => printJson(await this.ask(body)), options, meanwhile);
  }
}

/** A clock by which clients wait for so long. */
function impatient(clock: Clock, patienceMs: number): Clock {
  const nowNs = () => clock.nowNs();
  const soonerNs = (timeNs: number) =>
    nowNs() + (timeNs - nowNs()) * (patienceMs / CLIENT_PATIENCE_MS);
  return { nowNs, at: (timeNs, callback) => clock.at(soonerNs(timeNs), callback) };
}

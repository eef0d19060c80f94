/**
 * A node of a system that just runs: no workbench, and messages go over subjects of a NATS server.
 *
 *     deno run … nodes/3c_….ts --on nats://HOST --id n0 --ids n0,n1,n2
 *
 * | subject            | who publishes       | what                                      |
 * | ------------------ | ------------------- | ----------------------------------------- |
 * | `cluster.n0`       | any client, to n0   | a request's body, `{"type": "read"}`      |
 * | `cluster.n0.inbox` | nodes and services  | a whole message, with `src` and `dest`    |
 * | `cluster.n0.claim` | whoever is n0       | that it is there (`claim.ts`)             |
 *
 * The reply to a client is the reply's body; a plain publication gets none. A message is delivered
 * at most once: whoever is not there, or cut off, does not get it, and what is sent while the server
 * is gone is lost. That is what nodes are made for.
 *
 * A node needs no `init`: it knows from its arguments who it is. It ends if another process is it
 * already.
 *
 * @module
 */
import type { Msg, NatsConnection } from "@nats-io/transport-node";
import { parseExact } from "../exact_json.ts";
import type { Link, LinkOptions, Receive } from "../link.ts";
import {
  ErrorCode,
  isClient,
  MalformedMessage,
  type Message,
  parseMessage,
  reasonOf,
} from "../message.ts";
import { optionsHelp, parseArguments } from "../workbench/command_line.ts";
import { listOf, type Options, text, UsageError } from "../workbench/option.ts";
import { SERVICE_IDS } from "../workbench/services/mod.ts";
import { Init } from "../workloads.ts";
import { claim, NameTaken } from "./claim.ts";
import { connectTo, explain, listen, untilLost } from "./connection.ts";
import { type Server, SERVER_OPTIONS, serverOf } from "./server.ts";

/** The option that names a system. */
export const CLUSTER_OPTION = {
  name: {
    kind: text,
    value: "NAME",
    help: "what the system is called, if the server has several: the first part of its subjects",
    default: "cluster",
  },
} as const satisfies Options;

const OWN = {
  ...SERVER_OPTIONS,
  id: { kind: text, value: "ID", help: "which node this is" },
  ids: { kind: listOf(text, "names with commas between them"), value: "a,b,…", help: "all nodes" },
  ...CLUSTER_OPTION,
} as const satisfies Options;

/** Who sends `init` to a node: nobody; it is made up. */
const OPERATOR = "operator";
const INIT_MSG_ID = 0;
/** How long a client's request is remembered. Nodes answer within 4.5 s or not at all. */
const REMEMBERED_MS = 5_000;

/** Where a system's participant gets messages. */
export function inboxOf(system: string, id: string): string {
  return `${system}.${id}.inbox`;
}

/**
 * Throws unless a name can be a part of a subject.
 *
 * @throws {UsageError}
 */
export function requireToken(option: string, name: string): void {
  if (/^[\w-]+$/.test(name)) return;
  throw new UsageError(`--${option} must be letters, digits, "-" and "_", got "${name}"`);
}

/** A node, as its arguments describe it. */
interface Member {
  readonly server: Server;
  readonly system: string;
  readonly id: string;
  readonly ids: readonly string[];
  /** What stands behind `--`: the program's own arguments. */
  readonly args: readonly string[];
}

/** Opens the link that the arguments describe. */
export default async function openLink({ args, ...options }: LinkOptions): Promise<Link> {
  const member = readMember(args);
  const { server, id } = member;
  const connection = await connectTo(server, {
    say: (sentence) => options.log(`${id} ${sentence}`),
    name: `glomers node ${id}`,
  });
  return new NatsLink(connection, member, options);
}

function readMember(given: readonly string[]): Member {
  const end = given.includes("--") ? given.indexOf("--") : given.length;
  const args = given.slice(end + 1);
  const { own, help } = parseArguments(given.slice(0, end), { own: OWN });
  if (help) throw new UsageError(optionsHelp({ own: OWN }));
  const { id, ids, name: system } = own;
  const server = serverOf(own);
  if (server === undefined) throw new UsageError("--on is missing: the address of a NATS server");
  if (id === undefined) throw new UsageError("--id is missing: which node this is");
  if (ids === undefined) throw new UsageError("--ids is missing: the names of all nodes");
  requireToken("name", system);
  for (const one of ids) {
    requireToken("ids", one);
    const isTaken = isClient(one) || SERVICE_IDS.includes(one) || one === OPERATOR;
    if (isTaken) throw new UsageError(`--ids: no node can be called ${one}`);
  }
  if (new Set(ids).size < ids.length) throw new UsageError(`--ids names a node twice`);
  if (!ids.includes(id)) throw new UsageError(`--id ${id} is none of ${ids.join(", ")}`);
  return { server, system, id, ids, args };
}

/** A client's request that was not answered yet. */
interface Asked {
  readonly request: Msg;
  readonly atMs: number;
  /** Whether the request had a number of its own. */
  readonly isNumbered: boolean;
}

class NatsLink implements Link {
  readonly #connection: NatsConnection;
  readonly #member: Member;
  readonly #options: Omit<LinkOptions, "args">;
  readonly #asked = new Map<string, Asked>();
  #clients = 0;

  constructor(
    connection: NatsConnection,
    member: Member,
    options: Omit<LinkOptions, "args">,
  ) {
    this.#connection = connection;
    this.#member = member;
    this.#options = options;
  }

  get args(): readonly string[] {
    return this.#member.args;
  }

  send(message: Message): void {
    const { dest, body } = message;
    if (dest === OPERATOR) return this.#start(message);
    try {
      if (isClient(dest)) this.#reply(message);
      else this.#connection.publish(inboxOf(this.#member.system, dest), JSON.stringify(message));
    } catch (error) {
      throw explain(error, this.#connection, `${body.type} to ${dest}`);
    }
  }

  async run(receive: Receive): Promise<void> {
    const { server, system, id, ids } = this.#member;
    const { fail } = this.#options;
    const connection = this.#connection;
    const taken =
      `another process is ${id} of ${system} on ${server.address} already; this one ends`;
    try {
      await claim(connection, `${system}.${id}.claim`, () => fail(taken));
      await listen(
        connection,
        inboxOf(system, id),
        (message) => this.#take(message.string(), receive),
      );
      await listen(connection, `${system}.${id}`, (message) => this.#ask(message, receive));
    } catch (error) {
      return fail(error instanceof NameTaken ? taken : reasonOf(error));
    }
    const body = { type: Init.init.type, msg_id: INIT_MSG_ID, node_id: id, node_ids: [...ids] };
    receive({ src: OPERATOR, dest: id, body });
    await untilLost(connection, server).catch((error) => fail(reasonOf(error)));
  }

  flushed(): Promise<void> {
    return this.#connection.flush();
  }

  /** Takes the node's answer to its `init`. */
  #start({ body }: Message): void {
    const { log, fail } = this.#options;
    const { server, system, id } = this.#member;
    if (body.type === "error") fail(`${id} cannot start: ${body.text}`);
    else log(`${id} of ${system} runs on ${server.address}`);
  }

  #take(text: string, receive: Receive): void {
    try {
      this.#options.beat();
      receive(parseMessage(text));
    } catch (error) {
      const isMalformed = error instanceof MalformedMessage;
      const what = isMalformed ? "ignored what is no message" : "could not take a message";
      this.#options.log(`${what}: ${reasonOf(error)}`);
    }
  }

  /** Takes a client's request, under a name that is made up for it. */
  #ask(request: Msg, receive: Receive): void {
    const src = `c${++this.#clients}`;
    const text = request.string();
    try {
      parseExact(text); // so that it ends where it seems to end
      const message = parseMessage(`{"src":"${src}","dest":"${this.#member.id}","body":${text}}`);
      const { body } = message;
      const isNumbered = body.msg_id !== undefined;
      if (request.reply) {
        if (!isNumbered) body.msg_id = this.#clients;
        this.#remember(src, { request, atMs: performance.now(), isNumbered });
      }
      this.#options.beat();
      receive(message);
    } catch (error) {
      const code = ErrorCode.malformedRequest;
      const why = `a request is a JSON object with a "type", such as {"type": "read"}`;
      const got = text.length <= 200 ? text : `${text.slice(0, 200)}…`;
      const isMalformed = error instanceof MalformedMessage || error instanceof SyntaxError;
      const told = isMalformed ? `${why}; got ${got}` : reasonOf(error);
      request.respond(JSON.stringify({ type: "error", code, text: told }));
    }
  }

  #remember(client: string, asked: Asked): void {
    this.#asked.set(client, asked);
    for (const [other, { atMs }] of this.#asked) {
      if (asked.atMs - atMs < REMEMBERED_MS) return;
      this.#asked.delete(other);
    }
  }

  #reply({ dest, body }: Message): void {
    const asked = this.#asked.get(dest);
    if (asked === undefined) return;
    const { in_reply_to: _, ...unnumbered } = body;
    asked.request.respond(JSON.stringify(asked.isNumbered ? body : unnumbered));
    this.#asked.delete(dest);
  }
}

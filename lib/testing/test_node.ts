/**
 * Programs in tests: no process, no pipe, and time that passes when the test says so.
 *
 * ```ts
 * const n0 = new TestNode(echo);
 * const { echo } = await n0.ask(Echo.echo, { echo: "hi" });
 * ```
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { type Body, type Message, Node, type Program } from "../mod.ts";
import type { Of, ReplyOf, Rpc } from "../rpc.ts";

/** A node that runs a program; the test is its network and its only client. */
export class TestNode {
  /** What the node has sent, except for its replies to `ask`; oldest first. */
  readonly sent: Message[] = [];
  /** What the node has logged; oldest first. */
  readonly logged: string[] = [];
  readonly #id: string;
  readonly #node: Node;
  readonly #client: Node;

  /** Starts a program on a node, which gets `init` at once. */
  constructor(program: Program, id = "n0", ids: readonly string[] = [id]) {
    const log = (text: string) => void this.logged.push(text);
    this.#id = id;
    this.#node = new Node({
      send: (message) => {
        // As it would travel: a copy, in JSON.
        const copy: Message = JSON.parse(JSON.stringify(message));
        if (copy.dest === "c0") this.#client.receive(copy);
        else this.sent.push(copy);
      },
      log,
    });
    this.#client = new Node({ send: ({ body }) => this.receive("c0", body), log });
    program(this.#node);
    init(this.#client, "c0", ["c0"]);
    init(this.#node, id, ids);
  }

  /** Delivers a message to the node. */
  receive(src: string, body: Body): void {
    const message: Message = JSON.parse(JSON.stringify({ src, dest: this.#id, body }));
    this.#node.receive(message);
  }

  /**
   * Asks the node as a client does.
   *
   * @throws {RpcError} if the node replies with an error, or not within 5 s.
   */
  ask<R extends Rpc>(rpc: R, fields: Of<R["request"]>): Promise<ReplyOf<R>> {
    return this.#client.rpc(this.#id, rpc, fields, { timeoutMs: 5000 });
  }
}

function init(node: Node, id: string, ids: readonly string[]): void {
  node.receive({ src: "c", dest: id, body: { type: "init", node_id: id, node_ids: ids } });
}

interface Timer {
  readonly atMs: number;
  readonly call: () => void;
}

/**
 * Takes over `setTimeout`, `clearTimeout` and `performance.now` until it is disposed of. Time
 * stands still but for `advance`.
 */
export class FakeTime implements Disposable {
  readonly #timers = new Map<number, Timer>();
  readonly #restore: () => void;
  #nowMs = 0;
  #lastId = 0;

  constructor() {
    const { setTimeout, clearTimeout } = globalThis;
    const now = performance.now;
    this.#restore = () => {
      Object.assign(globalThis, { setTimeout, clearTimeout });
      performance.now = now;
    };
    Object.assign(globalThis, {
      setTimeout: (call: () => void, ms = 0) => {
        this.#timers.set(++this.#lastId, { atMs: this.#nowMs + ms, call });
        return this.#lastId;
      },
      clearTimeout: (id: number) => this.#timers.delete(id),
    });
    performance.now = () => this.#nowMs;
  }

  /** How many timers are pending. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets time pass: timers fire in order, and promises settle after each. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settled();
    for (let next = this.#next(untilMs); next !== undefined; next = this.#next(untilMs)) {
      const [id, { atMs, call }] = next;
      this.#timers.delete(id);
      this.#nowMs = atMs;
      call();
      await settled();
    }
    this.#nowMs = untilMs;
  }

  #next(untilMs: number): [number, Timer] | undefined {
    const due = [...this.#timers].filter(([, { atMs }]) => atMs <= untilMs);
    return due.sort(([, a], [, b]) => a.atMs - b.atMs)[0];
  }

  [Symbol.dispose](): void {
    this.#restore();
  }
}

/**
 * Resolves when everything that was ready to run has run. A message to oneself would not do: it may
 * arrive before promises have settled.
 */
export function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

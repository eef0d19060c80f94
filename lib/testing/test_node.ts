/**
 * One node in a test: the test is its network and its only client.
 *
 * @module
 */
import { parseMessage } from "../message.ts";
import { type Body, type Message, Node, type Program } from "../mod.ts";
import type { Of, ReplyOf, Rpc } from "../rpc.ts";

/**
 * Runs a program on one node, without a process or a network.
 *
 * @example
 * ```ts
 * import { Echo, type Node } from "@glomers/maelstrom";
 * import { TestNode } from "@glomers/maelstrom/testing";
 * import { assertEquals } from "@std/assert";
 *
 * function echo(node: Node): void {
 *   node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
 * }
 *
 * const n0 = new TestNode(echo);
 * assertEquals((await n0.ask(Echo.echo, { echo: "hi" })).echo, "hi");
 * assertEquals(n0.sent, []);
 *
 * n0.receive("n1", { type: "echo", msg_id: 1, echo: "hi" }); // from another node
 * assertEquals(n0.sent[0]?.body, { type: "echo_ok", in_reply_to: 1, echo: "hi" });
 * ```
 */
export class TestNode {
  /** What the node has sent, oldest first, without its replies to `ask`. */
  readonly sent: Message[] = [];
  /** What the node has logged, oldest first. */
  readonly logged: string[] = [];
  readonly #id: string;
  readonly #node: Node;
  readonly #client: Node;

  /** Starts the program and sends the node its `init`. */
  constructor(program: Program, id = "n0", ids: readonly string[] = [id]) {
    const log = (text: string) => void this.logged.push(text);
    this.#id = id;
    this.#node = new Node({
      send: (message) => {
        // A copy, as messages travel in JSON.
        const copy = parseMessage(JSON.stringify(message));
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
    this.#node.receive(parseMessage(JSON.stringify({ src, dest: this.#id, body })));
  }

  /**
   * Asks the node, as a client does.
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

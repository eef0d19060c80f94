/**
 * Nodes as programs in this process, in virtual time. Messages pass as JSON text, so that nodes
 * share nothing.
 *
 * @module
 */
import { Node, type Program } from "../node.ts";
import { parseMessage } from "../message.ts";
import type { Packet } from "../workbench/network.ts";
import type { Random } from "../workbench/random.ts";
import type { Owner, VirtualGlobals } from "./virtual_globals.ts";
import type { Host, World } from "../workbench/hosts/host.ts";

class Hosted implements Owner {
  readonly node: Node;
  readonly lastWords: string[] = [];
  skewMs = 0;
  #waiting: (() => void)[] | undefined;
  #dead = false;

  constructor(
    readonly id: string,
    readonly random: Random,
    readonly globals: VirtualGlobals,
    world: World,
  ) {
    this.node = new Node({
      send: (message) => {
        if (!this.#dead) world.sent(id, message.src, message.dest, JSON.stringify(message));
      },
      log: (text) => {
        for (const line of text.split("\n")) {
          if (this.lastWords.push(line) > LAST_WORDS) this.lastWords.shift();
          world.logged(id, line);
        }
      },
    });
  }

  enter(callback: () => void): void {
    if (this.#dead) return;
    if (this.#waiting !== undefined) this.#waiting.push(callback);
    else this.globals.turn(this, callback);
  }

  pause(): void {
    this.#waiting ??= [];
  }

  resume(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const callback of waiting) this.enter(callback);
  }

  die(): void {
    this.#dead = true;
    this.globals.forget(this);
  }
}

const LAST_WORDS = 32;

/** Runs a program, once for every node. */
export class ProgramHost implements Host {
  readonly #program: Program;
  readonly #globals: VirtualGlobals;
  readonly #random: Random;
  readonly #nodes = new Map<string, Hosted>();
  #incarnations = 0;

  constructor(program: Program, globals: VirtualGlobals, random: Random) {
    this.#program = program;
    this.#globals = globals;
    this.#random = random;
  }

  start(node: string, world: World): void {
    const random = this.#random.split(`${node}/${this.#incarnations++}`);
    const hosted = new Hosted(node, random, this.#globals, world);
    this.#nodes.set(node, hosted);
    hosted.enter(() => this.#program(hosted.node));
  }

  deliver(node: string, packet: Packet): void {
    const hosted = this.#nodes.get(node);
    hosted?.enter(() => hosted.node.receive(parseMessage(packet.text)));
  }

  kill(node: string): void {
    this.#nodes.get(node)?.die();
    this.#nodes.delete(node);
  }

  pause(node: string): void {
    this.#nodes.get(node)?.pause();
  }

  resume(node: string): void {
    this.#nodes.get(node)?.resume();
  }

  skew(node: string, skewMs: number): void {
    const hosted = this.#nodes.get(node);
    if (hosted !== undefined) hosted.skewMs = skewMs;
  }

  lastWords(node: string): readonly string[] {
    return this.#nodes.get(node)?.lastWords ?? [];
  }

  stop(): Promise<void> {
    for (const node of [...this.#nodes.keys()]) this.kill(node);
    return Promise.resolve();
  }
}

/**
 * Nodes as programs in this process, in virtual time. Messages pass as JSON text, so that nodes
 * share nothing.
 *
 * @module
 */
import { Node, type Program } from "../node.ts";
import { parseMessage } from "../message.ts";
import type { Clock } from "../workbench/clock.ts";
import type { Packet } from "../workbench/network.ts";
import type { Random } from "../workbench/random.ts";
import type { Owner, VirtualGlobals } from "./virtual_globals.ts";
import type { Host, World } from "../workbench/hosts/host.ts";

class Hosted implements Owner {
  readonly node: Node;
  readonly lastWords: string[] = [];
  skewMs = 0;
  readonly #engine: HostEngine;
  /** What has to wait, while it is paused and until all that waited has had its turn. */
  #waiting: (() => void)[] | undefined;
  #paused = false;
  #dead = false;

  constructor(readonly id: string, readonly random: Random, engine: HostEngine, world: World) {
    this.#engine = engine;
    this.node = new Node({
      send: (message) => {
        if (!this.#dead) world.sent(id, message.src, message.dest, JSON.stringify(message));
      },
      log: (text) => {
        if (this.#dead) return;
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
    else this.#engine.globals.turn(this, callback);
  }

  failed(error: unknown): void {
    this.node.log(`uncaught: ${error instanceof Error ? error.stack ?? error.message : error}`);
  }

  pause(): void {
    this.#paused = true;
    this.#waiting ??= [];
  }

  resume(): void {
    this.#paused = false;
    this.#catchUp();
  }

  /** Each callback that waited has a turn of its own, as it would have had. */
  #catchUp(): void {
    const { clock, globals } = this.#engine;
    clock.at(clock.now(), () => {
      if (this.#paused || this.#dead || this.#waiting === undefined) return;
      const next = this.#waiting.shift();
      if (next === undefined) this.#waiting = undefined;
      else {
        globals.turn(this, next);
        this.#catchUp();
      }
    });
  }

  die(): void {
    this.#dead = true;
    this.#engine.globals.forget(this);
  }
}

const LAST_WORDS = 32;

/** What nodes run on. */
export interface HostEngine {
  readonly clock: Clock;
  readonly globals: VirtualGlobals;
  /** What programs draw from: each life of each node from a part of its own. */
  readonly random: Random;
}

/** Runs a program, once for every node. */
export class ProgramHost implements Host {
  readonly #program: Program;
  readonly #engine: HostEngine;
  readonly #nodes = new Map<string, Hosted>();
  readonly #lives = new Map<string, number>();

  constructor(program: Program, engine: HostEngine) {
    this.#program = program;
    this.#engine = engine;
  }

  start(node: string, world: World): Promise<void> {
    const { clock, random } = this.#engine;
    const life = this.#lives.get(node) ?? 0;
    this.#lives.set(node, life + 1);
    const hosted = new Hosted(node, random.split(`${node}/${life}`), this.#engine, world);
    this.#nodes.set(node, hosted);
    return new Promise((resolve, reject) =>
      clock.at(clock.now(), () => {
        hosted.enter(() => {
          try {
            this.#program(hosted.node);
          } catch (error) {
            reject(error);
          }
        });
        resolve();
      })
    );
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

/**
 * Nodes as programs in this process, in virtual time. Messages pass as JSON text, so that nodes
 * share nothing.
 *
 * @module
 */
import { Node, type Program } from "../node.ts";
import { describeError, parseMessage } from "../message.ts";
import type { VirtualClock } from "../workbench/clock/clock.ts";
import type { Packet } from "../workbench/network/network.ts";
import type { Random } from "../workbench/random.ts";
import type { ProgramSource } from "./program.ts";
import { type Owner, ProcessExit, type VirtualGlobals } from "./virtual_globals.ts";
import type { Host, NodeEvents } from "../workbench/hosts/host.ts";

class Hosted implements Owner {
  readonly node: Node;
  readonly lastWords: string[] = [];
  readonly #engine: HostEngine;
  readonly #events: NodeEvents;
  /** What has to wait, while it is paused and until all that waited has had its turn. */
  #waiting: (() => void)[] | undefined;
  #paused = false;
  #dead = false;

  constructor(
    readonly id: string,
    readonly random: Random,
    public skewMs: number,
    engine: HostEngine,
    events: NodeEvents,
  ) {
    this.#engine = engine;
    this.#events = events;
    this.node = new Node({
      send: (message) => {
        if (this.#dead) return;
        engine.globals.mustBeTurnOf(this, "sent a message");
        events.sent(id, message.src, message.dest, JSON.stringify(message));
      },
      log: (text) => {
        if (this.#dead) return;
        for (const line of text.split("\n")) {
          if (this.lastWords.push(line) > LAST_WORDS) this.lastWords.shift();
          events.logged(id, line);
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
    if (this.#dead || error instanceof ProcessExit) return;
    const text = describeError(error);
    this.node.log(`uncaught: ${text}`);
    this.#engine.uncaught?.(this.id, text);
  }

  say(text: string): void {
    this.node.log(text);
  }

  exit(code: number): void {
    if (this.#dead) return;
    this.die();
    this.#events.exited(this.id, `exit status ${code}`);
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
  readonly clock: VirtualClock;
  readonly globals: VirtualGlobals;
  /** What programs draw from: each life of each node from a part of its own. */
  readonly random: Random;
  /** Called with each error that a node's program does not catch; the node keeps running. */
  readonly uncaught?: (node: string, text: string) => void;
}

/** Runs a program, once for every node. */
export class ProgramHost implements Host {
  readonly #program: Program | ProgramSource;
  readonly #engine: HostEngine;
  readonly #nodes = new Map<string, Hosted>();
  readonly #lives = new Map<string, number>();
  /** The clock's fault is the machine's: it outlasts a node's life. */
  readonly #skews = new Map<string, number>();

  constructor(program: Program | ProgramSource, engine: HostEngine) {
    this.#program = program;
    this.#engine = engine;
  }

  start(node: string, events: NodeEvents): Promise<void> {
    const { clock, random } = this.#engine;
    const life = this.#lives.get(node) ?? 0;
    this.#lives.set(node, life + 1);
    const draws = random.split(`${node}/${life}`);
    const skewMs = this.#skews.get(node) ?? 0;
    const hosted = new Hosted(node, draws, skewMs, this.#engine, events);
    this.#nodes.set(node, hosted);
    return new Promise((resolve, reject) =>
      clock.at(clock.now(), () => hosted.enter(() => this.#run(hosted).then(resolve, reject)))
    );
  }

  /** Lets the program register its handlers; loads it first, at the same virtual time. */
  #run({ node }: Hosted): Promise<void> {
    const program = this.#program;
    if (typeof program === "function") return Promise.try(program, node);
    return this.#engine.clock.hold(program.load().then((loaded) => loaded(node)));
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
    this.#skews.set(node, skewMs);
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

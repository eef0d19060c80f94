/**
 * Runs nodes as programs in this process, in virtual time. Messages pass as JSON text, so that nodes
 * share nothing.
 *
 * @module
 */
import { Node, type Program, type Transport } from "../node.ts";
import { Stalls } from "../stalls.ts";
import { NS_PER_MS } from "../history/operations.ts";
import { describeError, parseMessage } from "../message.ts";
import type { VirtualClock } from "../workbench/clock/virtual_clock.ts";
import type { DiskOptions } from "../workbench/faults/disks.ts";
import type { DiskFault } from "../workbench/faults/kinds.ts";
import type { Packet } from "../workbench/network/packet.ts";
import type { Random } from "../workbench/random.ts";
import { type ProgramSource, withoutIncarnations } from "./program.ts";
import type { Cause, Owner } from "./owner.ts";
import { ProcessExit, type VirtualGlobals } from "./virtual_globals.ts";
import { VirtualDisk } from "./virtual_disk.ts";
import type { Host, NodeEvents } from "../workbench/hosts/host.ts";

/** What a node runs on. */
interface Machine {
  /** How far its clock is off. */
  skewMs: number;
  /** How late its timers and input come. */
  lateMs: number;
  readonly disk: VirtualDisk;
}

class Incarnation implements Owner {
  readonly node: Node;
  readonly lastWords: string[] = [];
  readonly #engine: HostEngine;
  readonly #events: NodeEvents;
  /** Callbacks that came due during a pause. Absent once all of them have had their turn. */
  #waiting: (() => void)[] | undefined;
  /** Since when the node is paused. */
  #pausedMs: number | undefined;
  readonly #stalls: Stalls;
  #ended = false;
  #cause: Cause | undefined;
  /** When the last callback that was due has its turn, if the node is slow. */
  #lastTurnNs = 0;

  constructor(
    readonly id: string,
    readonly random: Random,
    readonly machine: Machine,
    engine: HostEngine,
    events: NodeEvents,
  ) {
    this.#engine = engine;
    this.#events = events;
    const transport: Transport = {
      send: (message) => {
        if (this.#ended) return;
        engine.globals.assertTurn(this, "sent a message");
        events.sent(id, message.src, message.dest, JSON.stringify(message), this.#cause?.id);
      },
      log: (text) => {
        if (this.#ended) return;
        for (const line of withoutIncarnations(text).split("\n")) {
          if (this.lastWords.push(line) > LAST_WORDS) this.lastWords.shift();
          events.logged(id, line);
        }
      },
    };
    const disk = machine.disk.open(`virtual:/${id}`, {
      later: (delayMs, effect, then) => this.#later(delayMs, effect, then),
      report: (did) => events.disk?.(id, did),
    });
    this.node = new Node(transport, {
      openDisk: () => Promise.resolve(disk),
      ...(engine.args && { args: engine.args }),
    });
    this.#stalls = new Stalls(this.node, () => engine.clock.nowNs() / NS_PER_MS);
  }

  /** The disk goes on by itself when its node is paused or ends. */
  #later(delayMs: number, effect: () => void, then: () => void): void {
    const { clock } = this.#engine;
    const cause = this.#cause;
    clock.at(clock.nowNs() + delayMs * NS_PER_MS, () => {
      effect();
      this.enter(then, cause);
    });
  }

  get skewMs(): number {
    return this.machine.skewMs;
  }

  get cause(): Cause | undefined {
    return this.#cause;
  }

  enter(callback: () => void, cause?: Cause): void {
    const { clock } = this.#engine;
    const turn = () => {
      this.#cause = cause;
      callback();
    };
    const turnNs = Math.max(clock.nowNs() + this.machine.lateMs * NS_PER_MS, this.#lastTurnNs);
    if (turnNs === clock.nowNs()) return this.#take(turn);
    this.#lastTurnNs = turnNs; // callbacks keep their order when the node is fast again
    clock.at(turnNs, () => this.#take(turn));
  }

  #take(callback: () => void): void {
    if (this.#ended) return;
    if (this.#waiting !== undefined) this.#waiting.push(callback);
    else this.#engine.globals.giveTurn(this, callback);
  }

  failed(error: unknown): void {
    if (this.#ended || error instanceof ProcessExit) return;
    const text = describeError(error);
    this.node.log(`uncaught: ${text}`);
    this.#engine.uncaught?.(this.id, withoutIncarnations(text));
  }

  say(text: string): void {
    this.node.log(text);
  }

  exit(code: number): void {
    if (this.#ended) return;
    this.end();
    this.#events.exited(this.id, `exit status ${code}`);
  }

  /** Has the node read a message, as a process reads it that notices when it stood still. */
  receive({ id, text }: Packet): void {
    this.enter(
      () => this.node.receive(parseMessage(text), this.#stalls.ageMs()),
      { id, isLate: false },
    );
  }

  pause(): void {
    this.#pausedMs ??= this.#engine.clock.nowNs() / NS_PER_MS;
    this.#waiting ??= [];
  }

  resume(): void {
    if (this.#pausedMs === undefined) return;
    const fromMs = this.#pausedMs;
    this.#pausedMs = undefined;
    this.#waiting?.unshift(() => this.#stalls.stalled(fromMs));
    this.#catchUp();
  }

  /** Gives each callback that waited a turn of its own, as it would have had. */
  #catchUp(): void {
    const { clock, globals } = this.#engine;
    clock.at(clock.nowNs(), () => {
      if (this.#pausedMs !== undefined || this.#ended || this.#waiting === undefined) return;
      const next = this.#waiting.shift();
      if (next === undefined) this.#waiting = undefined;
      else {
        globals.giveTurn(this, next);
        this.#catchUp();
      }
    });
  }

  end(): void {
    this.#ended = true;
    this.#engine.globals.clearTimers(this);
  }
}

/** How many log lines of a node the host remembers. */
const LAST_WORDS = 32;

/** What nodes run on. */
interface HostEngine {
  readonly clock: VirtualClock;
  readonly globals: VirtualGlobals;
  /** What programs draw from: each incarnation of each node from a part of its own. */
  readonly random: Random;
  /** The nodes' arguments. */
  readonly args?: readonly string[];
  /** How the nodes' disks behave. */
  readonly disk?: DiskOptions;
  /** Called with each error that a node's program does not catch; the node keeps running. */
  readonly uncaught?: (node: string, text: string) => void;
}

export class ProgramHost implements Host {
  readonly #program: Program | ProgramSource;
  readonly #engine: HostEngine;
  /** The running incarnation of each node. */
  readonly #running = new Map<string, Incarnation>();
  /** How many incarnations each node has had. */
  readonly #incarnations = new Map<string, number>();
  /** Outlasts an incarnation. */
  readonly #machines = new Map<string, Machine>();

  constructor(program: Program | ProgramSource, engine: HostEngine) {
    this.#program = program;
    this.#engine = engine;
  }

  start(node: string, events: NodeEvents): Promise<void> {
    const { clock, random } = this.#engine;
    const number = this.#incarnations.get(node) ?? 0;
    this.#incarnations.set(node, number + 1);
    const draws = random.split(`${node}/${number}`);
    const incarnation = new Incarnation(node, draws, this.#machine(node), this.#engine, events);
    this.#running.set(node, incarnation);
    const run = async () => {
      try {
        await this.#run(incarnation);
      } catch (error) {
        incarnation.say(describeError(error)); // as a process does that ends so: with the place
        throw error;
      }
    };
    return new Promise((resolve, reject) =>
      clock.at(clock.nowNs(), () => incarnation.enter(() => run().then(resolve, reject)))
    );
  }

  /** Lets the program register its handlers. Loading it first takes no virtual time. */
  #run({ node }: Incarnation): Promise<void> {
    const program = this.#program;
    if (typeof program === "function") return Promise.try(program, node);
    return this.#engine.clock.hold(program.load().then((loaded) => loaded(node)));
  }

  deliver(node: string, packet: Packet): void {
    this.#running.get(node)?.receive(packet);
  }

  kill(node: string): void {
    this.#running.get(node)?.end();
    this.#running.delete(node);
    this.#machine(node).disk.crash();
  }

  pause(node: string): void {
    this.#running.get(node)?.pause();
  }

  resume(node: string): void {
    this.#running.get(node)?.resume();
  }

  skew(node: string, skewMs: number): void {
    this.#machine(node).skewMs = skewMs;
  }

  slow(node: string, lateMs: number): void {
    this.#machine(node).lateMs = lateMs;
  }

  #machine(node: string): Machine {
    const known = this.#machines.get(node);
    if (known !== undefined) return known;
    const { random, disk = {} } = this.#engine;
    const machine = {
      skewMs: 0,
      lateMs: 0,
      disk: new VirtualDisk(disk, random.split(`${node}/disk`)),
    };
    this.#machines.set(node, machine);
    return machine;
  }

  strikeDisk(node: string, fault: DiskFault): void {
    this.#machine(node).disk.strike(fault);
  }

  lastWords(node: string): readonly string[] {
    return this.#running.get(node)?.lastWords ?? [];
  }

  /** A program writes no text: what it sends is heard at once. */
  explainSilence(): undefined {
    return undefined;
  }

  stop(): Promise<void> {
    for (const node of [...this.#running.keys()]) this.kill(node);
    return Promise.resolve();
  }
}

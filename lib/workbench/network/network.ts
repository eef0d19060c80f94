/**
 * The network between nodes, clients and services, with Maelstrom's delays and losses.
 *
 * Every receiver has one queue, ordered by deadline, and one reader that takes the head, decides
 * whether a partition cuts it off, waits until its deadline, and delivers it. While the reader waits
 * for one message, whatever else arrives waits behind it; Maelstrom's latencies come out of this
 * loop, so it is the same here.
 *
 * @module
 */
import { type Clock, MS } from "../clock/clock.ts";
import { type Body, isClient } from "../../message.ts";
import type { Random } from "../random.ts";
import type { Result } from "../../checkers/checker.ts";
import { type EdnObject, float32 } from "../../history/edn.ts";

/** How the latency between nodes is distributed. */
export type LatencyDistribution = "constant" | "uniform" | "exponential";

/** The latency of messages between nodes, and between nodes and services; clients have none. */
export interface Latency {
  readonly meanMs: number;
  readonly distribution: LatencyDistribution;
}

/** What the network does to messages beyond delaying them. Probabilities are per message. */
export interface Imperfections {
  /** Probability that a message between nodes is lost. */
  readonly loss: number;
  /** Probability that a message between nodes is delivered twice. */
  readonly duplication: number;
  /** Time one delivery keeps a reader busy: uniform from 0 to twice this mean. */
  readonly deliveryMs: number;
}

/** Receivers, and for each the sources whose messages it does not get. */
export type Grudge = ReadonlyMap<string, ReadonlySet<string>>;

/** A message on its way. */
export class Packet {
  #body: Body | undefined;

  constructor(
    /** Unique in the network, from 0. */
    readonly id: number,
    readonly src: string,
    readonly dest: string,
    /** The message's JSON, envelope included, as its sender wrote it. */
    readonly text: string,
    body?: Body,
  ) {
    this.#body = body;
  }

  /** The body, parsed at most once. Whoever may change it must parse `text` for itself. */
  get body(): Body {
    // Without a body it is from this process, which knows no numbers that JSON.parse does not.
    return this.#body ??= (JSON.parse(this.text) as { body: Body }).body;
  }
}

/**
 * What happened to a message. A `cut` message met a partition, a `lost` one met chance, and the
 * receiver of one that is `gone` ended before it came.
 */
export type Fate = "send" | "recv" | "cut" | "lost" | "gone";

/** Told of each message's fate as it happens. */
export type Watch = (fate: Fate, packet: Packet) => void;

/** A message to or from an id that the network does not know. */
export class UnknownParticipant extends Error {
  override readonly name = "UnknownParticipant";
}

interface Queued {
  readonly packet: Packet;
  /** ns */
  readonly deadline: number;
}

/** What chance does to a message. */
interface Lot {
  readonly lost: boolean;
  readonly twice: boolean;
}

const NO_LOT: Lot = { lost: false, twice: false };

interface Counts {
  sent: number;
  received: number;
}

/** Options of a {@linkcode Network}. */
export interface NetworkOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly latency: Latency;
  readonly imperfections?: Partial<Imperfections>;
  readonly watch?: Watch;
}

/** Carries messages between whoever has registered an id. */
export class Network {
  readonly #clock: Clock;
  readonly #latencyRandom: Random;
  readonly #chance: Random;
  /** How often each text was sent; kept only where chance decides about it. */
  readonly #sent = new Map<string, number>();
  readonly #latency: Latency;
  readonly #imperfections: Imperfections;
  readonly #watch: Watch | undefined;
  readonly #receivers = new Map<string, Receiver>();
  readonly #clients: Counts = { sent: 0, received: 0 };
  readonly #servers: Counts = { sent: 0, received: 0 };
  #grudge: Grudge = new Map();
  #lastId = -1;

  constructor({ clock, random, latency, imperfections, watch }: NetworkOptions) {
    this.#clock = clock;
    this.#latencyRandom = random.split("latency");
    this.#chance = random.split("imperfections");
    this.#latency = latency;
    this.#imperfections = { loss: 0, duplication: 0, deliveryMs: 0, ...imperfections };
    this.#watch = watch;
  }

  /** Lets an id take part. `deliver` is called with each message that reaches it. */
  register(id: string, deliver: (packet: Packet) => void): void {
    if (this.#receivers.has(id)) throw new Error(`${id} takes part in the network already`);
    const receiver = new Receiver({
      clock: this.#clock,
      accepts: (packet) => this.#admit(packet),
      deliver: (packet) => {
        this.#count(packet, "received");
        this.#watch?.("recv", packet);
        deliver(packet);
      },
      gone: (packet) => this.#watch?.("gone", packet),
      busyFor: () => this.#busyFor(),
    });
    this.#receivers.set(id, receiver);
  }

  /** Ends an id's part. What is on its way to it is gone. */
  unregister(id: string): void {
    this.#receivers.get(id)?.close();
    this.#receivers.delete(id);
  }

  /** True if a message to or from that id can be sent. */
  knows(id: string): boolean {
    return this.#receivers.has(id);
  }

  /**
   * Sends a message.
   *
   * @param text Its JSON, envelope included.
   * @param body Its body, as `parseJson` gives it. May be left out where `JSON.stringify` wrote the
   * text.
   * @throws {UnknownParticipant} if its source or destination takes no part (any more).
   */
  send(src: string, dest: string, text: string, body?: Body): void {
    const receiver = this.#receivers.get(dest);
    for (const [role, id] of [["dest", dest], ["src", src]] as const) {
      if (!this.#receivers.has(id)) throw new UnknownParticipant(`unknown "${role}" ${id}`);
    }
    const packet = new Packet(++this.#lastId, src, dest, text, body);
    this.#count(packet, "sent");
    this.#watch?.("send", packet);
    const between = !isClient(src) && !isClient(dest);
    const { lost, twice } = between ? this.#lotOf(text) : NO_LOT;
    if (lost) {
      this.#watch?.("lost", packet);
      return;
    }
    receiver?.offer({ packet, deadline: this.#deadline(between) });
    if (twice) receiver?.offer({ packet, deadline: this.#deadline(between) });
  }

  /**
   * What chance has in store for a message. It is drawn from what the message says, and how often that
   * was sent before: so a run with fewer operations still loses the messages that are left of those.
   */
  #lotOf(text: string): Lot {
    const { loss, duplication } = this.#imperfections;
    if (loss === 0 && duplication === 0) return NO_LOT;
    const before = this.#sent.get(text) ?? 0;
    this.#sent.set(text, before + 1);
    const draws = this.#chance.split(`${before}/${text}`);
    return { lost: draws.chance(loss), twice: draws.chance(duplication) };
  }

  /** Cuts receivers off from sources, instead of what was cut before. Clients always get through. */
  partition(grudge: Grudge): void {
    this.#grudge = grudge;
  }

  /** Ends every partition. */
  heal(): void {
    this.#grudge = new Map();
  }

  /**
   * Holds back everything on its way to an id until it is released: also what its reader waits for,
   * which is then taken, and held against the partition, anew.
   */
  hold(id: string): void {
    this.#receivers.get(id)?.hold();
  }

  /** Delivers again, what was held back first. */
  release(id: string): void {
    this.#receivers.get(id)?.release();
  }

  /** Lets everything on its way to an id be gone, as when its process dies. */
  discard(id: string): void {
    this.#receivers.get(id)?.discard();
  }

  /** Maelstrom's `:net`, given the number of operations that clients invoked. */
  stats(invocations: number): Result {
    const all = {
      sent: this.#clients.sent + this.#servers.sent,
      received: this.#clients.received + this.#servers.received,
    };
    const counts = ({ sent, received }: Counts): EdnObject => ({
      "send-count": sent,
      "recv-count": received,
      "msg-count": sent,
    });
    const perOp = ({ sent }: Counts): EdnObject =>
      invocations === 0 ? {} : { "msgs-per-op": float32(sent / invocations) };
    return {
      all: { ...counts(all), ...perOp(all) },
      clients: counts(this.#clients),
      servers: { ...counts(this.#servers), ...perOp(this.#servers) },
      "valid?": true,
    };
  }

  /** Messages sent so far between nodes, and between nodes and services. */
  get serverMessages(): number {
    return this.#servers.sent;
  }

  #count({ src, dest }: Packet, what: keyof Counts): void {
    (isClient(src) || isClient(dest) ? this.#clients : this.#servers)[what]++;
  }

  #admit(packet: Packet): boolean {
    if (!this.#grudge.get(packet.dest)?.has(packet.src)) return true;
    this.#watch?.("cut", packet);
    return false;
  }

  #deadline(between: boolean): number {
    return this.#clock.now() + (between ? Math.floor(this.#draw()) * MS : 0);
  }

  #draw(): number {
    const { meanMs, distribution } = this.#latency;
    switch (distribution) {
      case "constant":
        return meanMs;
      case "uniform":
        return this.#latencyRandom.between(0, 2 * meanMs);
      case "exponential":
        return this.#latencyRandom.exponential(meanMs);
    }
  }

  #busyFor(): number {
    const { deliveryMs } = this.#imperfections;
    return deliveryMs === 0 ? 0 : this.#latencyRandom.between(0, 2 * deliveryMs) * MS;
  }
}

interface ReceiverOptions {
  readonly clock: Clock;
  readonly accepts: (packet: Packet) => boolean;
  readonly deliver: (packet: Packet) => void;
  /** Told of each message that is discarded. */
  readonly gone: (packet: Packet) => void;
  readonly busyFor: () => number;
}

/** One receiver's queue and its reader. */
class Receiver {
  readonly #queue: Queued[] = []; // ascending deadlines, equal ones in the order they came
  readonly #options: ReceiverOptions;
  #head = 0;
  #underWay: Queued | undefined; // what the reader waits for
  #held = false;
  #closed = false;

  constructor(options: ReceiverOptions) {
    this.#options = options;
  }

  offer(item: Queued): void {
    let i = this.#queue.length;
    for (let last = this.#queue[i - 1]; i > this.#head && last && last.deadline > item.deadline;) {
      last = this.#queue[--i - 1];
    }
    this.#queue.splice(i, 0, item);
    this.#read();
  }

  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.#read();
  }

  discard(): void {
    const left = this.#queue.slice(this.#head);
    if (this.#underWay !== undefined) left.unshift(this.#underWay);
    this.#queue.length = this.#head = 0;
    this.#underWay = undefined;
    for (const { packet } of left) this.#options.gone(packet);
  }

  close(): void {
    this.discard();
    this.#closed = true;
  }

  #read(): void {
    if (this.#underWay || this.#held || this.#closed) return;
    let next = this.#take();
    while (next !== undefined && !this.#options.accepts(next.packet)) next = this.#take();
    if (next === undefined) return;
    const { clock, busyFor, deliver } = this.#options;
    const item = this.#underWay = next;
    clock.at(Math.max(item.deadline, clock.now()) + busyFor(), () => {
      if (this.#underWay !== item) return; // discarded meanwhile
      this.#underWay = undefined;
      if (this.#held) {
        // What is offered from here on has no earlier deadline, and so does not overtake it.
        this.#queue.splice(this.#head, 0, item);
        return;
      }
      deliver(item.packet);
      this.#read();
    });
  }

  #take(): Queued | undefined {
    const next = this.#queue[this.#head];
    if (next === undefined) return undefined;
    if (++this.#head > 64 && this.#head * 2 > this.#queue.length) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
    return next;
  }
}

/**
 * The network between nodes, clients and services, with Maelstrom's delays and losses. It counts
 * what it carries, and knows nothing of what becomes of the counts.
 *
 * @module
 */
import { NS_PER_MS } from "../../history/operations.ts";
import { type Body, isClient } from "../../message.ts";
import type { Clock } from "../clock/clock.ts";
import type { Random } from "../random.ts";
import { drawLatencyMs, type Latency } from "./latency.ts";
import { drawLosses, type LinkOptions } from "./loss.ts";
import { Packet, type PacketObserver } from "./packet.ts";
import { Receiver } from "./receiver.ts";

/** A partition: for each receiver, the sources whose messages it does not get. */
export type Grudge = Readonly<Record<string, readonly string[]>>;

interface MessageCounts {
  readonly sent: number;
  readonly received: number;
}

interface Traffic {
  /** Messages from or to clients. */
  readonly clients: MessageCounts;
  /** Messages between nodes, and between nodes and services. */
  readonly servers: MessageCounts;
}

/** A message names an id that the network does not know. */
export class UnknownParticipant extends Error {
  override readonly name = "UnknownParticipant";
}

export interface NetworkOptions extends LinkOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly latency: Latency;
  readonly observe?: PacketObserver;
}

export class Network {
  readonly #options: NetworkOptions;
  readonly #latencyRandom: Random;
  readonly #drawLosses: ReturnType<typeof drawLosses>;
  readonly #receivers = new Map<string, Receiver>();
  readonly #traffic = { clients: { sent: 0, received: 0 }, servers: { sent: 0, received: 0 } };
  /** By receiver, the sources that it is cut off from. */
  #cut = new Map<string, ReadonlySet<string>>();
  #lastId = -1;

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.#latencyRandom = options.random.split("latency");
    // A purpose is part of what seeds mean: another name here would change every recorded run.
    this.#drawLosses = drawLosses(options, options.random.split("imperfections"));
  }

  /** Adds an id to the network. `deliver` is called with each message that reaches it. */
  register(id: string, deliver: (packet: Packet) => void): void {
    if (this.#receivers.has(id)) throw new Error(`${id} is in the network already`);
    const receiver = new Receiver({
      clock: this.#options.clock,
      admit: (packet) => this.#admit(packet),
      deliver: (packet) => {
        this.#count(packet, "received");
        this.#options.observe?.("recv", packet);
        deliver(packet);
      },
      discarded: (packet) => this.#options.observe?.("discarded", packet),
      drawBusyNs: () => this.#drawBusyNs(),
    });
    this.#receivers.set(id, receiver);
  }

  /** Removes an id. What is on its way to it is discarded. */
  unregister(id: string): void {
    this.#receivers.get(id)?.close();
    this.#receivers.delete(id);
  }

  /** Whether an id is registered: messages can be sent from and to it. */
  knows(id: string): boolean {
    return this.#receivers.has(id);
  }

  /**
   * Sends a message.
   *
   * @param text Its JSON, envelope included.
   * @param body Its body, as `parseJson` gives it. May be left out where `JSON.stringify` wrote the
   * text.
   * @param cause The id of the packet that its sender was handling, where that is known.
   * @throws {UnknownParticipant} if its source or destination is not, or no longer, registered.
   */
  send(src: string, dest: string, text: string, body?: Body, cause?: number): void {
    const receiver = this.#receivers.get(dest);
    if (receiver === undefined) throw new UnknownParticipant(`unknown "dest" ${dest}`);
    if (!this.#receivers.has(src)) throw new UnknownParticipant(`unknown "src" ${src}`);
    const packet = new Packet(++this.#lastId, src, dest, text, body, cause);
    this.#count(packet, "sent");
    this.#options.observe?.("send", packet);
    if (isClient(src) || isClient(dest)) {
      return receiver.offer({ packet, deadlineNs: this.#options.clock.nowNs() });
    }
    const { lost, duplicated } = this.#drawLosses(text);
    if (lost) return this.#options.observe?.("lost", packet);
    receiver.offer({ packet, deadlineNs: this.#drawDeadlineNs() });
    if (duplicated) receiver.offer({ packet, deadlineNs: this.#drawDeadlineNs() });
  }

  /** Cuts receivers off from sources, in place of what was cut before. Clients always get through. */
  partition(grudge: Grudge): void {
    this.#cut = new Map(Object.entries(grudge).map(([dest, sources]) => [dest, new Set(sources)]));
  }

  heal(): void {
    this.#cut.clear();
  }

  get isPartitioned(): boolean {
    return this.#cut.size > 0;
  }

  /**
   * Holds back everything on its way to an id until it is released. A message that its reader waits
   * for is held back too, and meets the partitions of the time at which it is taken again.
   */
  hold(id: string): void {
    this.#receivers.get(id)?.hold();
  }

  /** Delivers again, what was held back first. */
  release(id: string): void {
    this.#receivers.get(id)?.release();
  }

  /** Discards everything on its way to an id, as when its process dies. */
  discard(id: string): void {
    this.#receivers.get(id)?.discard();
  }

  get traffic(): Traffic {
    const { clients, servers } = this.#traffic;
    return { clients: { ...clients }, servers: { ...servers } };
  }

  #count({ src, dest }: Packet, what: keyof MessageCounts): void {
    this.#traffic[isClient(src) || isClient(dest) ? "clients" : "servers"][what]++;
  }

  #admit(packet: Packet): boolean {
    if (!this.#cut.get(packet.dest)?.has(packet.src)) return true;
    this.#options.observe?.("cut", packet);
    return false;
  }

  #drawDeadlineNs(): number {
    const { clock, latency } = this.#options;
    return clock.nowNs() + drawLatencyMs(latency, this.#latencyRandom) * NS_PER_MS;
  }

  #drawBusyNs(): number {
    const { deliveryMs = 0 } = this.#options;
    return deliveryMs === 0 ? 0 : this.#latencyRandom.between(0, 2 * deliveryMs) * NS_PER_MS;
  }
}

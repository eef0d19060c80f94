/**
 * A channel between two ends over a NATS server: what one end sends, the other receives once and in
 * order, however often the server goes away meanwhile, or both ends learn that the other is lost.
 *
 * A server delivers at most once, and what is under way when it goes is gone. So each end numbers
 * its packets and keeps them until the other end acknowledges them. When the server is back, or when
 * nothing was acknowledged for a while, it sends again all that it keeps (go-back-N); the other end
 * ignores what it has. A packet is at most what the server takes in a message, so text of any length
 * goes in several.
 *
 * Both ends speak every quarter of a second. Silence for longer than a patience, while this end has
 * the server, means that the other end is lost. Without the server nobody can tell; then the wait is
 * bounded by a longer patience. Each beat is also a measurement of the way there and back.
 *
 * Bounds: 8 MiB are under way at a time. What waits behind it grows no longer than the patience.
 *
 * @module
 */
import type { Msg, NatsConnection, Subscription } from "@nats-io/transport-node";
import { reasonOf } from "../message.ts";

/** What goes through a channel: a word that says what it is, and its arguments. */
export type Frame = readonly string[];

const BEAT_MS = 250;
/** How long an acknowledgement waits for a packet that it can ride on. */
const ACK_MS = 20;
/** Pings that are waited for: a way there and back of more than five seconds is not measured. */
const MAX_PINGS = 20;
/** How long nothing is acknowledged before all of it is sent again. */
const RESEND_MS = 1_000;
/** How long the server may be away. */
const SERVER_PATIENCE_MS = 60_000;
const WINDOW_BYTES = 8 * 2 ** 20;
const MAX_PACKET_BYTES = 2 ** 19;
/** More than a packet's header takes. */
const HEADER_BYTES = 128;
/** Bound on the measurements that are kept. */
const MAX_MEASURED = 10_000;

/** Whether the server is there, as a connection knows. One serves all channels of a connection. */
export class Reach {
  isUp = true;
  /** Since when it is there or not. */
  sinceMs: number = performance.now();
  readonly #listeners = new Set<() => void>();

  constructor(connection: NatsConnection) {
    this.#follow(connection);
  }

  /** Calls a listener whenever the server is back; returns how to stop. */
  onBack(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #follow(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type !== "disconnect" && type !== "reconnect") continue;
      this.isUp = type === "reconnect";
      this.sinceMs = performance.now();
      if (this.isUp) { for (const listener of this.#listeners) listener(); }
    }
  }
}

interface ChannelOptions {
  readonly connection: NatsConnection;
  readonly reach: Reach;
  /** The subject that the other end listens to. */
  readonly to: string;
  /** The subject that this end listens to. */
  readonly from: string;
  /** How long the other end may be silent. */
  readonly patienceMs: number;
  readonly received: (frame: Frame) => void;
  /** Called once, when the other end is lost: why, as the end of a sentence. */
  readonly lost: (why: string) => void;
}

interface Packet {
  readonly bytes: Uint8Array;
  /** Whether the text goes on in the next packet. */
  readonly isCut: boolean;
}

export class Channel {
  readonly #options: ChannelOptions;
  readonly #subscription: Subscription;
  readonly #beat: ReturnType<typeof setInterval>;
  readonly #forget: () => void;
  readonly #encoder = new TextEncoder();
  /** What was not acknowledged, oldest first. */
  #kept: Packet[] = [];
  /** The number of the first of them. Packets count from 1. */
  #first = 1;
  /** How many of them are under way, and their bytes. */
  #sent = 0;
  #sentBytes = 0;
  /** When something was acknowledged last, or sent to a channel that was at rest. */
  #progressMs = 0;
  /** The number of the last packet that came in order. */
  #received = 0;
  #parts: Uint8Array[] = [];
  #frames: Frame[] = [];
  #ackTimer: ReturnType<typeof setTimeout> | undefined;
  #heardMs = performance.now();
  #beatMs = performance.now();
  #lastPing = 0;
  /** When each ping was sent that was not answered yet. */
  readonly #pingedMs = new Map<number, number>();
  #roundTripsMs: number[] = [];
  #isClosed = false;

  constructor(options: ChannelOptions) {
    this.#options = options;
    const { connection, reach, from } = options;
    this.#subscription = connection.subscribe(from, {
      callback: (error, message) =>
        error === null ? this.#take(message) : this.#lose(reasonOf(error)),
    });
    this.#forget = reach.onBack(() => this.#resend());
    this.#beat = setInterval(() => this.#onBeat(), BEAT_MS);
    this.#ping();
  }

  /** How long the measured ways there and back took. */
  get roundTripsMs(): readonly number[] {
    return this.#roundTripsMs;
  }

  /** Sends a frame. Those of one turn of the event loop share a packet. */
  send(...frame: Frame): void {
    if (this.#isClosed) return;
    if (this.#frames.push(frame) === 1) queueMicrotask(() => this.#pack());
  }

  /** Says and hears nothing more. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#beat);
    clearTimeout(this.#ackTimer);
    this.#forget();
    if (!this.#options.connection.isClosed()) this.#subscription.unsubscribe();
  }

  #pack(): void {
    if (this.#isClosed) return;
    const bytes = this.#encoder.encode(JSON.stringify(this.#frames));
    this.#frames = [];
    const { info } = this.#options.connection;
    const size = Math.min(MAX_PACKET_BYTES, (info?.max_payload ?? Infinity) - HEADER_BYTES);
    for (let at = 0; at < bytes.length; at += size) {
      const isCut = at + size < bytes.length;
      this.#kept.push({ bytes: bytes.subarray(at, at + size), isCut });
    }
    this.#pump();
  }

  /** Sends what fits into the window. */
  #pump(): void {
    if (this.#sent === 0) this.#progressMs = performance.now();
    for (let packet = this.#next(); packet !== undefined; packet = this.#next()) {
      this.#sentBytes += packet.bytes.length;
      this.#publish({ number: this.#first + this.#sent++, packet });
    }
  }

  #next(): Packet | undefined {
    const packet = this.#kept[this.#sent];
    if (packet === undefined || !this.#options.reach.isUp) return undefined;
    return this.#sent === 0 || this.#sentBytes + packet.bytes.length <= WINDOW_BYTES
      ? packet
      : undefined;
  }

  #resend(): void {
    this.#sent = 0;
    this.#sentBytes = 0;
    this.#pingedMs.clear();
    this.#pump();
  }

  /** A packet, or without one an acknowledgement, with a ping or its answer. */
  #publish(
    { number = 0, packet, ping = 0, pong = 0 }: {
      readonly number?: number;
      readonly packet?: Packet;
      readonly ping?: number;
      readonly pong?: number;
    },
  ): void {
    clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
    const header = [number, this.#received, packet?.isCut ? 1 : 0, ping, pong].join(" ");
    const head = this.#encoder.encode(`${header}\n`);
    const bytes = new Uint8Array(head.length + (packet?.bytes.length ?? 0));
    bytes.set(head);
    if (packet !== undefined) bytes.set(packet.bytes, head.length);
    const { connection, to } = this.#options;
    if (!connection.isClosed()) connection.publish(to, bytes);
  }

  #take({ data }: Msg): void {
    const end = data.indexOf(0x0a);
    const header = new TextDecoder().decode(data.subarray(0, end)).split(" ").map(Number);
    const [number = 0, acknowledged = 0, isCut = 0, ping = 0, pong = 0] = header;
    this.#heardMs = performance.now();
    if (ping > 0) this.#publish({ pong: ping });
    if (pong > 0) this.#measure(pong);
    this.#acknowledge(acknowledged);
    if (number > 0) this.#receive(number, data.subarray(end + 1), isCut === 1);
  }

  #acknowledge(number: number): void {
    const count = number - this.#first + 1;
    if (count <= 0) return;
    const done = this.#kept.splice(0, count);
    this.#first += done.length;
    // What was sent before the server went may be acknowledged although it waits to be sent again.
    this.#sent = Math.max(0, this.#sent - done.length);
    const sent = this.#kept.slice(0, this.#sent);
    this.#sentBytes = sent.reduce((sum, { bytes }) => sum + bytes.length, 0);
    this.#progressMs = performance.now();
    this.#pump();
  }

  #receive(number: number, bytes: Uint8Array, isCut: boolean): void {
    this.#ackTimer ??= setTimeout(() => this.#publish({}), ACK_MS);
    if (number !== this.#received + 1) return; // a repetition, or behind one that is lost
    this.#received = number;
    this.#parts.push(bytes);
    if (isCut) return;
    const decoder = new TextDecoder();
    const text = this.#parts.map((part) => decoder.decode(part, { stream: true })).join("");
    this.#parts = [];
    const frames: unknown = JSON.parse(text);
    if (!Array.isArray(frames)) return;
    for (const frame of frames) {
      if (isFrame(frame) && !this.#isClosed) this.#options.received(frame);
    }
  }

  /** Says that this end is there, and asks for an answer. */
  #ping(): void {
    if (!this.#options.reach.isUp) return;
    const number = ++this.#lastPing;
    this.#pingedMs.set(number, performance.now());
    this.#pingedMs.delete(number - MAX_PINGS);
    this.#publish({ ping: number });
  }

  #measure(pong: number): void {
    const sinceMs = this.#pingedMs.get(pong);
    if (sinceMs === undefined) return;
    this.#pingedMs.delete(pong);
    this.#roundTripsMs.push(performance.now() - sinceMs);
    if (this.#roundTripsMs.length > MAX_MEASURED) this.#roundTripsMs.shift();
  }

  #onBeat(): void {
    const nowMs = performance.now();
    const lateMs = nowMs - this.#beatMs - BEAT_MS;
    this.#beatMs = nowMs;
    // Who was held up itself may have heard the other end without knowing it yet.
    if (lateMs > BEAT_MS) this.#heardMs += lateMs;
    const why = this.#whyLost(nowMs);
    if (why !== undefined) return this.#lose(why);
    if (this.#sent > 0 && nowMs - this.#progressMs > RESEND_MS) this.#resend();
    this.#ping();
  }

  #lose(why: string): void {
    this.close();
    this.#options.lost(why);
  }

  #whyLost(nowMs: number): string | undefined {
    const { reach: { isUp, sinceMs }, patienceMs } = this.#options;
    if (isUp) {
      const isSilent = nowMs - Math.max(sinceMs, this.#heardMs) > patienceMs;
      return isSilent ? `it has not been heard for ${patienceMs / 1000} s` : undefined;
    }
    const isAway = nowMs - sinceMs > SERVER_PATIENCE_MS;
    return isAway ? `the server has been away for ${SERVER_PATIENCE_MS / 1000} s` : undefined;
  }
}

function isFrame(value: unknown): value is Frame {
  return Array.isArray(value) && value.every((word) => typeof word === "string");
}

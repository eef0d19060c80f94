/**
 * A message on its way through the network, and what can happen to it.
 *
 * @module
 */
import type { Body } from "../../message.ts";

/**
 * A message on its way.
 *
 * @experimental
 */
export class Packet {
  #body: Body | undefined;

  /** A message, as its sender wrote it. */
  constructor(
    /** Unique in the network, from 0. */
    readonly id: number,
    /** The sender's id. */
    readonly src: string,
    /** The receiver's id. */
    readonly dest: string,
    /** The message's JSON, envelope included, as its sender wrote it. */
    readonly text: string,
    body?: Body,
    /** The id of the packet that its sender was handling, where that is known. */
    readonly cause?: number,
  ) {
    this.#body = body;
  }

  /** The type of the body, which between nodes may be anything; the rest is not parsed for it. */
  get type(): string {
    const known = this.#body === undefined ? TYPE.exec(this.text)?.[1] : undefined;
    return known ?? String(this.body.type);
  }

  /** The body, parsed at most once and shared. A receiver that may change it parses `text` itself. */
  get body(): Body {
    return this.#body ??= parseBody(this.text);
  }
}

/** How a message begins that this process wrote, as far as its type: a body may be large. */
const TYPE = /^\{"src":"[^"\\]*","dest":"[^"\\]*","body":\{"type":"([^"\\]*)"/;

/** Only this process leaves a body out, and it writes no number that `JSON.parse` would round. */
function parseBody(text: string): Body {
  const { body }: { body: Body } = JSON.parse(text);
  return body;
}

/**
 * What happens to a packet: it is sent, received, `cut` by a partition, `lost` by chance, or
 * `discarded` because its receiver ended before it came.
 */
export type PacketEvent = "send" | "recv" | "cut" | "lost" | "discarded";

/** Called with each packet's events as they happen. */
export type PacketObserver = (event: PacketEvent, packet: Packet) => void;

/**
 * Loss and duplication: what chance does to messages between nodes.
 *
 * What happens to a message is drawn from its text and from how often that text was sent before. A
 * run with fewer operations therefore still loses those of its messages that the longer run lost, so
 * that a failure survives when it is shrunk.
 *
 * @module
 */
import type { Random } from "../random.ts";

/** What chance does to messages between nodes, and how long deliveries take. Default: nothing. */
export interface LinkOptions {
  readonly loss?: number;
  readonly duplication?: number;
  /** Time that one delivery keeps a receiver busy: uniform from 0 to twice this mean. */
  readonly deliveryMs?: number;
}

interface Draw {
  readonly lost: boolean;
  readonly duplicated: boolean;
}

const UNHARMED: Draw = { lost: false, duplicated: false };

/** Decides about one message after another, each as it is sent. */
export function drawLosses(
  { loss = 0, duplication = 0 }: LinkOptions,
  random: Random,
): (text: string) => Draw {
  /** How often each text was sent. Stays empty where nothing is lost or duplicated. */
  const sent = new Map<string, number>();
  return (text) => {
    if (loss === 0 && duplication === 0) return UNHARMED;
    const before = sent.get(text) ?? 0;
    sent.set(text, before + 1);
    const draws = random.split(`${before}/${text}`);
    return { lost: draws.chance(loss), duplicated: draws.chance(duplication) };
  };
}

/// <reference lib="dom" />
/**
 * Unpacks what the pictures are drawn from.
 *
 * @module
 */
import { Links } from "./links.ts";
import type { Scene } from "../scene.ts";

/** A scene whose times are times, and no longer differences. */
export interface Decoded {
  readonly scene: Scene;
  readonly startUs: Float64Array;
  readonly sentUs: Float64Array;
  readonly logUs: Float64Array;
  readonly links: Links;
}

/** Unpacks base64 of gzip of JSON. */
export async function unpack(packed: string): Promise<Scene> {
  const bytes = Uint8Array.from(atob(packed.trim()), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return await new Response(stream).json();
}

export function decode(scene: Scene): Decoded {
  return {
    scene,
    startUs: sumUp(scene.operations.startUs),
    sentUs: sumUp(scene.messages.sentUs),
    logUs: sumUp(scene.logs.timeUs),
    links: new Links(scene.messages),
  };
}

function sumUp(differences: readonly number[]): Float64Array {
  const sums = new Float64Array(differences.length);
  let last = 0;
  for (let i = 0; i < sums.length; i++) sums[i] = last += differences[i] ?? 0;
  return sums;
}

/** The first row whose time is at least that. */
export function firstAt(times: ArrayLike<number>, timeUs: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < timeUs) low = middle + 1;
    else high = middle;
  }
  return low;
}

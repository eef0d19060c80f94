/**
 * What the page and a run that it steers tell each other.
 *
 * @module
 */
import type { Fault } from "../../workbench/faults/kinds.ts";
import type { PacketEvent } from "../../workbench/network/packet.ts";
import type { PlanOptions } from "../../workbench/plan.ts";
import type { Outcome, Source } from "./job.ts";

/** What a page asks of the run. */
export type Steering =
  | { readonly kind: "start"; readonly source: Source; readonly options: PlanOptions }
  | { readonly kind: "fault"; readonly fault: Fault }
  /** Virtual seconds in a second; 0 stops time, Infinity ends the run as fast as it can. */
  | { readonly kind: "speed"; readonly speed: number };

/** A message that is sent, or comes to its end. Times are microseconds. */
export type LiveMessage =
  | {
    readonly event: "send";
    readonly id: number;
    readonly timeUs: number;
    readonly src: string;
    readonly dest: string;
    readonly type: string;
  }
  | {
    readonly event: Exclude<PacketEvent, "send">;
    readonly id: number;
    readonly timeUs: number;
  };

/** What happened since the slice before. */
export interface Slice {
  readonly nowUs: number;
  readonly messages: readonly LiveMessage[];
  /** Lines of logs and of clients, as they are read. */
  readonly lines: readonly string[];
  /** Operations so far, by how they ended. */
  readonly counts: Readonly<Record<string, number>>;
}

/** What the run tells. */
export type Told =
  | { readonly kind: "alive" }
  | { readonly kind: "slice"; readonly slice: Slice }
  | { readonly kind: "done"; readonly outcome: Outcome }
  | { readonly kind: "failed"; readonly why: string };

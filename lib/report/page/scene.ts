/**
 * What the pictures of a page are drawn from: plain data, all of it JSON.
 *
 * Times are whole microseconds since the history began. A column that says so holds differences to
 * the row before, which pack well.
 *
 * @module
 */
import type { HeatMap, Plot, Spans } from "../../workbench/workloads/picture.ts";

/** Microseconds in a second. */
export const US_PER_S = 1_000_000;
export const US_PER_MS = 1_000;

const SET_UP: readonly string[] = ["init", "init_ok", "topology", "topology_ok"];

/** Whether messages of a type set nodes up: they are shown where they are asked for. */
export function isSetUp(type: string): boolean {
  return SET_UP.includes(type);
}

export interface Scene {
  readonly fromUs: number;
  readonly toUs: number;
  /** Names of operations. */
  readonly kinds: readonly string[];
  readonly operations: Operations;
  /** Who takes part: clients, nodes and services, from the top. */
  readonly lanes: readonly Lane[];
  /** Types of messages, the most frequent first. */
  readonly types: readonly string[];
  readonly messages: Messages;
  /** Whether the causes of messages are known, and not guessed from their times. */
  readonly areCausesExact: boolean;
  readonly logs: Logs;
  readonly bands: readonly Band[];
  readonly findings: readonly Moment[];
  /** The least time that is shown around a finding: most messages take no longer. */
  readonly marginUs: number;
  /** What the diagram shows at first. */
  readonly view: readonly [fromUs: number, toUs: number];
  readonly pictures: readonly DrawnPicture[];
}

/** The pictures that are drawn in the page itself. */
export type DrawnPicture = HeatMap | Plot | Spans;

export interface Lane {
  readonly id: string;
  readonly kind: "client" | "node" | "service";
}

/** How an operation ended, by its number in a column. */
export const OUTCOMES = ["ok", "fail", "info", "open"] as const;

/** A row for each operation, in order of invocation. */
export interface Operations {
  /** Differences. */
  readonly startUs: readonly number[];
  /** -1: it never ended. */
  readonly tookUs: readonly number[];
  readonly kind: readonly number[];
  readonly outcome: readonly number[];
  readonly process: readonly number[];
  /** The lane of its client; -1 where it is not known. */
  readonly lane: readonly number[];
  readonly text: readonly string[];
}

/** What became of a message, by its number in a column. */
export const FATES = ["recv", "cut", "lost", "discarded", "under way", "missing"] as const;

/** A row for each message, in order of sending; one that was duplicated has two. */
export interface Messages {
  /** Differences. */
  readonly sentUs: readonly number[];
  /** How long until its end; 0 where it has none. */
  readonly tookUs: readonly number[];
  readonly src: readonly number[];
  readonly dest: readonly number[];
  readonly type: readonly number[];
  readonly fate: readonly number[];
  /** How many rows before it the request stands that it answers; 0 where it answers none. */
  readonly answers: readonly number[];
  /** How many rows before it the message stands that it was sent because of; 0: see `answers`. */
  readonly cause: readonly number[];
  /** Its fields; empty for those that there is no room for. */
  readonly text: readonly string[];
}

/** A row for each line that a node logged. */
export interface Logs {
  /** Differences. */
  readonly timeUs: readonly number[];
  readonly lane: readonly number[];
  readonly text: readonly string[];
  /** How many lines there is no room for. */
  readonly leftOut: number;
}

/** A fault that lasts. */
export interface Band {
  readonly kind: string;
  readonly label: string;
  readonly fromUs: number;
  readonly toUs: number;
  /** The nodes that are struck; empty where links are. */
  readonly nodes: readonly string[];
  /** The links that are cut: receiver and source. */
  readonly cut: readonly (readonly [dest: string, src: string])[];
}

/** Where a finding is to be seen. */
export interface Moment {
  readonly fromUs: number;
  readonly toUs: number;
  /** Rows of operations. */
  readonly operations: readonly number[];
}

/**
 * Pictures of what is special about a workload, as plain data: what there is to see, and nothing of
 * how it is drawn. Times are milliseconds since the history began.
 *
 * @module
 */
import type { EdnObject } from "../../history/edn.ts";
import type { Op } from "../../history/operations.ts";
import type { MessageJournal } from "../message_journal.ts";

/** What a workload makes pictures of. */
export interface PictureSubject {
  readonly history: readonly Op[];
  /** What its checker found; empty after a crash. */
  readonly result: EdnObject;
  readonly nodes: readonly string[];
  /** Absent where the engine keeps none. */
  readonly journal?: MessageJournal;
}

interface Titled {
  readonly title: string;
  /** What it shows and how to read it: a sentence or two. */
  readonly caption: string;
}

/** A number for each row and column; null where there is none. */
export interface HeatMap extends Titled {
  readonly kind: "heat";
  readonly unit: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** What a column is. */
  readonly columnTitle: string;
  /** What was done to columns when they began, as a participle. */
  readonly columnsVerb: string;
  /** When what a column holds began, column by column, in order. */
  readonly columnsMs: readonly number[];
  readonly cells: readonly (readonly (number | null)[])[];
  /** What a missing number means. */
  readonly missing: string;
}

/** Lines and dots over one horizontal axis. */
export interface Plot extends Titled {
  readonly kind: "plot";
  readonly x: { readonly title: string; readonly unit: "s" | "ms" };
  readonly y: string;
  /** The least and the greatest value there can be. Default: those there are, and 0. */
  readonly range?: readonly [least: number, greatest: number];
  readonly series: readonly Series[];
}

export interface Series {
  readonly name: string;
  /** Steps hold a value until the next. Bad dots are what is wrong. */
  readonly style: "line" | "steps" | "dots" | "bad";
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Operations side by side, lane by lane. */
export interface Spans extends Titled {
  readonly kind: "spans";
  readonly spans: readonly Span[];
}

export interface Span {
  readonly lane: string;
  readonly fromMs: number;
  /** Null where it never ended. */
  readonly toMs: number | null;
  readonly text: string;
  /** Its place in an order, from 1; null where it has none. */
  readonly place: number | null;
  /** Whether it is the one that has no place though it needs one. */
  readonly isBad: boolean;
}

/** An image that a checker has drawn. */
export interface Drawing extends Titled {
  readonly kind: "drawing";
  readonly svg: string;
}

export type Picture = HeatMap | Plot | Spans | Drawing;

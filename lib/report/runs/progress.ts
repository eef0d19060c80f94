/**
 * How a run is going, written down while it goes: a reading about once a second, one more whenever a
 * phase or a fault begins or ends.
 *
 * @module
 */
import { NS_PER_MS, NS_PER_S, type Op } from "../../history/operations.ts";
import type { Gauge, Observer, Phase } from "../../workbench/run.ts";
import { findBands } from "../page/bands.ts";
import { US_PER_S } from "../page/scene.ts";
import { renderProblem } from "../problems.ts";
import { quantilesOf } from "../quantiles.ts";

/** A moment of a run; counts are since it began. */
export interface Reading {
  readonly phase: Phase;
  /** Since the history began; 0 before that. */
  readonly timeS: number;
  readonly invoked: number;
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
  /** Messages between nodes and services. */
  readonly messages: number;
  /** Median, 95 % and maximum of the operations that are ok since the reading before, if any are. */
  readonly latencyMs: readonly number[];
  /** The faults in force. */
  readonly faults: readonly { readonly label: string; readonly fromS: number }[];
  /** What nodes did wrong since the reading before. */
  readonly problems: readonly string[];
}

/** Problems that one reading tells. */
const MOST_PROBLEMS = 5;

/** Follows a run, and reads how it goes. */
export class ProgressRecorder {
  readonly #write: (reading: Reading) => void;
  #gauge: Gauge | undefined;
  #phase: Phase = "starting";
  readonly #ended = { ok: 0, fail: 0, info: 0 };
  readonly #begun = new Map<Op["process"], number>();
  #tookMs: number[] = [];
  readonly #nemesis: Op[] = [];
  #faults: Reading["faults"] = [];
  #problems: string[] = [];

  /** `write` takes a reading whenever something changes; {@linkcode read} makes those between. */
  constructor(write: (reading: Reading) => void) {
    this.#write = write;
  }

  get observer(): Observer {
    return {
      started: (gauge) => this.#gauge = gauge,
      phase: (phase) => {
        this.#phase = phase;
        this.read();
      },
      op: (op) => op.process === "nemesis" ? this.#strike(op) : this.#count(op),
      problem: (problem) => {
        if (this.#problems.length < MOST_PROBLEMS) this.#problems.push(renderProblem(problem));
      },
    };
  }

  /** Writes a reading. */
  read(): void {
    const isUp = this.#phase !== "starting";
    const latencyMs = quantilesOf(this.#tookMs, [0.5, 0.95, 1]);
    const reading: Reading = {
      phase: this.#phase,
      timeS: isUp ? round((this.#gauge?.nowNs() ?? 0) / NS_PER_S) : 0,
      invoked: this.#gauge?.invocations() ?? 0,
      ...this.#ended,
      messages: this.#gauge?.serverMessages() ?? 0,
      latencyMs: latencyMs.map(round),
      faults: this.#faults,
      problems: this.#problems,
    };
    this.#tookMs = [];
    this.#problems = [];
    this.#write(reading);
  }

  #count({ process, type, time }: Op): void {
    if (type === "invoke") {
      this.#begun.set(process, time);
      return;
    }
    this.#ended[type]++;
    const begunNs = this.#begun.get(process);
    if (type === "ok" && begunNs !== undefined) this.#tookMs.push((time - begunNs) / NS_PER_MS);
    this.#begun.delete(process);
  }

  #strike(op: Op): void {
    this.#nemesis.push(op);
    const inForce = findBands(this.#nemesis, Infinity).filter(({ toUs }) => toUs === Infinity);
    const faults = inForce.map(({ label, fromUs }) => ({ label, fromS: fromUs / US_PER_S }));
    const isNews = JSON.stringify(faults) !== JSON.stringify(this.#faults);
    this.#faults = faults;
    if (isNews) this.read();
  }
}

/** To the thousandth. */
function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

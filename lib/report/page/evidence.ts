/**
 * The operations that show what a sentence says, where it names no time itself.
 *
 * @module
 */
import {
  type Edn,
  type EdnObject,
  entriesOf,
  isEdnObject,
  itemsOf,
  numberOf,
  Tagged,
} from "../../history/edn.ts";
import type { Op, OpPair } from "../../history/operations.ts";
import { nodeOf, type RunResult } from "../../workbench/result.ts";

/** Operations that a sentence is shown by. */
const MOST_SHOWN = 40;
/** Steps through a result, which may be large. */
const MOST_STEPS = 20_000;

/** Finds the rows of operations that sentences are about. */
export class Evidence {
  readonly #run: RunResult;
  readonly #operations: readonly OpPair[];
  readonly #result: EdnObject;
  readonly #rowOf: ReadonlyMap<number, number>;
  /** Of the whole result. */
  #all: readonly number[] | undefined;

  constructor(run: RunResult, operations: readonly OpPair[]) {
    this.#run = run;
    this.#operations = operations;
    const result = run.results?.["workload"];
    this.#result = isEdnObject(result) ? result : {};
    this.#rowOf = new Map(
      operations.flatMap(({ invocation, completion }, row) =>
        [invocation, completion].flatMap((op): [number, number][] => op ? [[op.index, row]] : [])
      ),
    );
  }

  /** The rows that show what a sentence says; none where nothing does. */
  rowsOf(sentence: string): readonly number[] {
    if (/ did not succeed\b|^None of .* succeeded|ended in an exception/.test(sentence)) {
      return this.#failed();
    }
    const section = this.#result[/^([\w-]+): /.exec(sentence)?.[1] ?? ""];
    const own = section === undefined ? [] : this.#rowsIn(section);
    if (own.length > 0) return own;
    this.#all ??= this.#own();
    return this.#ofThoseNamed(sentence, this.#all);
  }

  #own(): readonly number[] {
    const { workload, history, results } = this.#run;
    if (results?.["valid?"] === true) return [];
    const ops = workload.evidence?.(this.#result, history);
    return ops === undefined ? this.#rowsIn(this.#result) : this.#rowsAt(ops);
  }

  #rowsAt(ops: readonly Pick<Op, "index">[]): readonly number[] {
    return [...new Set(ops.flatMap(({ index }) => this.#rowOf.get(index) ?? []))];
  }

  #rowsIn(section: Edn): readonly number[] {
    return this.#rowsAt(operationsIn(section)).slice(0, MOST_SHOWN);
  }

  #failed(): readonly number[] {
    return this.#operations.flatMap(({ completion }, row) =>
      completion?.type === "fail" || completion?.type === "info" ? [row] : []
    ).slice(0, MOST_SHOWN);
  }

  /** Those of the processes and nodes that a sentence names, or all. */
  #ofThoseNamed(sentence: string, rows: readonly number[]): readonly number[] {
    const lists = sentence.matchAll(/\bprocess ((?:\d+(?: \([^)]*\))?(?:, | and )?)+)/g);
    const processes = new Set(
      [...lists].flatMap(([, list = ""]) =>
        list.replaceAll(/\([^)]*\)/g, "").match(/\d+/g)?.map(Number) ?? []
      ),
    );
    const named = new Set(sentence.match(/\bn\d+\b/g));
    const isNamed = (row: number) => {
      const process = Number(this.#operations[row]?.invocation.process);
      return processes.has(process) || named.has(nodeOf(this.#run, process) ?? "");
    };
    const own = rows.filter(isNamed);
    return (own.length === 0 ? rows : own).slice(0, MOST_SHOWN);
  }
}

/** The operations that a result quotes, wherever it does. */
function operationsIn(section: Edn): Pick<Op, "index">[] {
  const found: { index: number }[] = [];
  const waiting: Edn[] = [section];
  for (let step = 0; step < MOST_STEPS && waiting.length > 0; step++) {
    const one = waiting.pop();
    if (one === undefined) continue;
    if (one instanceof Tagged) waiting.push(one.value);
    else if (isEdnObject(one)) {
      const index = numberOf(one["index"]);
      if (index !== undefined && one["f"] !== undefined) found.push({ index });
      else waiting.push(...valuesOf(one));
    } else waiting.push(...valuesOf(one));
  }
  return found;
}

/** What a collection holds, the last first. */
function valuesOf(some: Edn): Edn[] {
  const entries = entriesOf(some).map(([, value]) => value);
  return (entries.length > 0 ? entries : [...itemsOf(some)]).reverse();
}

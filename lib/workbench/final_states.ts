/**
 * What nodes hold when all is over, and what that says beyond Maelstrom's checks.
 *
 * Maelstrom's word is a function of what clients were told while the run went on. Where a workload's
 * operations are enough to read everything a node holds, a run goes on for a few seconds more, with
 * every fault ended: ordinary clients ask every node, again and again, until all say the same or have
 * had time enough to. Any executable can be asked. What they say is judged apart: it is part neither of
 * the history nor of the message counts nor of the verdict, which stay Maelstrom's.
 *
 * @module
 */
import type { Explain, Result } from "../checkers/checker.ts";
import { UNKNOWN } from "../checkers/checker.ts";
import { type Call, MalformedReply } from "./clients/client.ts";
import { type Clock, sleep } from "./clock/clock.ts";
import { type Edn, type EdnObject, printEdn } from "../history/edn.ts";
import { NS_PER_S, type Op } from "../history/operations.ts";
import { RpcError } from "../message.ts";

/** What a node holds, by key. */
export type State = ReadonlyMap<Edn, Edn>;

/** What is known at the end, beside the history. */
export interface Ending {
  /** What each node holds that could say. */
  readonly states: ReadonlyMap<string, State>;
  /** Nodes that could not. */
  readonly silent: readonly string[];
  readonly consistencyModels?: readonly string[];
  /** The node that a process asks. */
  readonly nodeOf: (process: number) => string | undefined;
}

/** A workload's part in it. */
export interface Aftermath {
  /** The keys to ask for, given what was done; where there are none, nobody is asked. */
  readonly keys: (history: readonly Op[]) => readonly Edn[];
  /** Asks a node what it holds of some keys. */
  readonly ask: (keys: readonly Edn[], call: Call) => Promise<State>;
  readonly check: (history: readonly Op[], ending: Ending) => Result;
  /** Says what the result means, also where all is well. */
  readonly explain: Explain;
}

/** Time between two rounds of questions, and the most rounds. */
const ROUND_NS = NS_PER_S;
const ROUNDS = 5;
/** Keys asked for at a time. */
const KEYS_AT_A_TIME = 100;

/** Asks all nodes, until they agree or {@linkcode ROUNDS} rounds have gone by. */
export async function finalStates(
  nodes: readonly string[],
  keys: readonly Edn[],
  ask: (node: string, keys: readonly Edn[]) => Promise<State>,
  clock: Clock,
): Promise<Pick<Ending, "states" | "silent">> {
  for (let round = 1;; round++) {
    await sleep(clock, ROUND_NS);
    const states = new Map<string, State>();
    const answers = nodes.map(async (node) => {
      const state = await stateOf(keys, (some) => ask(node, some));
      if (state !== undefined) states.set(node, state);
    });
    await Promise.all(answers);
    const silent = nodes.filter((node) => !states.has(node));
    const all = nodes.flatMap((node) => [states.get(node) ?? []]);
    const distinct = new Set(all.map((state) => printEdn(new Map(state))));
    if ((distinct.size <= 1 && silent.length === 0) || round === ROUNDS) {
      const inOrder = nodes.flatMap((node): [string, State][] => {
        const state = states.get(node);
        return state === undefined ? [] : [[node, state]];
      });
      return { states: new Map(inOrder), silent };
    }
  }
}

/** What one node holds; `undefined` if it does not say, or not in the form asked for. */
async function stateOf(
  keys: readonly Edn[],
  ask: (keys: readonly Edn[]) => Promise<State>,
): Promise<State | undefined> {
  const state = new Map<Edn, Edn>();
  try {
    for (let from = 0; from < keys.length; from += KEYS_AT_A_TIME) {
      const some = await ask(keys.slice(from, from + KEYS_AT_A_TIME));
      for (const [key, value] of some) state.set(key, value);
    }
    return state;
  } catch (error) {
    if (error instanceof RpcError || error instanceof MalformedReply) return undefined;
    throw error;
  }
}

/** The result of a check that could not see every node: never better than unknown. */
export function withSilent(result: Result, silent: readonly string[]): Result {
  if (silent.length === 0) return result;
  const verdict = result["valid?"] === false ? false : UNKNOWN;
  return { ...result, "valid?": verdict, silent: [...silent] };
}

/** Says which nodes could not be asked. */
export function explainSilent({ silent }: EdnObject): string[] {
  const nodes = Array.isArray(silent) ? silent.map(String) : [];
  return nodes.map((node) => `${node} did not say what it holds at the end.`);
}

/**
 * How a workbench and its agents talk: the subjects, and what an agent is asked before a run. What
 * goes through a run's channels is in `agent.ts` (frames to it) and `host.ts` (frames from it).
 *
 * @module
 */
import { parseExact } from "../exact_json.ts";
import { array, fieldProblem, type Fields, integer, type Of, string } from "../rpc.ts";

/** Agents and workbenches of other versions are refused. */
export const PROTOCOL = 2;

/** Where all agents answer that they are there. */
export const AGENTS = "glomers.agents";

/** Where one agent is asked to take part in a run. */
export function agentSubject(name: string): string {
  return `glomers.agent.${name}`;
}

/** Where the agents of one name make sure that there is only one. */
export function agentClaim(name: string): string {
  return `glomers.claim.agent.${name}`;
}

/** The two directions of a run's channel. */
export function runSubjects(run: string, agent: string): { toAgent: string; toWorkbench: string } {
  const subject = `glomers.run.${run}.${agent}`;
  return { toAgent: `${subject}.in`, toWorkbench: `${subject}.out` };
}

/** An agent, as it says of itself. */
export const AGENT = { name: string, protocol: integer, folder: string };

/** What an agent is asked to run. */
export const ASSIGNMENT = {
  run: string,
  /** The program's path, from the agent's folder unless it is absolute. */
  program: string,
  /** Its files (`files.ts`), each a path from its folder and the SHA-256 of what it holds. */
  files: array(array(string)),
  args: array(string),
};

/** Why an agent does not take part; empty if it does. */
export const ANSWER = { problem: string };

/** The fields that a message has to have; `undefined` if it has others. */
export function parseFields<F extends Fields>(fields: F, text: string): Of<F> | undefined {
  try {
    const value: unknown = parseExact(text);
    return has(fields, value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function has<F extends Fields>(fields: F, value: unknown): value is Of<F> {
  return typeof value === "object" && value !== null && fieldProblem(fields, value) === undefined;
}

/** A name as one token of a subject. */
export function tokenOf(name: string): string {
  return name.replaceAll(/[^\w-]/g, "-");
}

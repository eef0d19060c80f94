/**
 * A worker's side of a sweep: simulates one run after another in a thread of its own, since a
 * simulation owns the globals, and one that hangs can only be ended from outside.
 *
 * @module
 */
import {
  loadPerIncarnation,
  loadProgram,
  type ProgramSource,
  withoutIncarnations,
} from "../program.ts";
import { writeDown } from "../make_small.ts";
import { shrink } from "../shrink.ts";
import { simulateOnce } from "../simulate_once.ts";
import { type TraceFilter, transcribe } from "../trace.ts";
import { failureKinds, failureSignature } from "../failure.ts";
import type { Program } from "../../node.ts";
import type { Plan } from "../../workbench/plan.ts";
import type { RunResult } from "../../workbench/result.ts";
import { recordMessages } from "../../workbench/message_recorder.ts";
import { NS_PER_S } from "../../history/operations.ts";
import { type Gauge, type Observer, observeTogether, type Phase } from "../../workbench/run.ts";
import type { Progress, SimulationJob, SimulationReport, WorkerMessage } from "./messages.ts";

/** How often a worker shows that the program under test lets go, and how far the run has come. */
const ALIVE_EVERY_MS = 500;

// The real one, before a simulation owns it.
const realNowMs = performance.now.bind(performance);

/** What a dedicated worker's global scope has beyond what is declared for other programs. */
interface WorkerScope<Context, Summary> {
  postMessage(message: WorkerMessage<Summary>): void;
  addEventListener(
    type: "message",
    listener: (event: MessageEvent<SimulationJob<Context>>) => void,
  ): void;
}

function isWorkerScope<C, S>(scope: object): scope is WorkerScope<C, S> {
  return "postMessage" in scope && "addEventListener" in scope;
}

/** `journal` is the text of the journal of messages, where the job asks for it. */
type Summarise<Context, Summary> = (
  result: RunResult,
  context: Context,
  journal?: string,
) => Summary | Promise<Summary>;

/** What may differ from worker to worker. */
interface Serving<Context> {
  /** Loads a job's program. Default: from the module that the job names. */
  readonly load?: (job: SimulationJob<Context>) => Promise<Program | ProgramSource>;
  /** Makes another observer of a simulation, which may throw to end it. Default: none. */
  readonly watch?: () => Observer;
}

/** Makes a worker of this thread: it does the jobs that it is sent. */
export function serveSimulations<Context, Summary>(
  summarise: Summarise<Context, Summary>,
  { load = loadFor, watch }: Serving<Context> = {},
): void {
  const scope: object = globalThis;
  if (!isWorkerScope<Context, Summary>(scope)) throw new Error("this thread is no worker");
  // The real functions, before any simulation owns them: the timer fires between simulated events.
  const post = scope.postMessage.bind(scope);
  let work: Work<Context, Summary> | undefined;
  setInterval(() => {
    const progress = work?.progress;
    post({ kind: "alive", ...(progress && { progress }) });
  }, ALIVE_EVERY_MS);
  scope.addEventListener("message", ({ data: job }) => {
    post({ kind: "alive" });
    work = new Work(job, { summarise, load, send: post, ...(watch && { watch }) });
    work.report().then(
      (report) => post({ kind: "done", report }),
      (error) => post(failureOf(error, job.module)),
    );
  });
}

/** One job. */
class Work<Context, Summary> {
  /** The journal of the last simulation; empty unless it is asked for. */
  #journal = "";
  /** Reads the progress of the simulation under way; absent between simulations. */
  #readProgress: (() => Progress) | undefined;

  constructor(
    readonly job: SimulationJob<Context>,
    readonly means: Serving<Context> & Required<Pick<Serving<Context>, "load">> & {
      readonly summarise: Summarise<Context, Summary>;
      readonly send: (message: WorkerMessage<Summary>) => void;
    },
  ) {}

  get progress(): Progress | undefined {
    return this.#readProgress?.();
  }

  async report(): Promise<SimulationReport<Summary>> {
    const { plan, shrink, trace, write } = this.job;
    const program = await this.#load();
    if (write) return await this.#write(program, plan);
    const result = await this.#simulate(program, plan, { trace: shrink ? undefined : trace });
    const report = await this.#reportOf(plan, result);
    const isShrinkable = shrink && report.signature.length > 0;
    return isShrinkable ? await this.#shrink(program, plan) : report;
  }

  /** Loads the program once in any case, to complain before anything starts. */
  async #load(): Promise<Program | ProgramSource> {
    try {
      return await this.means.load(this.job);
    } catch (error) {
      throw new Unloadable(error);
    }
  }

  async #write(program: Program | ProgramSource, plan: Plan): Promise<SimulationReport<Summary>> {
    const { plan: written, result } = await writeDown(
      plan,
      (observer) => this.#simulate(program, plan, { observer }),
    );
    return { ...await this.#reportOf(plan, result), written };
  }

  /** Simulates, and sends a transcript if one is asked for. */
  async #simulate(
    program: Program | ProgramSource,
    plan: Plan,
    { trace, observer: more }: {
      readonly trace?: TraceFilter | undefined;
      readonly observer?: Observer;
    },
  ): Promise<RunResult> {
    // Line by line: if the program then loops without end, the last one says at what.
    const { send } = this.means;
    const transcript = trace &&
      transcribe((line, event) => send({ kind: "line", line, event }), trace);
    const phase = (phase: Phase) => {
      send({ kind: "phase", phase });
      transcript?.phase?.(phase);
    };
    const { withJournal = false } = this.job;
    this.#journal = "";
    const journal = withJournal ? recordMessages((block) => this.#journal += block) : undefined;
    const others = [this.means.watch?.() ?? [], journal?.observer ?? [], more ?? []].flat();
    const startMs = realNowMs();
    const started = ({ nowNs, invocations, serverMessages }: Gauge) => {
      this.#readProgress = () => ({
        realMs: realNowMs() - startMs,
        timeS: nowNs() / NS_PER_S,
        operations: invocations(),
        messages: serverMessages(),
      });
    };
    const observer: Observer = { ...transcript, phase, started };
    const watching = others.length === 0 ? observer : observeTogether([observer, ...others]);
    try {
      return await simulateOnce(program, plan, watching);
    } finally {
      this.#readProgress = undefined;
      journal?.end();
      transcript?.end();
    }
  }

  async #shrink(program: Program | ProgramSource, whole: Plan): Promise<SimulationReport<Summary>> {
    const { plan, result, signature: _, ...shrunk } = await shrink(program, whole, {
      tried: (attempts) => this.means.send({ kind: "attempts", attempts }),
    });
    await this.#simulate(program, plan, { trace: this.job.trace ?? {} });
    return {
      ...await this.#reportOf(plan, result),
      shrunk: { plan, ...shrunk },
    };
  }

  async #reportOf(plan: Plan, result: RunResult): Promise<SimulationReport<Summary>> {
    const { finalStates, crash } = result;
    return {
      seed: plan.seed,
      summary: await this.means.summarise(
        result,
        this.job.context,
        ...(this.#journal === "" ? [] : [this.#journal]),
      ),
      signature: failureSignature(result),
      kinds: failureKinds(result),
      hasInvalidFinalStates: finalStates?.["valid?"] === false,
      ...(crash && { crash: `crash: ${crash.text}` }),
    };
  }
}

/** Why a module is no program: what its import was rejected with. */
class Unloadable extends Error {
  constructor(override readonly cause: unknown) {
    super("the module is no program");
  }
}

/** Loads the program of the module that a job names. */
async function loadFor(
  { module, fresh = false }: Pick<SimulationJob<unknown>, "module" | "fresh">,
): Promise<Program | ProgramSource> {
  if (!fresh) return await loadProgram(module);
  const source = loadPerIncarnation(module);
  await source.load();
  return source;
}

function failureOf(error: unknown, program: string): WorkerMessage<never> {
  if (error instanceof Unloadable) {
    return { kind: "unloadable", why: reasonOf(error.cause, [program]) };
  }
  // Where the program is not to blame, the simulator may be.
  const internal = error instanceof TypeError || error instanceof ReferenceError;
  return { kind: "failed", why: reasonOf(error, [program, ...(internal ? [""] : [])]) };
}

/** What an error says, and where that was: in the first of the places that its stack names. */
function reasonOf(error: unknown, places: readonly string[]): string[] {
  if (!(error instanceof Error)) return [String(error)];
  const { message } = error;
  const stack = withoutIncarnations(error.stack ?? "");
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  const [where] = places.flatMap((place) => frames.find((line) => line.includes(place)) ?? []);
  const isNamed = where === undefined || message.includes(where.trim());
  return [message, ...(isNamed ? [] : [where.trim()])];
}

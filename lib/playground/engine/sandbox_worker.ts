/**
 * The engine in a browser's worker, for one run that the page steers while it goes on.
 *
 * @module
 */
import { NS_PER_S } from "../../history/operations.ts";
import { reasonOf } from "../../message.ts";
import { inVirtualTime } from "../../simulator/simulate_once.ts";
import { diskOptionsOf } from "../../workbench/faults/disks.ts";
import type { Fault } from "../../workbench/faults/kinds.ts";
import { recordMessages } from "../../workbench/message_recorder.ts";
import { PLAN_OPTIONS, planOf } from "../../workbench/plan.ts";
import { type Observer, observeTogether, run } from "../../workbench/run.ts";
import { watchForFloods } from "./flood.ts";
import type { LiveMessage, Slice, Steering, Told } from "./live.ts";
import { loadSource } from "./load_source.ts";
import { Pace } from "./pace.ts";
import "./own_frames.ts";
import { sumUp } from "./sum_up.ts";

const ALIVE_EVERY_MS = 1_000;

/** What a dedicated worker's global scope has beyond what is declared for other programs. */
interface WorkerScope {
  postMessage(told: Told): void;
  addEventListener(type: "message", listener: (event: MessageEvent<Steering>) => void): void;
}

function isWorkerScope(scope: object): scope is WorkerScope {
  return "postMessage" in scope && "addEventListener" in scope;
}

/** Watches a run, and hands over what happened, slice by slice. */
class Watch {
  #messages: LiveMessage[] = [];
  #lines: string[] = [];
  readonly #counts: Record<string, number> = {};

  readonly observer: Observer = {
    message: (timeNs, event, { id, src, dest, body }) => {
      const timeUs = timeNs / 1_000;
      this.#messages.push(
        event === "send"
          ? { event, id, timeUs, src, dest, type: String(body.type) }
          : { event, id, timeUs },
      );
    },
    op: ({ type, process }) => {
      if (process !== "nemesis") this.#counts[type] = (this.#counts[type] ?? 0) + 1;
    },
    log: (node, line, timeNs) =>
      this.#lines.push(`${(timeNs / NS_PER_S).toFixed(3)} s ${node} ${line}`),
  };

  take(nowUs: number): Slice {
    const [messages, lines] = [this.#messages, this.#lines];
    this.#messages = [];
    this.#lines = [];
    return { nowUs, messages, lines, counts: { ...this.#counts } };
  }
}

async function simulate(
  { source, options }: Extract<Steering, { kind: "start" }>,
  { pace, tell, steer }: {
    readonly pace: Pace;
    readonly tell: (told: Told) => void;
    readonly steer: (inflict: (fault: Fault) => void) => void;
  },
): Promise<void> {
  const program = await loadSource(source.text);
  const plan = { deliveryMs: PLAN_OPTIONS.deliveryMs.default, ...planOf(options) };
  const watch = new Watch();
  let journal = "";
  const recorder = recordMessages((block) => journal += block);
  const observer = observeTogether([watch.observer, recorder.observer, watchForFloods()]);
  const result = await inVirtualTime(
    program,
    plan.seed,
    ({ clock, host }) => {
      let originNs = 0;
      const up = (timeNs: number) => originNs = timeNs;
      pace.drive(clock, () => {
        tell({ kind: "slice", slice: watch.take((clock.nowNs() - originNs) / 1_000) });
      });
      return run(plan, { clock, host, steer, observer: observeTogether([observer, { up }]) });
    },
    { disk: diskOptionsOf(plan.disk ?? []) },
  );
  recorder.end();
  tell({ kind: "done", outcome: sumUp(result, source, journal) });
}

function serve(scope: WorkerScope): void {
  const tell = scope.postMessage.bind(scope);
  const pace = new Pace();
  const early: Fault[] = []; // until the nodes are up
  let inflict: (fault: Fault) => void = (fault) => early.push(fault);
  setInterval(() => tell({ kind: "alive" }), ALIVE_EVERY_MS);
  scope.addEventListener("message", ({ data }) => {
    if (data.kind === "speed") pace.speed = data.speed;
    else if (data.kind === "fault") inflict(data.fault);
    else {
      const steer = (given: (fault: Fault) => void) => {
        inflict = given;
        early.forEach(given);
      };
      simulate(data, { pace, tell, steer })
        .catch((error) => tell({ kind: "failed", why: reasonOf(error) }));
    }
  });
}

const scope: object = globalThis;
if (isWorkerScope(scope)) serve(scope);

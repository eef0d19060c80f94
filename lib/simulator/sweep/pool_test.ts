import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { planOf, type PlanOptions } from "../../workbench/plan.ts";
import type { Progress, SimulationJob, SimulationReport } from "./messages.ts";
import { LoadError, type Patience, SimulationWorker, sweep } from "./pool.ts";

const ECHO: PlanOptions = { workload: "echo", nodeCount: 1, timeLimitS: 5, rate: 20 };

type Job = SimulationJob<undefined>;

const job = (file: string, options: Partial<PlanOptions> = {}, more: Partial<Job> = {}): Job => ({
  plan: planOf({ ...ECHO, ...options }),
  module: new URL(file, import.meta.url).href,
  context: undefined,
  ...more,
});

/** A summary is the verdict, or why there is none. */
const SUMMARIES = {
  worker: new URL("testdata/worker.ts", import.meta.url),
  crashed: (why: readonly string[]) => `not simulated: ${why.join(" ")}`,
};

const simulationWorker = (options: Patience = {}) =>
  new SimulationWorker<undefined, string>(SUMMARIES, options);

const FAULTY = "../../../nodes/faulty/";

Deno.test("a worker simulates one job after another, each as its seed says", async () => {
  using worker = simulationWorker();
  const lines: string[] = [];
  const listener = { line: (line: string) => void lines.push(line) };
  const fine = job("../../../nodes/1_echo.ts", {}, { trace: {} });
  const report = await worker.simulate(fine, listener);
  assertEquals([report.seed, report.summary, report.signature], ["1", "true", []]);
  const first = lines.splice(0).join("\n");
  assertMatch(first, /c\d+ ──▶ n0 +echo #1/);
  const other = job("../../../nodes/1_echo.ts", { seed: 2 }, { trace: {} });
  await worker.simulate(other, listener);
  assert(lines.splice(0).join("\n") !== first);
  await worker.simulate(fine, listener);
  assertEquals(lines.join("\n"), first);
});

Deno.test("a failure is reported with its signature, and made small when asked", async () => {
  using worker = simulationWorker();
  const forgets = job(`${FAULTY}forgets_under_load.ts`, {
    workload: "broadcast",
    timeLimitS: 6,
    rate: 100,
  });
  const report = await worker.simulate(forgets);
  assertEquals([report.summary, report.signature], ["false", ["lost"]]);
  let attempts = 0;
  const shrinking = job(`${FAULTY}answers_another.ts`, { concurrency: 5 }, { shrink: true });
  const { shrunk } = await worker.simulate(shrinking, { attempts: (n) => attempts = n });
  assertEquals([shrunk?.operations, shrunk?.faults, shrunk?.plan.nodes], [2, 0, ["n0"]]);
  assert(attempts > 5);
});

Deno.test("a program that never lets go is given up, and the next job runs", async () => {
  using worker = simulationWorker({ patienceMs: 2_000 });
  const starving = job("testdata/starving.ts", { rate: 100 }, { trace: {} });
  const lines: string[] = [];
  const { summary, signature } = await worker.simulate(starving, {
    line: (line) => void lines.push(line),
  });
  assertMatch(lines.at(-1) ?? "", /n0 ◀── c\d+ +echo #\d+ .*\(delivered\)$/);
  const why = "the program did not let go for 2 s; it seems to loop without end";
  assertEquals([summary, signature], [`not simulated: ${why}`, [why]]);
  const next = await worker.simulate(job("../../../nodes/1_echo.ts"));
  assertEquals(next.summary, "true");
});

Deno.test("a run tells how far it is, is ended where that is refused, and the next job runs", async () => {
  const told: Progress[] = [];
  using worker = simulationWorker({
    refuses(progress) {
      told.push(progress); // the first may come before the first operation
      const [first = progress] = told;
      const isFarther = progress.operations > 0 && progress.timeS > first.timeS;
      return isFarther ? "that is far enough" : undefined;
    },
  });
  const phases: string[] = [];
  const busy = job("testdata/busy.ts", { timeLimitS: 1_000 });
  const { summary } = await worker.simulate(busy, { phase: (phase) => phases.push(phase) });
  assertEquals(summary, "not simulated: that is far enough");
  assertEquals(phases, ["starting", "running"]);
  const [first, last] = [told.at(0), told.at(-1)];
  assert(first !== undefined && last !== undefined && first.realMs < last.realMs);
  const next = await worker.simulate(job("../../../nodes/1_echo.ts"));
  assertEquals(next.summary, "true");
});

Deno.test("a module without a program is no run, and the next job runs", async () => {
  using worker = simulationWorker();
  const why = "pool.ts must export the program, a function, as its default";
  await assertRejects(() => worker.simulate(job("pool.ts")), LoadError, why);
  const next = await worker.simulate(job("../../../nodes/1_echo.ts"));
  assertEquals(next.summary, "true");
});

Deno.test("a sweep runs every seed once, and begins none when there are enough", async () => {
  const seeds = ["1", "2", "3", "4", "5"];
  const run = async (enough: (reports: readonly SimulationReport<string>[]) => boolean) => {
    const reports: SimulationReport<string>[] = [];
    await sweep({
      summaries: SUMMARIES,
      jobs: seeds.map((seed) => job("../../../nodes/1_echo.ts", { seed })),
      workers: 2,
      ended: (report) => reports.push(report),
      enough: () => enough(reports),
    });
    return reports.map(({ seed }) => seed).sort();
  };
  assertEquals(await run(() => false), seeds);
  assert((await run((reports) => reports.length > 0)).length < seeds.length);
});

Deno.test("a sweep that is interrupted ends at once, also where a program never lets go", async () => {
  const interruption = new AbortController();
  const reports: SimulationReport<string>[] = [];
  const jobs = function* () {
    yield job("../../../nodes/1_echo.ts");
    yield job("testdata/starving.ts", { rate: 100 });
    throw new Error("no third job is asked for");
  };
  const sweeping = sweep({
    summaries: SUMMARIES,
    jobs: jobs(),
    workers: 1,
    signal: interruption.signal,
    ended: (report) => {
      reports.push(report);
      setTimeout(() => interruption.abort("enough"), 200);
    },
  });
  assertEquals(await sweeping.catch((reason) => reason), "enough");
  assertEquals(reports.map(({ summary }) => summary), ["true"]);
});

Deno.test("a run that a simulation cannot hold is one that crashed, and the sweep goes on", async () => {
  const reports: SimulationReport<string>[] = [];
  await sweep({
    summaries: SUMMARIES,
    jobs: ["1", "2"].map((seed) => job("testdata/reads_files.ts", { rate: 10, seed })),
    workers: 1,
    ended: (report) => reports.push(report),
  });
  const why = /called Deno\.readTextFileSync: real input and output have no place/;
  for (const { summary, signature } of reports) {
    assertMatch(signature[0] ?? "", why);
    assertMatch(summary, /^not simulated: .*reads_files\.ts:\d+/);
  }
  assertEquals(reports.length, 2);
});

Deno.test("a program that keeps state at its module's top level is loaded for every node", async () => {
  using worker = simulationWorker();
  const options = { workload: "unique-ids", nodeCount: 3, timeLimitS: 2 };
  const counting = job("testdata/counts_at_top_level.ts", options);
  assertEquals((await worker.simulate(counting)).summary, "true", "all share one counter");
  const fresh = await worker.simulate({ ...counting, fresh: true });
  assertEquals(fresh.signature, ["duplicated"]);
});

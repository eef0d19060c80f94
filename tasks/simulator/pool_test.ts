import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { Job, Report } from "./job.ts";
import { SimulationWorker, sweep } from "./pool.ts";

const ECHO = ["-w", "echo", "--node-count", "1", "--time-limit", "5", "--rate", "20"];

const job = (file: string, more: Partial<Job> = {}): Job => ({
  program: new URL(file, import.meta.url).href,
  argv: ECHO,
  seed: "1",
  limits: [],
  ...more,
});

const BROKEN = "../../lib/simulator/broken/";

Deno.test("a worker simulates one job after another, each as its seed says", async () => {
  using worker = new SimulationWorker();
  const lines: string[] = [];
  const listener = { lines: (more: readonly string[]) => void lines.push(...more) };
  const fine = job("../../nodes/1_echo.ts", { trace: {} });
  const report = await worker.simulate(fine, listener);
  assertEquals([report.seed, report.summary.ending, report.ways], ["1", "pass", []]);
  const first = lines.splice(0).join("\n");
  assertMatch(first, /c\d+ ──▶ n0 +echo #1/);
  await worker.simulate({ ...fine, seed: "2" }, listener);
  assert(lines.splice(0).join("\n") !== first);
  await worker.simulate(fine, listener);
  assertEquals(lines.join("\n"), first);
});

Deno.test("a failure is reported with its ways, and made small when asked", async () => {
  using worker = new SimulationWorker();
  const argv = "-w broadcast --node-count 1 --time-limit 6 --rate 100".split(" ");
  const forgets = job(`${BROKEN}forgets_under_load.ts`, { argv });
  const report = await worker.simulate(forgets);
  assertEquals([report.summary.ending, report.ways], ["fail", ["lost"]]);
  let attempts = 0;
  const concurrent = [...ECHO, "--concurrency", "5"];
  const shrinking = job(`${BROKEN}answers_another.ts`, { argv: concurrent, shrink: true });
  const { shrunk = "" } = await worker.simulate(shrinking, { attempts: (n) => attempts = n });
  assertMatch(shrunk, /^2 operations, 0 faults, 1 nodes, /);
  assert(attempts > 5);
});

Deno.test("a program that never lets go is given up, and the next job runs", async () => {
  using worker = new SimulationWorker({ patienceMs: 3_000 });
  const starving = job("testdata/starving.ts", { argv: [...ECHO, "--rate", "100"] });
  await assertRejects(
    () => worker.simulate(starving),
    Error,
    "seed 1: the program did not let go for 3 s; it seems to loop without end",
  );
  const { summary } = await worker.simulate(job("../../nodes/1_echo.ts"));
  assertEquals(summary.ending, "pass");
});

Deno.test("a module without a program is named", async () => {
  using worker = new SimulationWorker();
  await assertRejects(
    () => worker.simulate(job("pool.ts")),
    Error,
    "pool.ts must export the program, a function, as its default",
  );
});

Deno.test("a sweep runs every seed once, and begins none when there are enough", async () => {
  const seeds = ["1", "2", "3", "4", "5"];
  const run = async (enough: (reports: readonly Report[]) => boolean) => {
    const reports: Report[] = [];
    await sweep({
      jobs: seeds.map((seed) => job("../../nodes/1_echo.ts", { seed })),
      workers: 2,
      ended: (report) => reports.push(report),
      enough: () => enough(reports),
    });
    return reports.map(({ seed }) => seed).sort();
  };
  assertEquals(await run(() => false), seeds);
  assert((await run((reports) => reports.length > 0)).length < seeds.length);
});

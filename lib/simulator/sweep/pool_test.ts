import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { Job, Report } from "./job.ts";
import { LoadError, SimulationWorker, sweep } from "./pool.ts";

const ECHO = ["-w", "echo", "--node-count", "1", "--time-limit", "5", "--rate", "20"];

const job = (file: string, more: Partial<Job> = {}): Job => ({
  program: new URL(file, import.meta.url).href,
  argv: ECHO,
  seed: "1",
  limits: [],
  ...more,
});

const BROKEN = "../../../nodes/faulty/";

Deno.test("a worker simulates one job after another, each as its seed says", async () => {
  using worker = new SimulationWorker();
  const lines: string[] = [];
  const listener = { lines: (more: readonly string[]) => void lines.push(...more) };
  const fine = job("../../../nodes/1_echo.ts", { trace: {} });
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
  assertMatch(shrunk, /^2 operations, no faults, 1 node, /);
  assert(attempts > 5);
});

Deno.test("a program that never lets go is given up, and the next job runs", async () => {
  using worker = new SimulationWorker({ patienceMs: 3_000 });
  const starving = job("testdata/starving.ts", { argv: [...ECHO, "--rate", "100"] });
  const lines: string[] = [];
  const { summary, ways } = await worker.simulate({ ...starving, trace: {} }, {
    lines: (more) => void lines.push(...more),
  });
  assertEquals(summary.ending, "crash");
  assertMatch(lines.at(-1) ?? "", /n0 ◀── c\d+ +echo #\d+ .*\(delivered\)$/);
  assertEquals(ways, ["the program did not let go for 3 s; it seems to loop without end"]);
  const next = await worker.simulate(job("../../../nodes/1_echo.ts"));
  assertEquals(next.summary.ending, "pass");
});

Deno.test("a module without a program is no run, and the next job runs", async () => {
  using worker = new SimulationWorker();
  const why = "pool.ts must export the program, a function, as its default";
  await assertRejects(() => worker.simulate(job("pool.ts")), LoadError, why);
  const next = await worker.simulate(job("../../../nodes/1_echo.ts"));
  assertEquals(next.summary.ending, "pass");
});

Deno.test("a sweep runs every seed once, and begins none when there are enough", async () => {
  const seeds = ["1", "2", "3", "4", "5"];
  const run = async (enough: (reports: readonly Report[]) => boolean) => {
    const reports: Report[] = [];
    await sweep({
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
  const reports: Report[] = [];
  const jobs = function* () {
    yield job("../../../nodes/1_echo.ts");
    yield job("testdata/starving.ts", { argv: [...ECHO, "--rate", "100"] });
    throw new Error("no third job is asked for");
  };
  const sweeping = sweep({
    jobs: jobs(),
    workers: 1,
    signal: interruption.signal,
    ended: (report) => {
      reports.push(report);
      setTimeout(() => interruption.abort("enough"), 500);
    },
  });
  assertEquals(await sweeping.catch((reason) => reason), "enough");
  assertEquals(reports.map(({ summary }) => summary.ending), ["pass"]);
});

Deno.test("a run that a simulation cannot hold is one that crashed, and the sweep goes on", async () => {
  const reports: Report[] = [];
  const argv = [...ECHO, "--rate", "10"];
  await sweep({
    jobs: ["1", "2"].map((seed) => job("testdata/reads_files.ts", { argv, seed })),
    workers: 1,
    ended: (report) => reports.push(report),
  });
  for (const { summary, ways } of reports) {
    assertEquals(summary.ending, "crash");
    assertMatch(
      ways[0] ?? "",
      /called Deno\.readTextFileSync: real input and output have no place/,
    );
    assertMatch(summary.explanation[1] ?? "", /reads_files\.ts:\d+/);
    assertEquals(summary.places, [], "there are no files to look at");
  }
  assertEquals(reports.length, 2);
});

Deno.test("a program that keeps state at its module's top level is loaded for every node", async () => {
  using worker = new SimulationWorker();
  const argv = "-w unique-ids --node-count 3 --time-limit 2 --rate 20".split(" ");
  const counting = job("testdata/counts_at_top_level.ts", { argv });
  assertEquals((await worker.simulate(counting)).summary.ending, "pass", "all share one counter");
  const anew = await worker.simulate({ ...counting, anew: true });
  assertEquals(anew.ways, ["duplicated"]);
});

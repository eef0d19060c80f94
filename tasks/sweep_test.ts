/**
 * Every challenge under every fault that its node must survive, each with seeds of its own. What
 * fails here is replayed by the command in the message.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { SUMMARIES } from "../lib/report/sweep.ts";
import { sweep } from "../lib/simulator/sweep/pool.ts";
import { applyGiven, wordsOf } from "../lib/workbench/command_line.ts";
import { planOf } from "../lib/workbench/plan.ts";
import { type Job, jobOf } from "./engines/simulator.ts";
import { type Challenge, CHALLENGES } from "./shared/challenges.ts";
import { FAULT_TOLERANCE } from "./shared/fault_tolerance.ts";

/** Runs of each challenge under each set of faults. */
const RUNS = Number(Deno.env.get("SWEEP_RUNS") ?? 1);

/** A challenge's runs: its page's options made short, under each set of faults in turn. */
function jobsOf({ id, runs }: Challenge): Job[] {
  const { short = {}, faults = [] } = FAULT_TOLERANCE[id] ?? {};
  const sets = runs.flatMap((run) =>
    faults.map((fault) => applyGiven(run, { ...short, ...fault }))
  );
  return Array.from({ length: RUNS }, () => sets).flat()
    .map((options, i) => jobOf(planOf({ ...options, seed: i + 1 }), []));
}

const present = CHALLENGES.filter(({ node }) => existsSync(new URL(`../${node}`, import.meta.url)));

Deno.test("every challenge has faults that it must survive", () => {
  assertEquals(CHALLENGES.filter(({ id }) => !(id in FAULT_TOLERANCE)).map(({ id }) => id), []);
});

Deno.test("every challenge survives what it must", async (t) => {
  const jobs = new Map(present.flatMap((one) => jobsOf(one).map((job) => [job, one] as const)));
  const failures: { id: string; text: string }[] = [];
  await sweep({
    jobs: [...jobs.keys()],
    summaries: SUMMARIES,
    ended({ summary, signature, seed }, job) {
      if (summary.ending === "pass") return;
      const { id = "", node = "" } = jobs.get(job) ?? {};
      const replay = `deno task sim ${node} ${wordsOf(job.plan).join(" ")} --seed ${seed}`;
      failures.push({ id, text: `${summary.ending}: ${signature.join(", ")} — ${replay}` });
    },
  });
  for (const { id, title } of present) {
    await t.step(`${id} ${title}`, () => {
      assertEquals(failures.filter((one) => one.id === id).map(({ text }) => text), []);
    });
  }
});

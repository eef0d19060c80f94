/**
 * Every challenge under every fault that its node must survive, each with seeds of its own. What
 * fails here is replayed by the command in the message.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { type Challenge, CHALLENGES } from "./shared/challenges.ts";
import type { Job } from "../lib/simulator/sweep/job.ts";
import { sweep } from "../lib/simulator/sweep/pool.ts";
import { SURVIVES } from "./shared/survives.ts";

/** Runs of each challenge. */
const RUNS = Number(Deno.env.get("SWEEP_RUNS") ?? 20);

const words = (line: string) => line.split(" ").filter((word) => word !== "");

/** A challenge's runs: its page's options made short, under each set of faults in turn. */
function jobsOf({ id, node, runs }: Challenge): Job[] {
  const { short, faults } = SURVIVES[id] ?? { short: "", faults: [] };
  const sets = runs.flatMap((run) =>
    faults.map((fault) => [...run, ...words(short), ...words(fault)])
  );
  const program = new URL(`../${node}`, import.meta.url).href;
  return Array.from({ length: sets.length === 0 ? 0 : RUNS }, (_, i) => ({
    program,
    argv: sets[i % sets.length] ?? [],
    seed: String(i + 1),
    limits: [],
  }));
}

const present = CHALLENGES.filter(({ node }) => existsSync(new URL(`../${node}`, import.meta.url)));

Deno.test("every challenge has faults that it must survive", () => {
  assertEquals(CHALLENGES.filter(({ id }) => !(id in SURVIVES)).map(({ id }) => id), []);
});

Deno.test("every challenge survives what it must", async (t) => {
  const jobs = new Map(present.flatMap((one) => jobsOf(one).map((job) => [job, one] as const)));
  const failures: { id: string; text: string }[] = [];
  await sweep({
    jobs: [...jobs.keys()],
    ended({ summary, ways }, job) {
      if (summary.ending === "pass") return;
      const { id = "", node = "" } = jobs.get(job) ?? {};
      const replay = `deno task sim ${node} ${job.argv.join(" ")} --seed ${job.seed}`;
      failures.push({ id, text: `${summary.ending}: ${ways.join(", ")} — ${replay}` });
    },
  });
  for (const { id, title } of present) {
    await t.step(`${id} ${title}`, () => {
      assertEquals(failures.filter((one) => one.id === id).map(({ text }) => text), []);
    });
  }
});

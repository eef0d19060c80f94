import { assert, assertEquals, assertRejects } from "@std/assert";
import { delay } from "@std/async";
import type { Program } from "../node.ts";
import { parseTestOptions } from "../workbench/options.ts";
import type { RunOptions } from "../workbench/run.ts";
import { Echo } from "../workloads.ts";
import answersAnother from "./broken/answers_another.ts";
import lostOnPartition from "./broken/lost_on_partition.ts";
import { waysOfFailing } from "./failure.ts";
import { shrink } from "./shrink.ts";
import { simulate } from "./simulate.ts";

const optionsOf = (line: string): RunOptions =>
  parseTestOptions(line.split(" "), { simulated: true }).run;

Deno.test("a lost value needs one partition, one broadcast and few nodes", async () => {
  const options = optionsOf(
    "-w broadcast --node-count 5 --time-limit 20 --rate 10 --latency 20 --loss 0.01 " +
      "--nemesis partition --seed 3",
  );
  const small = await shrink(lostOnPartition, options);
  assertEquals(small.ways, ["lost"]);
  assert(small.operations <= 2, `${small.operations} operations`);
  assert(small.faults <= 1, `${small.faults} faults`);
  assert(small.options.nodes.length <= 3, `${small.options.nodes.length} nodes`);
  assert(small.options.timeLimitS < 20);
  assertEquals(small.options.latency, { meanMs: 0, distribution: "constant" });
  const again = await simulate(lostOnPartition, small.options);
  assertEquals(waysOfFailing(again), small.ways, "what is handed back fails in the same way");
});

Deno.test("two requests that come close together are all that it takes", async () => {
  const options = optionsOf(
    "-w echo --node-count 3 --concurrency 9 --time-limit 5 --rate 40 --seed 1 --nemesis pause",
  );
  const { operations, faults, options: { nodes } } = await shrink(answersAnother, options);
  assertEquals([operations, faults, nodes.length], [2, 0, 1]);
});

Deno.test("attempts are bounded and counted", async () => {
  const tried: number[] = [];
  const options = optionsOf(
    "-w echo --node-count 1 --concurrency 5 --rate 40 --time-limit 3 --seed 1",
  );
  const small = await shrink(answersAnother, options, {
    maxAttempts: 7,
    tried: (attempts) => tried.push(attempts),
  });
  assertEquals([small.attempts, tried], [7, [1, 2, 3, 4, 5, 6, 7]]);
  assertEquals(small.ways, ["workload invalid"]);
});

Deno.test("a run that does not fail cannot be shrunk", async () => {
  const echo: Program = (node) => {
    node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
  };
  const options = optionsOf("-w echo --node-count 1 --time-limit 1 --seed 1");
  await assertRejects(() => shrink(echo, options), Error, "seed 1 does not fail");
});

Deno.test("a crash is shrunk like any other failure", async () => {
  let lives = 0;
  const failing: Program = (node) => {
    if (++lives % 2 === 0) throw new Error("every second life fails");
    node.on(Echo.echo, async ({ echo }) => {
      await delay(1);
      return { type: "echo_ok", echo };
    });
  };
  const options = optionsOf(
    "-w echo --node-count 1 --time-limit 5 --rate 20 --nemesis kill --nemesis-interval 1 --seed 2",
  );
  const { ways } = await shrink(failing, options, { maxAttempts: 20 });
  assertEquals(ways, ["crash: n# did not start: every second life fails"]);
});

import { assertEquals } from "@std/assert";
import { simulate } from "../lib/simulator/simulate.ts";
import { parseTestOptions } from "../lib/workbench/command_line.ts";
import listAppend from "./txn_list_append.ts";

for (
  const options of [
    "--node-count 5 --rate 100 --nemesis partition --nemesis-interval 1",
    "--node-count 3 --concurrency 4n --rate 100 --latency 10 --latency-dist exponential",
    "--node-count 3 --concurrency 2n --rate 50 --latency 20 --latency-dist exponential " +
    "--loss 0.1 --duplication 0.2",
    "--node-count 3 --concurrency 4n --rate 50 --nemesis partition,kill,pause --nemesis-interval 1",
  ]
) {
  Deno.test(`${options}: strictly serializable`, async () => {
    const argv = `-w txn-list-append --time-limit 6 --seed 1 ${options}`;
    const { results, crash } = await simulate(
      listAppend,
      parseTestOptions(argv.split(" "), { simulated: true }).run,
    );
    assertEquals(crash, undefined);
    assertEquals(results?.["valid?"], true);
  });
}

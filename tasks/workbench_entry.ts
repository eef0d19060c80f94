/**
 * The workbench: stands in for Maelstrom where there is no JVM. It runs the nodes of a plan as
 * processes, connects them with a network that it disturbs, and judges what clients saw with
 * Maelstrom's checkers. The nodes may be executables in any language.
 *
 * A plan is plain data; {@linkcode planOf} completes and checks one, {@linkcode run} runs it.
 *
 * ```ts
 * import { planOf } from "@glomers/maelstrom/workbench";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planOf({ workload: "broadcast", nodeCount: 3, faults: ["partition"], seed: 7 });
 * assertEquals(plan.nodes, ["n0", "n1", "n2"]);
 * assertEquals(JSON.parse(JSON.stringify(plan)), plan);
 * ```
 *
 * The module runs as well, and takes Maelstrom's command line:
 *
 * ```sh
 * deno run -A jsr:@glomers/maelstrom/workbench test -w echo --bin ./my_node.py
 * ```
 *
 * @module
 */
export * from "../lib/workbench/mod.ts";

if (import.meta.main) {
  const [{ conclude }, { main }] = await Promise.all([
    import("./shared/command_line.ts"),
    import("./workbench.ts"),
  ]);
  await conclude("workbench", () => main(Deno.args));
}

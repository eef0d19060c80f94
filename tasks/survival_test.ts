import { assertEquals, assertMatch } from "@std/assert";
import { finish, type Finished, spawnDeno } from "../lib/testing/process.ts";
import {
  type Cell,
  FAULT_NAMES,
  isAsThorough,
  judge,
  type KeptCell,
  mergeCells,
  renderMatrix,
  renderPage,
} from "./shared/survival.ts";
import { fromRoot } from "./testing/scripts.ts";

/** What the task prints, and its exit status. It may write nothing, and run no other program. */
function survival(...argv: string[]): Promise<Finished> {
  const args = ["run", "--quiet", "--allow-read", "tasks/survival.ts", ...argv];
  return finish(spawnDeno(args, fromRoot(".")));
}

Deno.test("a part of the matrix is simulated and printed, and nothing is written", async () => {
  const { code, out } = await survival("1", "6a", "--fault", "loss,kill-all", "--seeds", "2");
  const [head, , ...rows] = out.split("\n");
  assertEquals(head, "|  | kill all | loss |");
  assertEquals(rows.slice(0, 2), [
    "| **1** Echo | 2/2 | 2/2 |",
    "| **6a** Single-node transactions | 2/2 | 2/2 |",
  ]);
  assertEquals(code, 0);
});

Deno.test("a footnote excuses its cell: 3b does not survive loss", async () => {
  const { code, out } = await survival("3b", "--fault", "loss", "--seeds", "3");
  assertMatch(out, /✗ \d\/3 \(1\)/);
  assertEquals(code, 0);
});

Deno.test("help has no side effects, and names every fault", async () => {
  const { code, out } = await survival("--help");
  assertEquals(code, 0);
  for (const name of FAULT_NAMES) assertMatch(out, new RegExp(`\\b${name}\\b`));
});

const CELL: Cell = {
  challenge: "3c",
  fault: "loss",
  runs: 20,
  passed: 20,
  figures: { okFraction: 1, serverMessagesPerOp: 2.5 },
};
const KEPT: KeptCell = {
  ...CELL,
  commit: "abc1234",
  date: "2026-01-02",
  seeds: { first: 1, count: 20 },
};
const FAILED: Cell = {
  ...CELL,
  passed: 18,
  failure: { signature: ["values are lost"], replay: "deno task sim …" },
};
const EXEMPT = [{ challenge: "3c", faults: ["loss"], why: "By its nature." }] as const;

Deno.test("what fails without a footnote is a failure, with the command that repeats it", () => {
  assertEquals(judge([CELL], []), { failures: [], remarks: [] });
  assertEquals(judge([FAILED], EXEMPT), { failures: [], remarks: [] });
  assertEquals(judge([FAILED], []), {
    failures: ["3c under loss: 2 of 20 runs failed: values are lost\n    replay: deno task sim …"],
    remarks: [],
  });
});

Deno.test("a footnote that no run needs is reported", () => {
  assertEquals(judge([CELL], EXEMPT), {
    failures: [],
    remarks: ["3c under loss is exempt, and yet passed 20 runs"],
  });
});

Deno.test("cells that fail are marked, and point to their footnote", () => {
  const cells: readonly Cell[] = [CELL, { ...FAILED, fault: "disk" }, {
    ...FAILED,
    challenge: "4",
  }];
  assertEquals(renderMatrix(cells, EXEMPT).split("\n").slice(2), [
    "| **3c** Fault-tolerant broadcast | 20/20 (1) | ✗ 18/20 |",
    "| **4** Grow-only counter | ✗ 18/20 | – |",
  ]);
});

Deno.test("the page says where its figures come from, and what each fault is", () => {
  const page = renderPage([KEPT]);
  assertMatch(
    page,
    /Made on 2026-01-02 at commit `abc1234` by the simulator, seeds 1 to 20 a cell\./,
  );
  assertMatch(page, /\| \*\*3c\*\* Fault-tolerant broadcast \| 100 % \|/);
  assertMatch(page, /\| \*\*3c\*\* Fault-tolerant broadcast \| 2\.50 \|/);
  assertMatch(page, /^- \*\*clock skew\*\*: `--.*`$/m);
  assertEquals(page.match(/^- \*\*.*\*\*: `--.*`$/gm)?.length, FAULT_NAMES.length);
});

Deno.test("a part that is kept replaces its own cells, in the order of the matrix", () => {
  const other: KeptCell = { ...KEPT, challenge: "1", fault: "partition" };
  const gone: KeptCell = { ...KEPT, challenge: "no longer one" };
  const again: KeptCell = { ...KEPT, commit: "def5678", seeds: { first: 1, count: 1000 } };
  const cells = mergeCells([KEPT, gone], [other, again]);
  assertEquals(cells, [other, again]);
  assertMatch(
    renderPage(cells),
    /at commits `abc1234` and `def5678` by the simulator, seeds 1 to 1000 or 1 to 20 a cell\./,
  );
});

Deno.test("a matrix of fewer seeds does not replace one of more", () => {
  const thorough: KeptCell = { ...KEPT, seeds: { first: 1, count: 1000 } };
  assertEquals(isAsThorough(20, [KEPT]), true);
  assertEquals(isAsThorough(20, [KEPT, thorough]), false);
  assertEquals(isAsThorough(20, []), true);
});

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Edn } from "../history/edn.ts";
import { type Op, pairs } from "../history/operations.ts";
import { UNKNOWN } from "./checker.ts";
import { transcript } from "./history_fixture.ts";
import { findLinearization } from "./linearizability/mod.ts";
import { casRegister } from "./linearizability/register.ts";
import { findSequentialOrder } from "./sequential_consistency.ts";

function verdictOf(text: string) {
  return findSequentialOrder(transcript(text), casRegister).verdict;
}

Deno.test("a process may lag behind the others, but must not go back", () => {
  const writes = `
    0 0 invoke write 1
    1 0 ok     write 1
    2 0 invoke write 2
    3 0 ok     write 2`;
  const reads = (...values: number[]) =>
    values.map((value) => `\n9 1 invoke read\n9 1 ok read ${value}`).join("");
  assertEquals(verdictOf(writes + reads(1, 1, 2)), true);
  assertEquals(verdictOf(writes + reads(2, 1)), false);
  assertEquals(verdictOf(writes + reads(3)), false);
  const stale = transcript(writes + reads(1));
  assertEquals(
    findLinearization(stale, casRegister).verdict,
    false,
    "which is not linearizable",
  );
});

Deno.test("a process sees its own writes", () => {
  const after = (value: number) => `
    0 1 invoke write 1
    1 1 ok     write 1
    2 0 invoke write 2
    3 0 ok     write 2
    4 0 invoke read
    5 0 ok     read ${value}`;
  assertEquals(verdictOf(after(2)), true);
  assertEquals(verdictOf(after(1)), true, "the other may come between");
  assertEquals(verdictOf(after(3)), false);
});

Deno.test("an indefinite write may have happened, a failed one has not", () => {
  const after = (outcome: string, value: string) => `
    0 0 invoke write 1
    1 0 ${outcome} write 1
    2 1 invoke write 2
    3 1 ok     write 2
    4 1 invoke read
    5 1 ok     read ${value}`;
  assertEquals(verdictOf(after("info", "1")), true);
  assertEquals(verdictOf(after("info", "2")), true);
  assertEquals(verdictOf(after("fail", "1")), false);
});

Deno.test("a search that exceeds its bound says so", () => {
  const text = Array.from(
    { length: 6 },
    (_, i) => `0 ${i} invoke write ${i}\n1 ${i} ok write ${i}`,
  );
  const found = findSequentialOrder(transcript(text.join("\n")), casRegister, {
    maxConfigurations: 2,
  });
  assertEquals(found.verdict, UNKNOWN);
});

const op = fc.record({
  process: fc.nat(2),
  f: fc.constantFrom("read", "read", "write", "cas"),
  value: fc.nat(2),
  to: fc.nat(2),
  isDefinite: fc.integer({ min: 0, max: 7 }).map((n) => n > 0),
});

/** Operations one after another with arbitrary values; an indefinite one ends its process. */
const sequence = fc.array(op, { maxLength: 7 }).map((ops) => {
  const ended = new Map<number, number>();
  return ops.flatMap(({ process: client, f, value, to, isDefinite }, i): Op[] => {
    const process = client + 3 * (ended.get(client) ?? 0);
    if (!isDefinite) ended.set(client, (ended.get(client) ?? 0) + 1);
    const got: Edn = f === "cas" ? [value, to] : value;
    const common = { time: i, process, f };
    return [
      { ...common, index: 2 * i, type: "invoke", value: f === "read" ? null : got },
      { ...common, index: 2 * i + 1, type: isDefinite ? "ok" : "info", value: got },
    ];
  });
});

/** Whether some order explains the operations: tries all that respect the processes' own orders. */
function isExplicable(programs: readonly (readonly Op[])[], state: Edn): boolean {
  if (programs.every((program) => program.every(({ type }) => type === "invoke"))) return true;
  return programs.some(([first, ...rest], i) => {
    const after = first && casRegister.step(state, first);
    return after !== undefined && isExplicable(programs.with(i, rest), after);
  });
}

Deno.test("the verdict equals that of brute force, and the order found explains the history", () => {
  const verdicts = new Map<boolean, number>();
  fc.assert(
    fc.property(sequence, (history) => {
      const calls = pairs(history).map(({ invocation, completion }) =>
        completion?.type === "ok" ? completion : invocation
      );
      const programs = [...Map.groupBy(calls, ({ process }) => process).values()];
      const expected = isExplicable(programs, null);
      const found = findSequentialOrder(history, casRegister);
      assertEquals(found.verdict, expected);
      verdicts.set(expected, (verdicts.get(expected) ?? 0) + 1);
      if (found.verdict !== true) return;
      let state: Edn | undefined = null;
      for (const op of found.order) {
        assert(state !== undefined);
        state = casRegister.step(state, op);
      }
      assert(state !== undefined);
      const definite = found.order.filter(({ type }) => type === "ok");
      assertEquals(definite.length, history.filter(({ type }) => type === "ok").length);
    }),
    { numRuns: 1000, seed: 1 },
  );
  assert((verdicts.get(true) ?? 0) > 100 && (verdicts.get(false) ?? 0) > 100);
});

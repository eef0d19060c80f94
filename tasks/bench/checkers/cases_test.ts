import { assert, assertEquals } from "@std/assert";
import { CASES } from "./cases.ts";

for (const { name, history, check } of CASES) {
  Deno.test(`checkers are measured with valid histories: ${name}`, () => {
    const ops = history(400);
    assertEquals(check(ops)["valid?"], true);
    assertEquals(history(400), ops);
    const invocations = ops.filter(({ type }) => type === "invoke");
    assertEquals(invocations.length, 400);
    const concurrent = ops.some(({ type }, i) =>
      type === "invoke" && ops[i + 1]?.type === "invoke"
    );
    assert(concurrent, "operations overlap");
    const indefinite = ops.filter(({ type }) => type === "info").length;
    assertEquals(indefinite > 0, /many keys|indefinite|distinct/.test(name));
  });
}

import { assertEquals } from "@std/assert";
import { type Batch, Sessions } from "./sessions.ts";

/** Sessions whose commands are counted; the result of each is the count. */
function counted() {
  const sessions = new Sessions<string, number>();
  const applied: string[] = [];
  const execute = (batch: Partial<Batch<string>>) => {
    const whole = { node: "n1", incarnation: 1, open: 1, commands: [], ...batch };
    sessions.execute(whole, (command) => applied.push(command));
    return applied.join(" ");
  };
  return { sessions, execute };
}

Deno.test("a command that is proposed twice takes effect once, and its result stays", () => {
  const { sessions, execute } = counted();
  execute({ commands: [[1, "a"], [2, "b"]] });
  assertEquals(execute({ commands: [[2, "b"], [3, "c"]] }), "a b c");
  assertEquals(sessions.resultOf("n1", 1, 2), 2);
});

Deno.test("nodes do not share numbers", () => {
  const { execute } = counted();
  execute({ commands: [[1, "a"]] });
  assertEquals(execute({ node: "n2", commands: [[1, "b"]] }), "a b");
});

Deno.test("a result is forgotten once its node has it, and its command never applied again", () => {
  const { sessions, execute } = counted();
  execute({ commands: [[1, "a"], [2, "b"]] });
  execute({ open: 2, commands: [[3, "c"]] });
  assertEquals(sessions.resultOf("n1", 1, 1), undefined);
  assertEquals(execute({ open: 1, commands: [[1, "a"]] }), "a b c");
});

Deno.test("an incarnation ends the earlier one", () => {
  const { sessions, execute } = counted();
  execute({ incarnation: 7, commands: [[1, "a"]] });
  execute({ incarnation: 8, commands: [[1, "b"]] });
  assertEquals(execute({ incarnation: 7, commands: [[2, "late"]] }), "a b");
  assertEquals(sessions.resultOf("n1", 7, 1), undefined);
});

Deno.test("sessions survive in a snapshot", () => {
  const { sessions, execute } = counted();
  execute({ open: 1, commands: [[1, "a"], [2, "b"]] });
  const other = new Sessions<string, number>();
  other.restore(JSON.parse(JSON.stringify(sessions.snapshot())));
  other.execute({ node: "n1", incarnation: 1, open: 1, commands: [[2, "b"]] }, () => 99);
  assertEquals([other.resultOf("n1", 1, 1), other.resultOf("n1", 1, 2)], [1, 2]);
});

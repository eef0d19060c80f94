import { assert, assertEquals, assertMatch } from "@std/assert";
import { NS_PER_S } from "../history/operations.ts";
import { renderProblem } from "./problems.ts";

Deno.test("a problem shows its time, line, consequence and the node's last words", () => {
  const text = renderProblem({
    node: "n0",
    timeNs: 1.5 * NS_PER_S,
    text: "n0 wrote a line that is no message: it is not JSON",
    line: "Listening on 8080",
    consequence: "it is not read any more",
    lastWords: ["one", "two"],
  });
  assertEquals(text.split("\n"), [
    "✗ n0 wrote a line that is no message: it is not JSON (at 1.500 s)",
    "    its line: Listening on 8080",
    "    it is not read any more.",
    "    its last words on standard error:",
    "      one",
    "      two",
  ]);
});

Deno.test("what is unknown is left out, and so is a time before the run", () => {
  assertEquals(
    renderProblem({ node: "n0", timeNs: -5, text: "n0 did not start" }),
    "✗ n0 did not start",
  );
});

Deno.test("of a long line the part around its fault is shown; in a log, all of it", () => {
  const line = `{"body":"${"x".repeat(10_000)}",}${" ".repeat(5_000)}`;
  const problem = { node: "n0", timeNs: 0, text: "n0 wrote a line", line, at: 10_010 };
  const lines = renderProblem(problem, { width: 60 }).split("\n");
  assert(lines.every((text) => text.length <= 60), lines.join("\n"));
  assertMatch(lines[1] ?? "", /^ {4}its line, at character 10011: …x+",} +…$/);
  assertEquals(renderProblem(problem).includes(line), true);
});

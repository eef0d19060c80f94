import { assert, assertEquals } from "@std/assert";
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

Deno.test("only the last eight lines are shown, and only the beginning of a long line", () => {
  const lastWords = Array.from({ length: 32 }, (_, i) => `word ${i}`);
  const problem = { node: "n0", timeNs: 0, text: "n0 ended", lastWords, line: "x".repeat(10_000) };
  const lines = renderProblem(problem, { width: 60 }).split("\n");
  assertEquals(lines.filter((line) => line.includes("word ")).length, 8);
  assertEquals(lines.at(-1), "      word 31");
  assert(lines.every((line) => line.length <= 60));
  assert(lines.some((line) => /its line: x+…$/.test(line)));
});

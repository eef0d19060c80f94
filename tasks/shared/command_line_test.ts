import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/workbench/command_line.ts";
import { splitOptions, wholeNumber } from "./command_line.ts";

const OWN = { flags: ["--json", "-h"], values: ["--runs", "--seed"] };

Deno.test("a task's own options are taken out, and the others keep their order", () => {
  const argv = ["--rate", "10", "--runs", "3", "--json", "--seed=a=b", "-w", "echo"];
  const { own, rest } = splitOptions(argv, OWN);
  assertEquals([...own], [["--runs", "3"], ["--json", "true"], ["--seed", "a=b"]]);
  assertEquals(rest, ["--rate", "10", "-w", "echo"]);
});

Deno.test("of an option given twice the last value counts, unless it is a list", () => {
  const argv = ["--runs", "1", "--seed", "a", "--runs", "2", "--seed=b"];
  const { own } = splitOptions(argv, { ...OWN, lists: ["--seed"] });
  assertEquals([...own], [["--runs", "2"], ["--seed", "a,b"]]);
});

Deno.test("what stands behind two hyphens is the node's", () => {
  const { own, rest } = splitOptions(["--json", "--", "--runs", "3"], OWN);
  assertEquals([[...own.keys()], rest], [["--json"], ["--", "--runs", "3"]]);
});

Deno.test("an option whose value is missing, or given for nothing, is named", () => {
  assertThrows(() => splitOptions(["--runs"], OWN), UsageError, "--runs needs a value");
  assertThrows(() => splitOptions(["--runs", "--json"], OWN), UsageError, "--runs needs a value");
  const needless = () => splitOptions(["--json=false"], OWN);
  assertThrows(needless, UsageError, '--json takes no value, got "false"');
});

Deno.test("a number that is none, too small or too large, is quoted with what was expected", () => {
  assertEquals(wholeNumber("--runs", "12", 1), 12);
  for (const text of ["0", "-1", "1.5", "many", ""]) {
    const message = `--runs must be a whole number of at least 1, got "${text}"`;
    assertThrows(() => wholeNumber("--runs", text, 1), UsageError, message);
  }
  assertEquals(wholeNumber("--runs", "2000", 1, 2000), 2000);
  const message = '--runs must be a whole number of at most 2,000, got "2001"';
  assertThrows(() => wholeNumber("--runs", "2001", 1, 2000), UsageError, message);
});

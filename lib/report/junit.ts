/**
 * Runs as a JUnit report, which most systems of continuous integration show: a case for each run.
 *
 * @module
 */
import { printable } from "../checkers/format.ts";
import type { RunReport } from "./report.ts";

/** The element that says how a run went wrong; of one that passed, none. */
const ELEMENTS = { pass: undefined, fail: "failure", unknown: "error", crash: "error" } as const;

/** Runs as XML. */
export function renderJUnit(runs: readonly RunReport[]): string {
  const count = (element: string) =>
    runs.filter(({ verdict }) => ELEMENTS[verdict] === element).length;
  const counts = `tests="${runs.length}" failures="${count("failure")}" errors="${count("error")}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="glomers" ${counts}>`,
    `  <testsuite name="glomers" ${counts}>`,
    ...runs.map(testCase),
    "  </testsuite>",
    "</testsuites>",
  ].join("\n");
}

function testCase(run: RunReport): string {
  const { title, engine, plan, seed, verdict, headline, findings, warnings, again } = run;
  const name = seed === undefined ? title : `${title} (seed ${seed})`;
  const head = `    <testcase name="${escape(name)}" classname="${plan.workload}.${engine}"`;
  const element = ELEMENTS[verdict];
  if (element === undefined) return `${head}/>`;
  const text = [...warnings, ...findings, ...(again === undefined ? [] : [`again: ${again}`])];
  const start = `<${element} type="${verdict}" message="${escape(headline)}">`;
  return [
    `${head}>`,
    `      ${start}${escape(text.join("\n"))}</${element}>`,
    "    </testcase>",
  ].join("\n");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** A text as XML may hold it: control characters have no form there. */
function escape(text: string): string {
  const shown = printable(text, Infinity).toWellFormed();
  return shown.replaceAll(/[\ufffe\uffff]/g, "\ufffd")
    .replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}

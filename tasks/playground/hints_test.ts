import { assert, assertEquals } from "@std/assert";
import { FAULT_LESSONS, LESSONS } from "../../lib/playground/lessons/mod.ts";
import { readFaults } from "./exercises.ts";
import { makeReference } from "./reference.ts";

const reference = await makeReference();

/** Every lesson's hints as Markdown, with the program that they are about. */
function* lessons(): Iterable<{ id: string; hints: string[]; starter: string }> {
  const hintsOf = (text: string) => {
    const [, section = ""] = /^## Hints$(.*?)(?=^## |$(?![\s\S]))/ms.exec(text) ?? [];
    return section.split(/^### /m).slice(1);
  };
  for (const [id, { text, starter }] of Object.entries(LESSONS)) {
    yield { id, hints: hintsOf(text), starter };
  }
  const starters = new Map(readFaults().map(({ id, starter }) => [id, starter]));
  for (const [id, text] of Object.entries(FAULT_LESSONS)) {
    yield { id, hints: hintsOf(text), starter: starters.get(id) ?? "" };
  }
}

/** The calls that a hint names for a program, which may have messages that are called alike. */
function* callsNamedIn(hint: string, starter: string): Iterable<string> {
  const isUsed = (type = "") => new RegExp(`\\b${type}\\.`).test(starter);
  const messages = new Set(
    reference.filter(({ type }) => isUsed(type)).flatMap(({ entries }) =>
      entries.flatMap(({ name, request }) => request === undefined ? [] : name)
    ),
  );
  const calls = new Set(
    reference.flatMap(({ entries }) => entries)
      .flatMap(({ name, signature }) => signature.startsWith(`${name}(`) ? name : []),
  );
  for (const [, object, name = ""] of hint.matchAll(/`(?:(\w+)\.)?(\w+)`/g)) {
    if (calls.has(name) && (object !== undefined || !messages.has(name))) yield name;
  }
}

Deno.test("a hint that names a call shows how it is written, or one before it or the program does", () => {
  let named = 0;
  const missing: string[] = [];
  for (const { id, hints, starter } of lessons()) {
    assert(hints.length >= 3, `${id} has ${hints.length} hints`);
    for (const [i, hint] of hints.entries()) {
      const seen = [starter, ...hints.slice(0, i + 1)].join("\n");
      for (const call of callsNamedIn(hint, starter)) {
        named++;
        // As a call, or as a function in an object of options.
        const isWritten = new RegExp(`\\b${call}(?:<[^()]*>)?(?:\\(|: )`).test(seen);
        if (!isWritten) missing.push(`${id}: hint ${i + 1} names ${call}`);
      }
    }
  }
  assertEquals(missing, []);
  assert(named > 10, `${named} calls are named`);
});

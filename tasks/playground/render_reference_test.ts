import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { renderReference } from "../../lib/playground/app/render_reference.ts";
import { LESSONS } from "../../lib/playground/lessons/mod.ts";
import { makeReference } from "./reference.ts";

const reference = await makeReference();

/** The titles of topics that are listed, and whether they are open. */
function topicsFor(sought: string, code = ""): [title: string, isOpen: boolean][] {
  const { text } = renderReference(reference, { sought, code });
  return [...text.matchAll(/<details class="topic"( open)?><summary>([^<]*)/g)]
    .map(([, open, title = ""]) => [title, open !== undefined]);
}

Deno.test("what the code uses comes first and is open; the rest follows, closed", () => {
  const topics = topicsFor("", LESSONS["4"]?.starter);
  assertEquals(topics.slice(0, 3), [
    ["The node", true],
    ["Messages: Counter", true],
    ["A key-value store", true],
  ]);
  assertEquals(topics.length, reference.length);
  assert(topics.slice(3).every(([, isOpen]) => !isOpen));
});

Deno.test("a search finds names first, then words; parts of words are not enough", () => {
  const titles = topicsFor("cas").map(([title]) => title);
  assert(titles.includes("A key-value store"));
  assert(!titles.includes("Messages: Broadcast"), "broadCASt");
  assertEquals(topicsFor("store.cas")[0], ["A key-value store", true]);
  assertEquals(topicsFor("append")[0], ["A journal", true]);
  const { text: ofKv } = renderReference(reference, { sought: "kv", code: "" });
  for (const name of ["new Kv", "store.readOr", "store.update"]) assertStringIncludes(ofKv, name);
  const { text } = renderReference(reference, { sought: "<b>", code: "" });
  assertStringIncludes(text, "mentions &lt;b&gt;");
});

Deno.test("an entry has its signature, a line, and the rest on demand", () => {
  const { text } = renderReference(reference, { sought: "send", code: "" });
  assertStringIncludes(text, "<code>node.send(dest: string, message: OneWay");
  assertStringIncludes(text, "Sends a message that expects no reply.");
  assert(/<details><summary>more<\/summary>.*Throws TypeError/s.test(text));
});

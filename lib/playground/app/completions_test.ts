import { CompletionContext } from "@codemirror/autocomplete";
import { EditorState } from "@codemirror/state";
import { assert, assertEquals } from "@std/assert";
import { Node } from "../../node.ts";
import { completeLibrary } from "./completions.ts";

function offered(doc: string): string[] {
  const state = EditorState.create({ doc });
  const found = completeLibrary(new CompletionContext(state, doc.length, false));
  return found?.options.map(({ label }) => label) ?? [];
}

Deno.test("the editor completes what the library has, and nothing else", () => {
  const node = new Node({ send: () => {}, log: () => {} });
  for (const name of offered("node.")) assert(name in node, name);
  assert(offered("node.p").includes("peers"));
  assertEquals(offered("  node.on(Broadcast."), ["topology", "broadcast", "read"]);
  assert(offered("const tell = one").includes("oneWay"));
  assertEquals(offered("values."), []);
  assertEquals(offered("1 + "), []);
});

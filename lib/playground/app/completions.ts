/**
 * What the editor offers to complete: what the library exports, and what is in it.
 *
 * @module
 */
import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import * as library from "../../mod.ts";

/** What programs use of a node, and what for. */
const NODE: Readonly<Record<string, string>> = {
  on: "answers a request or takes a message",
  send: "sends a message that expects no answer",
  rpc: "sends a request and waits for its answer",
  id: "this node's id",
  ids: "the ids of all nodes, this one included",
  peers: "the ids of all other nodes",
  onInit: "is called once the node knows its id",
  log: "writes a line to the node's log",
  journal: "what outlives the process",
};

const MEMBERS: ReadonlyMap<string, readonly Completion[]> = new Map([
  ["node", Object.entries(NODE).map(([label, detail]) => ({ label, detail, type: "method" }))],
  ...Object.entries(library).flatMap(([name, value]) =>
    typeof value === "object"
      ? [[name, Object.keys(value).map((label) => ({ label, type: "property" }))] as const]
      : []
  ),
]);

const EXPORTS: readonly Completion[] = [
  ...Object.keys(library).filter((name) => name !== "serve"),
  "@glomers/maelstrom",
].map((label) => ({ label, type: "variable", detail: "library" }));

/** Completes a member of what is known, or a name of the library. */
export function completeLibrary(context: CompletionContext): CompletionResult | null {
  const member = context.matchBefore(/\b\w+\.\w*/);
  if (member !== null) {
    const [object = ""] = member.text.split(".");
    const options = MEMBERS.get(object);
    return options === undefined
      ? null
      : { from: member.from + object.length + 1, options, validFor: /^\w*$/ };
  }
  const word = context.matchBefore(/[\w@]+/);
  return word === null ? null : { from: word.from, options: EXPORTS, validFor: /^[\w@/]*$/ };
}

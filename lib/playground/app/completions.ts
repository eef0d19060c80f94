/**
 * What the editor offers to complete: what the library has, each with what it takes and what it is.
 *
 * @module
 */
import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { firstSentence, type Reference } from "../reference.ts";
import { type Known, parametersOf, print, Scope } from "./scope.ts";

/** The name under which programs import the library. */
const LIBRARY: Completion = { label: "@glomers/maelstrom", type: "text", detail: "the library" };

/** Completes members of what is known, fields of messages, and names of the library. */
export function completeFrom(reference: Reference) {
  return (context: CompletionContext): CompletionResult | null => {
    const code = context.state.doc.toString();
    const scope = new Scope(reference, code);
    const before = code.slice(0, context.pos);
    const offer = scope.offer(before);
    if (offer !== undefined) {
      const { typed, known } = offer;
      return {
        from: context.pos - typed.length,
        options: inOrder(known),
        validFor: /^[\w-]*$/,
      };
    }
    const word = context.matchBefore(/(?<![\w.])[\w@]+/);
    if (word === null || /\.\w*$/.test(before)) return null;
    return {
      from: word.from,
      options: [...inOrder(scope.exports), LIBRARY],
      validFor: /^[\w@/]*$/,
    };
  };
}

/** In the order of the reference, as far as what is typed fits equally well. */
function inOrder(known: readonly Known[]): Completion[] {
  return known.map((one, i) => ({ ...asOption(one), boost: Math.max(-99, -i) }));
}

function asOption(known: Known): Completion {
  const { entry } = known;
  const { name, signature, doc } = entry;
  const parameters = parametersOf(entry);
  const rest = signature.startsWith(name) ? signature.slice(name.length) : ` ${signature}`;
  return {
    label: name,
    type: parameters === undefined ? "property" : "method",
    detail: parameters === undefined ? rest : `(${parameters.join(", ")})`,
    info: [print(known), firstSentence(doc)].join("\n"),
  };
}

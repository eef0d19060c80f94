/**
 * README's words as test data, so that they are tried as they stand.
 *
 * @module
 */
import { fromRoot } from "./scripts.ts";

/** The section about the package. */
export const USE_IT = sectionOf("Use it in your own repository");

/** The part about continuous integration. */
export const CI = sectionOf("Test a node of your own, in any language");

function sectionOf(title: string): string {
  const [, rest = ""] = Deno.readTextFileSync(fromRoot("README.md")).split(`\n## ${title}\n`);
  return rest.split("\n## ")[0] ?? "";
}

/** The blocks of code in a section that are of one language. */
export function blocksOf(section: string, language: string): string[] {
  return [...section.matchAll(/^```(\w+)\n([^]*?)^```$/gm)]
    .flatMap(([, of, text = ""]) => of === language ? text : []);
}

/**
 * Texts with places for figures: `{{3d maelstrom messages}}`.
 *
 * @module
 */
import { nearest } from "../../lib/workbench/option.ts";

/** A figure or a whole table by the name that templates use. */
export type Figure = readonly [name: string, text: string];

/**
 * Puts figures in their places.
 *
 * @throws {Error} if the template names a figure that there is not.
 */
export function fill(template: string, figures: ReadonlyMap<string, string>): string {
  return template.replaceAll(/\{\{([^{}]+)\}\}/g, (_, words: string) => {
    const name = words.trim().split(/\s+/).join(" ");
    const text = figures.get(name);
    if (text !== undefined) return text;
    const near = nearest(name, [...figures.keys()]);
    throw new Error(`no data hold the figure "${name}"${near ? `; is "${near}" meant?` : ""}`);
  });
}

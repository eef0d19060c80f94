/**
 * Golden transcripts: stories kept as text files and compared whole.
 *
 * A file begins with prose that says what to see, up to a line `----`; the transcript follows.
 * `deno task test -- --update` keeps the prose and rewrites the transcripts that have changed.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { readFile, writeFile } from "node:fs/promises";
import process from "node:process";

const SEPARATOR = "\n----\n";

/**
 * Asserts that a file holds a transcript, or rewrites the file if tests run with `-- --update`.
 *
 * @throws {AssertionError} if the transcripts differ.
 * @throws {Error} if there is no such file, or no line `----` in it.
 *
 * @example
 * ```ts
 * import { Echo, type Node } from "@glomers/maelstrom";
 * import { assertTranscript, scenario } from "@glomers/maelstrom/testing";
 *
 * const file = new URL(`file://${await Deno.makeTempFile()}`); // else a file beside the test
 * await Deno.writeTextFile(file, "n0 answers a client.\n----\n"); // prose, and what comes behind it
 *
 * function echo(node: Node): void {
 *   node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
 * }
 *
 * const lines: string[] = [];
 * await scenario(echo, { transcript: (line) => lines.push(line) }, async (world) => {
 *   await world.ask("n0", Echo.echo, { echo: "hi" });
 * });
 * await assertTranscript(file, lines, { update: true }); // in a test rather deno test -- --update
 * await assertTranscript(file, lines);
 * ```
 */
export async function assertTranscript(
  file: URL,
  lines: readonly string[],
  { update = process.argv.includes("--update") }: {
    /** Whether to rewrite the file. Default: whether the command line says `--update`. */
    readonly update?: boolean;
  } = {},
): Promise<void> {
  const text = await readFile(file, "utf8");
  const [prose = "", ...rest] = text.split(SEPARATOR);
  if (rest.length === 0) {
    throw new Error(`${file.pathname} needs some prose and a line ---- before the transcript`);
  }
  const expected = `${prose}${SEPARATOR}${lines.join("\n")}\n`;
  if (update && text !== expected) return await writeFile(file, expected);
  if (!update) {
    const hint = `${file.pathname} no longer fits; running its test with -- --update rewrites it`;
    assertEquals(text, expected, hint);
  }
}

/**
 * Builds a node as its `glomers.json` says.
 *
 * @module
 */
import { UsageError } from "../../lib/workbench/option.ts";
import type { Config } from "./config.ts";

/**
 * Runs the build command, if there is one, in the file's folder; what it prints goes to standard
 * error.
 *
 * @throws {UsageError} if it fails.
 */
export async function build({ build, folder, file }: Config): Promise<void> {
  if (build === undefined) return;
  const { success, code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", build],
    cwd: folder,
    stdin: "null",
  }).output();
  await Deno.stderr.write(stdout);
  await Deno.stderr.write(stderr);
  if (!success) throw new UsageError(`${file}: build, "${build}", ended with exit status ${code}`);
}

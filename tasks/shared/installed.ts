/**
 * Whether commands are there.
 *
 * @module
 */

/** Runs a command, to see whether it succeeds; nothing if there is no such command. */
export async function succeeds(command: string, ...args: string[]): Promise<boolean | undefined> {
  try {
    const quietly = { stdin: "null", stdout: "null", stderr: "null" } as const;
    return (await new Deno.Command(command, { args, ...quietly }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Whether a program of this name is on the `PATH`. */
export async function isCommand(name: string): Promise<boolean> {
  return await succeeds(name, "--version") !== undefined;
}

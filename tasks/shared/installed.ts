/**
 * Whether a program is there to be run.
 *
 * @module
 */

/**
 * Whether a command runs when it is asked for its version. What is on the `PATH` may be a stub that
 * only says how to install the program.
 */
export async function isInstalled(command: string, flag = "--version"): Promise<boolean> {
  const quiet = { stdin: "null", stdout: "null", stderr: "null" } as const;
  try {
    return (await new Deno.Command(command, { args: [flag], ...quiet }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return false;
  }
}

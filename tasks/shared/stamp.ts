/**
 * What measured figures are marked with.
 *
 * @module
 */

/** The commit that is checked out, marked if files differ from it. */
export async function commitOf(): Promise<string> {
  const git = new Deno.Command("git", { args: ["describe", "--always", "--dirty"] });
  return new TextDecoder().decode((await git.output()).stdout).trim();
}

/** The date, as 2026-11-28. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

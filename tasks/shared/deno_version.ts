/**
 * Says in a sentence that Deno is too old, where it would come out as something else: a package that
 * cannot be found, an error in types, a wrong simulation. Imports nothing, so that it starts anyway.
 *
 * @module
 */

/** Before it, the simulator cannot see all that a program imports, nor load it anew. */
const OLDEST = { major: 2, minor: 9 };

/** What is wrong with a version of Deno, the running one unless given; nothing if it will do. */
export function versionProblem(version: string = Deno.version.deno): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return undefined;
  const oldest = `${OLDEST.major}.${OLDEST.minor}`;
  return `expected Deno ${oldest} or later, got ${version} ("deno upgrade" gets the latest)`;
}

if (import.meta.main) {
  const problem = versionProblem();
  if (problem !== undefined) {
    console.error(problem);
    Deno.exit(1);
  }
}

import { assertEquals, assertStringIncludes } from "@std/assert";
import { versionProblem } from "./deno_version.ts";

Deno.test("a Deno that is too old is refused, one that will do is not", () => {
  for (const version of ["2.9.0", "2.9.6", "2.10.0", "2.11.0+0123abc", "3.0.0"]) {
    assertEquals(versionProblem(version), undefined);
  }
  for (const version of ["1.46.3", "2.0.0", "2.8.0"]) {
    assertEquals(
      versionProblem(version),
      `expected Deno 2.9 or later, got ${version} ("deno upgrade" gets the latest)`,
    );
  }
});

Deno.test("the README names the oldest Deno that works", async () => {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  assertStringIncludes(readme, /Deno \S+ or later/.exec(versionProblem("1.0.0") ?? "")?.[0] ?? "?");
});

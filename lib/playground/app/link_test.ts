import { assert, assertEquals } from "@std/assert";
import { packLink, unpackLink } from "./link.ts";

Deno.test("a link brings back what went into it, in characters that addresses have", async () => {
  const shared = {
    code: 'const ü = "<✓>";\n'.repeat(200),
    form: { "option-seed": "7" },
    workload: "broadcast",
  };
  const hash = await packLink(shared);
  assert(/^#v1\.[\w-]+$/.test(hash), hash);
  assert(hash.length < 200, `${hash.length} characters`);
  assertEquals(await unpackLink(hash), shared);
});

Deno.test("what is no link of ours, is cut short or holds too much gives nothing", async () => {
  const huge = await packLink({ code: " ".repeat(1_000_000) });
  const whole = await packLink({ code: "const a = 1;" });
  const wrong = await packLink(JSON.parse('{"code":7}'));
  const odd = await packLink(JSON.parse('{"code":"","form":{"option-seed":7}}'));
  for (
    const hash of ["", "#top", "#v1.", "#v1.%%%", "#v2.abc", whole.slice(0, 20), huge, wrong, odd]
  ) {
    assertEquals(await unpackLink(hash), undefined, hash.slice(0, 40));
  }
});

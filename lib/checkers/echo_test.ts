import { assert, assertEquals } from "@std/assert";
import { isEdnObject, keyword, parseEdn, prettyEdn } from "../history/edn.ts";
import { checkEcho, explainEcho, projectEcho } from "./echo.ts";
import { recorded, transcript } from "./history_fixture.ts";

for (const run of ["echo/changed-type", "echo/definite-errors"]) {
  Deno.test(`echo: ${run} equals Maelstrom's result`, () => {
    const { history, results } = recorded(run);
    const result = parseEdn(prettyEdn(checkEcho(history)));
    const stored = results["workload"];
    assert(isEdnObject(result) && isEdnObject(stored));
    assertEquals(projectEcho(result), projectEcho(stored));
  });
}

Deno.test("echo: a reply that echoes its request is valid, whatever else it holds", () => {
  const result = checkEcho(transcript(`
    0 0 invoke echo "a"
    1 0 ok     echo {:type "echo_ok", :echo "a", :in_reply_to 1}
  `));
  assertEquals(prettyEdn(result), "{:valid? true, :errors ()}");
});

Deno.test("echo: a wrong payload and an error reply are errors, an unknown outcome is not", () => {
  const history = transcript(`
    0 0 invoke echo "a"
    1 0 ok     echo {:type "echo_ok", :echo "b", :in_reply_to 1}
    2 1 invoke echo "c"
    3 1 fail   echo "c" {:error [:temporarily-unavailable "no"]}
    4 2 invoke echo "d"
    5 2 info   echo "d" {:error :net-timeout}
    6 3 invoke echo "e"
  `);
  const result = checkEcho(history);
  assertEquals(result["valid?"], false);
  assertEquals(explainEcho(result, history), [
    "2 replies did not echo their requests.",
    'To process 0 at 0.001 s: sent "a", echoed "b".',
    'To process 1 at 0.003 s: sent "c", refused with [:temporarily-unavailable "no"].',
  ]);
  assertEquals(
    explainEcho(result)[1],
    'Sent "a", received {:type "echo_ok", :echo "b", :in_reply_to 1}.',
  );
});

Deno.test("echo: payloads are compared as structures", () => {
  const sent = { x: [1, keyword("k")] };
  const op = { time: 0, process: 0, f: "echo" };
  const result = checkEcho([
    { ...op, index: 0, type: "invoke", value: sent },
    { ...op, index: 1, type: "ok", value: { echo: { x: [1, keyword("k")] } } },
  ]);
  assertEquals(result["valid?"], true);
});

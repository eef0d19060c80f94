import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseHistory } from "../../history/operations.ts";
import { checkSetFull } from "../../checkers/set_full.ts";
import { readHistoryFile } from "./history_file.ts";

const RECORDED = new URL("../../checkers/testdata/", import.meta.url).pathname;

Deno.test("a history is the same, whether its long values are in memory or stay in the file", () => {
  for (const run of ["broadcast/flaky", "g-set/late", "lin-kv/null-reads"]) {
    const path = `${RECORDED}${run}/history.edn`;
    const expected = parseHistory(Deno.readTextFileSync(path));
    for (
      const limits of [{}, { keptBytes: 0, longBytes: 0 }, { keptBytes: 2000, longBytes: 120 }]
    ) {
      const history = readHistoryFile(path, limits);
      assertEquals(history.map((op) => ({ ...op })), expected);
      assertEquals(checkSetFull(history), checkSetFull(expected));
    }
  }
});

Deno.test("only long values beyond the kept part of a history stay in the file", () => {
  const path = Deno.makeTempFileSync();
  try {
    const short = "{:index 0, :time 1, :type :invoke, :process 0, :f :read, :value nil}\n";
    const long = `{:index 1, :time 2, :type :ok, :process 0, :f :read, :value [${
      "7 ".repeat(60)
    }]}\n`;
    Deno.writeTextFileSync(path, short + long + short + long);
    const isInFile = readHistoryFile(path, { keptBytes: 250, longBytes: 100 })
      .map((op) => Object.getOwnPropertyDescriptor(op, "value")?.get !== undefined);
    assertEquals(isInFile, [false, false, false, true]);
    const [, , , last] = readHistoryFile(path, { keptBytes: 250, longBytes: 100 });
    Deno.truncateSync(path, 300);
    assert(assertThrows(() => last?.value, SyntaxError).message.endsWith("is shorter than it was"));
  } finally {
    Deno.removeSync(path);
  }
});

import { assertEquals } from "@std/assert";
import { measurePeer, peersIn, variableOf } from "./peers.ts";

Deno.test("peers are commands, told apart by semicolons and named by their programs", () => {
  assertEquals(variableOf("txn-list-append"), "BENCH_PEER_TXN_LIST_APPEND");
  assertEquals(peersIn(" /opt/porcupine ; java -jar knossos.jar lin-kv;"), [
    { name: "porcupine", command: ["/opt/porcupine"] },
    { name: "java", command: ["java", "-jar", "knossos.jar", "lin-kv"] },
  ]);
  assertEquals(peersIn(""), []);
});

/** What is measured of a peer that runs a script. */
function measureScript(script: string) {
  const peer = { name: "deno", command: [Deno.execPath(), "eval", script] };
  return measurePeer(peer, "h.edn", 3);
}

Deno.test("of a peer's output, lines of a verdict and seconds count", async () => {
  const text = "INFO starting 12 threads\ntrue 2.5\n:unknown 0.125\ntrue\n";
  const script = `console.log(${JSON.stringify(text)})`;
  assertEquals(await measureScript(script), { verdict: "true", seconds: [2.5, 0.125] });
  assertEquals(await measureScript("console.log(':unknown 3')"), {
    verdict: "unknown",
    seconds: [3],
  });
  assertEquals(await measureScript("Deno.exit(1)"), "failed");
});

Deno.test("a peer that runs out of memory is told from one that fails", async () => {
  assertEquals(
    await measureScript(
      "console.error('java.lang.OutOfMemoryError: Java heap space'); Deno.exit(1)",
    ),
    "out of memory",
  );
  assertEquals(await measureScript("Deno.kill(Deno.pid, 'SIGKILL')"), "out of memory");
});

Deno.test("a peer gets the file and the number of rounds", async () => {
  const script = "console.log(Deno.args.join() === 'h.edn,3' ? 'true 1' : Deno.args)";
  assertEquals(await measureScript(script), { verdict: "true", seconds: [1] });
});

import { assertEquals, assertThrows } from "@std/assert";
import { readRun, UnreadableRun } from "./reader.ts";

const RECORDED = new URL("../../checkers/testdata/", import.meta.url).pathname;

/** Calls with the path of a temporary folder that holds the given files. */
function withFolder(files: Record<string, string>, body: (dir: string) => void): void {
  const root = Deno.makeTempDirSync();
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = `${root}/${name}`;
      Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      Deno.writeTextFileSync(path, text);
    }
    body(root);
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
}

/** What the reader finds in a command line that somebody kept beside a history. */
function factsOfCommand(command: string) {
  let facts: ReturnType<typeof readRun>["facts"] = {};
  withFolder({ "history.edn": "", "cmd.txt": command }, (dir) => facts = readRun(dir).facts);
  return facts;
}

const ADD = "{:index 0, :time 1, :type :invoke, :process 0, :f :add, :value 1}\n";
const OK = "{:index 1, :time 2, :type :ok, :process 0, :f :add, :value 1}\n";

Deno.test("workload, models, availability and nodes are read from a command line", () => {
  assertEquals(
    factsOfCommand(
      'test -w txn-list-append --bin x.js --node-count 3 --consistency-models "read-committed , ' +
        'snapshot-isolation" --availability total --concurrency 4n',
    ),
    {
      workload: "txn-list-append",
      consistencyModels: ["read-committed", "snapshot-isolation"],
      availability: 1,
      nodeCount: 3,
    },
  );
  assertEquals(factsOfCommand("test --workload=echo --availability 0.5 --nodes a,b"), {
    workload: "echo",
    availability: 0.5,
    nodeCount: 2,
  });
});

Deno.test("a folder of one key of lin-kv reads as a run of that key alone", () => {
  const files = {
    "independent/7/history.edn": OK.replace(":f :add", ":f :write"),
    "independent/7/results.edn": "{:linearizable {:valid? false}, :valid? false}",
  };
  withFolder(files, (dir) => {
    const { key, history, facts, results } = readRun(`${dir}/independent/7`);
    assertEquals([key, history[0]?.value, facts.workload], [7, [7, 1], "lin-kv"]);
    assertEquals(results?.["workload"], {
      "valid?": false,
      results: new Map([[7, { linearizable: { "valid?": false }, "valid?": false }]]),
      failures: [7],
    });
  });
});

Deno.test("models without blanks around the comma are one unknown name, as in Maelstrom", () => {
  assertEquals(factsOfCommand("test --consistency-models a,b").consistencyModels, ["a,b"]);
});

Deno.test("the node count is unknown unless threads divide evenly among nodes", () => {
  assertEquals(factsOfCommand("test --node-count 3 --concurrency 10").nodeCount, undefined);
  assertEquals(factsOfCommand("test --node-count 3 --concurrency 6").nodeCount, 3);
});

Deno.test("a recorded run is read from its folder, or from a file in it", () => {
  const run = readRun(`${RECORDED}g-set/late`);
  assertEquals([run.history.length, run.facts.workload, run.facts.nodeCount], [216, "g-set", 5]);
  assertEquals(readRun(`${RECORDED}g-set/late/results.edn`), run);
});

Deno.test("the workload comes from test.edn, jepsen.log, the path, or the operations", () => {
  const facts = (files: Record<string, string>, at = "") => {
    let workload: string | undefined;
    withFolder(files, (dir) => workload = readRun(`${dir}${at}`).facts.workload);
    return workload;
  };
  assertEquals(facts({ "history.edn": "", "test.edn": "{:workload :kafka}" }), "kafka");
  assertEquals(
    facts({
      "history.edn": ADD,
      "jepsen.log": "Command line:\nlein run test -w g-counter --bin x\n",
    }),
    "g-counter",
  );
  assertEquals(
    facts({ "g-counter/20250101T000000/history.edn": ADD }, "/g-counter/20250101T000000"),
    "g-counter",
  );
  const read = (value: string) =>
    `{:index 2, :time 3, :type :ok, :process 1, :f :read, :value ${value}}`;
  assertEquals(facts({ "history.edn": ADD + OK + read("[1]") }), "g-set");
  assertEquals(facts({ "history.edn": ADD + OK + read("1") }), "pn-counter");
  assertEquals(facts({ "history.edn": "" }), undefined);
});

Deno.test("options and nodes come from the workbench's test.edn", () => {
  const test = "{:workload :txn-rw-register, :nodes [n0 n1], :concurrency 4, :availability 1, " +
    ":consistency-models [:read-committed]}";
  withFolder({ "history.edn": "", "test.edn": test }, (dir) => {
    assertEquals(readRun(dir).facts, {
      workload: "txn-rw-register",
      consistencyModels: ["read-committed"],
      availability: 1,
      nodeCount: 2,
    });
  });
});

Deno.test("errors say in a sentence what is missing or cut short", () => {
  assertThrows(() => readRun("/no/such/folder"), UnreadableRun, "There is no /no/such/folder.");
  withFolder({ "notes.txt": "" }, (dir) => {
    assertThrows(() => readRun(dir), UnreadableRun, "holds no history.edn");
  });
  withFolder({ "history.edn": `${ADD}{:index 1, :ti`, "results.edn": "{:valid? true}" }, (dir) => {
    assertThrows(() => readRun(dir), UnreadableRun, "history line 2");
  });
  withFolder({ "history.edn": ADD, "results.edn": "" }, (dir) => {
    assertThrows(() => readRun(dir), UnreadableRun);
  });
  withFolder({ "history.edn": ADD, "results.edn": "[1 2]" }, (dir) => {
    assertThrows(() => readRun(dir), UnreadableRun, "no results map");
  });
});

Deno.test("a run without results.edn crashed, and its history can still be judged", () => {
  withFolder({ "history.edn": ADD + OK }, (dir) => {
    const { results, history } = readRun(dir);
    assertEquals([results, history.length], [undefined, 2]);
  });
});

/**
 * Runs of the workbench whose nodes agents run. The agents are in this process, their nodes are not.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { delay } from "@std/async";
import type { NatsConnection } from "@nats-io/transport-node";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NS_PER_S } from "../history/operations.ts";
import { linkTo, withFolder } from "../testing/process.ts";
import { RealClock } from "../workbench/clock/real_clock.ts";
import { planOf, type PlanOptions } from "../workbench/plan.ts";
import type { RunResult } from "../workbench/result.ts";
import { type Observer, run } from "../workbench/run.ts";
import { Agent } from "./agent.ts";
import { AGENTS, PROTOCOL } from "./agents.ts";
import { NameTaken } from "./claim.ts";
import { listen } from "./connection.ts";
import { NatsHost } from "./host.ts";
import { NatsError } from "./server.ts";
import { type TestServer, testWithServer } from "./server_fixture.ts";
import { connectTest } from "./system_fixture.ts";

const ROOT = Deno.realPathSync(fileURLToPath(new URL("../..", import.meta.url)));
const NODES = join(ROOT, "nodes");

/** An agent, with a connection of its own that a test may cut. */
interface Started extends AsyncDisposable {
  readonly agent: Agent;
  readonly connection: NatsConnection;
  readonly said: string[];
}

async function startAgent(
  server: TestServer,
  name: string,
  { runs, folder = ROOT, patienceMs = 5_000 }: {
    readonly runs: string;
    readonly folder?: string;
    readonly patienceMs?: number;
  },
): Promise<Started> {
  const connection = await connectTest(server);
  const said: string[] = [];
  const say = (sentence: string) => void said.push(sentence);
  const superseded = () => say("superseded");
  try {
    const agent = await Agent.start(connection, {
      name,
      folder,
      runs,
      say,
      superseded,
      patienceMs,
    });
    const end = async () => {
      await agent[Symbol.asyncDispose]();
      await connection.close();
    };
    return { agent, connection, said, [Symbol.asyncDispose]: end };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

interface Bench {
  readonly server: TestServer;
  readonly agents: readonly Started[];
  /** Where the agents keep journals. */
  readonly runs: string;
  /** Runs a plan on the agents. */
  readonly run: (options: PlanOptions, observer?: Observer) => Promise<RunResult>;
}

/** A story about agents with these names. */
function testAgents(
  title: string,
  names: readonly string[],
  story: (bench: Bench) => Promise<void>,
  { patienceMs = 5_000 } = {},
): void {
  testWithServer(title, (server) =>
    withFolder(async (runs) => {
      await using stack = new AsyncDisposableStack();
      const starting = names.map((name) => startAgent(server, name, { runs, patienceMs }));
      const agents = await Promise.all(starting);
      for (const agent of agents) stack.use(agent);
      await story({
        server,
        agents,
        runs,
        run: async (options, observer = {}) => {
          const plan = planOf({ rate: 50, timeLimitS: 1, nodeCount: 3, ...options });
          const { program = "", args, nodes } = plan;
          await using connection = await connectTest(server);
          const host = await NatsHost.open(connection, { program, args, nodes, patienceMs });
          return await run(plan, { clock: new RealClock(), host, observer });
        },
      });
    }));
}

function isAlive(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

const echo = { workload: "echo", program: `${NODES}/1_echo.ts` };
const uniqueIds = { workload: "unique-ids", program: `${NODES}/2_unique_ids.ts` };

testAgents("nodes are spread over agents, and judged as any others", ["b", "a"], async (bench) => {
  const { results, ways = [], problems } = await bench.run(echo);
  assertEquals([results?.["valid?"], problems], [true, []]);
  assertEquals(ways.map(({ agent, nodes }) => [agent, nodes]), [["a", ["n0", "n2"]], ["b", [
    "n1",
  ]]]);
  for (const { roundTripsMs } of ways) assert(roundTripsMs.length > 0);
  for (const { said: [, last] } of bench.agents) {
    assertMatch(last ?? "", /^run \w+ has ended: all of its nodes have ended$/);
  }
});

/** Operations written down: each is an echo, asked of the node with that number. */
function echoesAt(...times: [timeS: number, node: number][]) {
  return times.map(([timeS, thread], value) => ({ timeS, thread, f: "echo", value: `"${value}"` }));
}

testAgents("nodes are killed, started again, paused and resumed", [], async (bench) => {
  const { server, runs } = bench;
  const program = join(runs, "node.sh");
  const script = `#!/bin/sh\necho "$$ $GLOMERS_RUN_DIR" >&2\nexec ${NODES}/1_echo.ts\n`;
  await Deno.writeTextFile(program, script, { mode: 0o755 });
  await using _agent = await startAgent(server, "a", { runs, folder: runs });
  const started: [node: string, pid: number, folder: string][] = [];
  const { results, history } = await bench.run({
    ...echo,
    program,
    nodeCount: 2,
    timeLimitS: 3.6,
    faults: [
      { timeS: 1.1, f: "kill", nodes: ["n0"] },
      { timeS: 1.2, f: "pause", nodes: ["n1"] },
      { timeS: 1.3, f: "start", nodes: ["n0"] },
      { timeS: 1.8, f: "resume", nodes: ["n1"] },
    ],
    operations: echoesAt([0.1, 0], [0.1, 1], [1.4, 1], [3.5, 0]), // ample, as machines may be slow
  }, {
    log: (node, line) => {
      const [pid, folder = ""] = line.split(" ");
      started.push([node, Number(pid), folder]);
    },
  });
  assertEquals(results?.["valid?"], true, Deno.inspect(results));
  const faults = history.filter(({ process }) => process === "nemesis").map(({ f }) => f);
  assertEquals([...new Set(faults)], ["kill", "pause", "start", "resume"]);
  const done = history.filter(({ type }) => type === "ok");
  assertEquals(done.map(({ process }) => process).toSorted(), [0, 0, 1, 1]);
  const answeredPaused = done.findLast(({ process }) => process === 1);
  assert((answeredPaused?.time ?? 0) > 1.8 * NS_PER_S, "a paused node answers when it is resumed");
  assertEquals(started.map(([node]) => node).toSorted(), ["n0", "n0", "n1"]);
  for (const [, pid, folder] of started) {
    assertEquals(isAlive(pid), false);
    assert(folder.startsWith(`${runs}/`), `${folder} is the agent's`);
  }
});

testAgents("a server that restarts costs a run no message", ["a", "b"], async ({ run, server }) => {
  const restarted = Promise.withResolvers<void>();
  const restart = async () => {
    await delay(300);
    await server.stop();
    await delay(200);
    await server.start();
    restarted.resolve();
  };
  const plan = { ...uniqueIds, timeLimitS: 2, availability: 1 };
  const { results, history } = await run(plan, { up: () => void restart() });
  await restarted.promise;
  assertEquals(results?.["valid?"], true, Deno.inspect(results));
  assertEquals(history.filter(({ type }) => type === "info"), []);
});

testAgents("an agent that is lost is a node that ends, and is named", ["a", "b"], async (bench) => {
  const [, b] = bench.agents;
  const { crash, problems } = await bench.run({ ...echo, timeLimitS: 20 }, {
    up: () => void b?.connection.close(),
  });
  const text = "n1 ended: the agent b is lost: it has not been heard for 1 s";
  assertEquals([crash?.node, crash?.text], ["n1", text]);
  assertEquals(problems.map((problem) => problem.text), [text]);
}, { patienceMs: 1_000 });

testAgents("an agent that ends says so, and takes its nodes along", ["a", "b"], async (bench) => {
  const [a] = bench.agents;
  const { crash } = await bench.run({ ...echo, timeLimitS: 20 }, {
    up: () => void a?.agent[Symbol.asyncDispose](),
  });
  assertMatch(crash?.text ?? "", /^n[02] ended: the agent a has ended$/);
});

testAgents("nodes end when their workbench is lost", [], async ({ server, runs }) => {
  const connection = await connectTest(server);
  const bin = join(runs, "node.sh");
  await Deno.writeTextFile(bin, `#!/bin/sh\necho $$ >&2; exec sleep 1000\n`, { mode: 0o755 });
  await using own = await startAgent(server, "own", { runs, folder: runs, patienceMs: 500 });
  const host = await NatsHost.open(connection, { program: bin, args: [], nodes: ["n0"] });
  const { promise, resolve } = Promise.withResolvers<number>();
  const nothing = () => {};
  const logged = (_node: string, line: string) => resolve(Number(line));
  const events = { wrote: nothing, sent: nothing, misbehaved: nothing, exited: nothing };
  await host.start("n0", { ...events, logged, failed: nothing });
  const pid = await promise;
  assert(isAlive(pid));
  await connection.close();
  while (own.said.length < 2) await delay(20);
  assertMatch(own.said[1] ?? "", /has ended: its workbench is lost, as it has not been heard for/);
  assertEquals(isAlive(pid), false);
});

testAgents("what an agent does not run, it says", ["a"], async ({ run, runs, server, agents }) => {
  const why = async (program: string) => {
    const { message } = await assertRejects(() => run({ ...echo, program }), NatsError);
    return message.replace("the agent a cannot run this: ", "");
  };
  const outside = join(runs, "outside.sh");
  await Deno.writeTextFile(outside, "#!/bin/sh\n", { mode: 0o755 });
  assertEquals(
    await why(outside),
    `${outside} is outside of ${ROOT}, whose programs alone it runs (--allow)`,
  );
  const link = join(runs, "link");
  linkTo(runs, link);
  assertStringIncludes(await why(join(link, "outside.sh")), "is outside of");
  await agents[0]?.agent[Symbol.asyncDispose]();
  assertStringIncludes(await why(outside), "no agent answers on nats://127.0.0.1:");

  const theirs = join(runs, "theirs");
  await Deno.mkdir(theirs);
  await using _agent = await startAgent(server, "a", { runs, folder: theirs });
  const mine = join(Deno.cwd(), "nodes/1_echo.ts"); // a path that the agent looks up in its folder
  const path = join(theirs, "nodes/1_echo.ts");
  assertEquals(await why(mine), `there is no file ${path}`);
  await Deno.mkdir(join(theirs, "nodes"));
  await Deno.writeTextFile(path, "other text", { mode: 0o644 });
  assertEquals(await why(mine), `${path} is not executable`);
  await Deno.chmod(path, 0o755);
  assertMatch(
    await why(mine),
    /1_echo.ts differs from the workbench's file: SHA-256 \w{12}…, not \w{12}…$/,
  );
  await Deno.copyFile(mine, path);
  assertMatch(await why(mine), /^there is no file .*\/theirs\/lib\/\w+\.ts, which it imports$/);
});

testAgents("an agent of another version is refused by name", [], async ({ server, run }) => {
  await using connection = await connectTest(server);
  const about = JSON.stringify({ name: "old", protocol: PROTOCOL - 1, folder: "/" });
  await listen(connection, AGENTS, (message) => void message.respond(about));
  const { message } = await assertRejects(() => run(echo), NatsError);
  const versions = `it speaks protocol ${PROTOCOL - 1}, this workbench ${PROTOCOL}`;
  assertEquals(message, `the agent old is of another version: ${versions}`);
});

testAgents("an agent keeps the journals of its last ten runs", ["a"], async (bench) => {
  const { runs, agents: [own] } = bench;
  const journal = async (day: number, agent: string) => {
    const folder = `200001${String(day).padStart(2, "0")}T000000.000Z-0123456${day % 10}-${agent}`;
    await Deno.mkdir(join(runs, folder, "journal"), { recursive: true });
    return folder;
  };
  const old: string[] = [];
  for (let day = 1; day <= 12; day++) old.push(await journal(day, "a"));
  const others = [await journal(1, "not-a"), await journal(1, "b")];
  const { results } = await bench.run({ ...uniqueIds, timeLimitS: 0.2 });
  assertEquals(results?.["valid?"], true);
  await own?.agent[Symbol.asyncDispose]();
  const kept = [...Deno.readDirSync(runs)].map(({ name }) => name).sort();
  assertEquals(kept, [...old.slice(2), ...others].sort());
});

testAgents("an agent's name is its own", ["a"], async ({ server, runs, agents }) => {
  await assertRejects(() => startAgent(server, "a", { runs }), NameTaken);
  assertEquals(agents[0]?.said, []);
});

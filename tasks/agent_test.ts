/**
 * The commands that need a NATS server, as processes with the permissions of their tasks.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { delay } from "@std/async";
import { join } from "node:path";
import config from "../deno.json" with { type: "json" };
import { LineSplitter } from "../lib/lines.ts";
import { NatsHost } from "../lib/nats/host.ts";
import { type TestServer, testWithServer } from "../lib/nats/server_fixture.ts";
import { connectTest } from "../lib/nats/system_fixture.ts";
import { finish, spawnDeno, withFolder } from "../lib/testing/process.ts";
import { fromRoot } from "./testing/scripts.ts";

type TaskName = "agent" | "services" | "workbench";

/** Starts a task as its line in deno.json says. */
function start(
  name: TaskName,
  folder: string,
  args: readonly string[],
  options: readonly string[] = [],
): Deno.ChildProcess {
  const words = config.tasks[name].command.split(" ").slice(1);
  const script = words.indexOf("tasks/cli.ts");
  const permissions = words.slice(1, script);
  return spawnDeno([
    ...["run", ...options, "--config", fromRoot("deno.json"), ...permissions],
    ...[fromRoot("tasks/cli.ts"), ...words.slice(script + 1), ...args],
  ], folder);
}

/** A command that serves until it is interrupted. */
class Serving implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  readonly lines: string[] = [];
  readonly #read: Promise<void>;
  #waiting: (() => void)[] = [];

  constructor(...called: Parameters<typeof start>) {
    this.child = start(...called);
    this.#read = this.#follow();
  }

  /** Waits for a line of its output. */
  async until(expected: RegExp): Promise<void> {
    while (!this.lines.some((line) => expected.test(line))) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Interrupts it; returns its exit status. */
  async interrupt(): Promise<number> {
    this.child.kill("SIGINT");
    return (await this.child.status).code;
  }

  async #follow(): Promise<void> {
    const splitter = new LineSplitter();
    for await (const chunk of this.child.stdout) {
      this.lines.push(...splitter.push(chunk));
      for (const resolve of this.#waiting.splice(0)) resolve();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended already
    }
    await this.#read;
    await this.child.stderr.cancel();
    await this.child.status;
  }
}

function testCommands(
  name: string,
  story: (server: TestServer, folder: string) => Promise<void>,
): void {
  testWithServer(name, (server) => withFolder((folder) => story(server, folder)));
}

testCommands(
  "two agents run a workload's nodes, and end when interrupted",
  async (server, folder) => {
    const on = ["--on", server.address];
    const allow = ["--allow", fromRoot("nodes")];
    await using a = new Serving("agent", folder, [...on, ...allow, "--name", "a"]);
    await using b = new Serving("agent", folder, [...on, ...allow, "--name", "b"]);
    await Promise.all([a, b].map((agent) => agent.until(/ runs programs in /)));
    const node = ["--bin", fromRoot("nodes/1_echo.ts"), "--node-count", "3"];
    const run = ["test", "-w", "echo", ...node, "--time-limit", "1", "--rate", "20", ...on];
    const { code, out, err } = await finish(start("workbench", folder, run));
    assertEquals(code, 0, `${out}${err}`);
    assertMatch(out, /way to agents +[\d.]+ ms there and back in the median/);
    assertMatch(out.replaceAll(/\s+/g, " "), /\(n0 and n2 on a; n1 on b\)/);
    assertEquals(out.trim().split("\n").at(-1), "Everything looks good!");
    assertEquals(await a.interrupt(), 130);
  },
);

testCommands(
  "an agent whose clock is a year ahead runs nodes as any other",
  async (server, folder) => {
    const on = ["--on", server.address];
    const options = ["--preload", fromRoot("lib/nats/testdata/clock_ahead.ts")];
    const allow = ["--allow", fromRoot("nodes")];
    await using agent = new Serving("agent", folder, [...on, ...allow, "--name", "a"], options);
    await agent.until(/ runs programs in /);
    const node = ["--bin", fromRoot("nodes/1_echo.ts"), "--node-count", "1"];
    const run = ["test", "-w", "echo", ...node, "--time-limit", "1", "--rate", "20", ...on];
    const { code, out, err } = await finish(start("workbench", folder, run));
    assertEquals(code, 0, `${out}${err}`);
    const year = new Date().getFullYear() + 1;
    await agent.until(new RegExp(`journals go to .*/${year}\\d{4}T`));
  },
);

testCommands("services say what their server cannot promise", async (server, folder) => {
  await using services = new Serving("services", folder, ["--on", server.address]);
  await services.until(/^The services of cluster answer on .*, each from one copy of its bucket/);
  await services.until(/does not know "sync_interval: always"|monitoring and its system account/);
  assertEquals(await services.interrupt(), 130);
});

testCommands("an agent that is killed takes its nodes along", async (server, folder) => {
  const program = join(folder, "node.sh");
  const script = "#!/bin/sh\necho $$ >&2\nexec sleep 1000\n"; // which its input's end does not end
  await Deno.writeTextFile(program, script, { mode: 0o755 });
  const on = ["--on", server.address];
  await using agent = new Serving("agent", folder, [...on, "--name", "a"]);
  await agent.until(/ runs programs in /);
  await using connection = await connectTest(server);
  const options = { program, args: [], nodes: ["n0"], patienceMs: 1_000 };
  const host = await NatsHost.open(connection, options);
  const pid = Promise.withResolvers<number>();
  const exited = Promise.withResolvers<string>();
  const nothing = () => {};
  await host.start("n0", {
    ...{ wrote: nothing, sent: nothing, misbehaved: nothing, failed: nothing },
    logged: (_node, line) => pid.resolve(Number(line)),
    exited: (_node, how) => exited.resolve(how),
  });
  const node = await pid.promise;
  agent.child.kill("SIGKILL");
  assertEquals(await exited.promise, "the agent a is lost: it has not been heard for 1 s");
  while (isAlive(node)) await delay(20);
  await host.stop();
});

/** Whether a process runs. One that nobody has buried yet, as its parent is gone, does not. */
function isAlive(pid: number): boolean {
  const { stdout } = new Deno.Command("ps", { args: ["-o", "stat=", "-p", `${pid}`] }).outputSync();
  return /^[^Z\s]/.test(new TextDecoder().decode(stdout));
}

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { deadline, delay } from "@std/async";
import { join } from "node:path";
import { withFolder } from "../../testing/process.ts";
import { Packet } from "../network/packet.ts";
import type { NodeEvents } from "./host.ts";
import { ProcessHost } from "./process.ts";

/** Records what a node's process does, in order, and waits for it. */
class Recorder implements NodeEvents {
  readonly lines: string[] = [];
  readonly logs: string[] = [];
  readonly exits: string[] = [];
  readonly misdeeds: string[] = [];
  #waiting: (() => void)[] = [];

  wrote(node: string, line: string): void {
    this.#note(this.lines, `${node} ${line}`);
  }

  sent(): void {
    throw new Error("a process writes lines");
  }

  logged(node: string, line: string): void {
    this.#note(this.logs, `${node} ${line}`);
  }

  misbehaved(node: string, did: string): void {
    this.#note(this.misdeeds, `${node} ${did}`);
  }

  exited(node: string, how: string): void {
    this.#note(this.exits, `${node} ${how}`);
  }

  failed(error: unknown): void {
    throw error;
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #note(list: string[], text: string): void {
    list.push(text);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

interface Bench {
  readonly events: Recorder;
  readonly host: ProcessHost;
}

/** Runs a shell script as a node's executable. */
function withNode(
  script: string,
  story: (bench: Bench) => Promise<void>,
  args: string[] = [],
): Promise<void> {
  return withFolder(async (folder) => {
    const bin = join(folder, "node.sh");
    await Deno.writeTextFile(bin, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const host = new ProcessHost({ bin, args });
    try {
      await story({ events: new Recorder(), host });
    } finally {
      await host.stop();
    }
  });
}

const packet = (id: number) => new Packet(id, "c1", "n0", '{"src":"c1","dest":"n0","body":{}}');

Deno.test("a node gets whole messages, numbered, and is heard line by line", async () => {
  await withNode("cat", async ({ events, host }) => {
    host.start("n0", events);
    host.deliver("n0", packet(7));
    host.deliver("n0", packet(8));
    await events.until(() => events.lines.length === 2);
    assertEquals(events.lines, [
      'n0 {"id":7,"src":"c1","dest":"n0","body":{}}',
      'n0 {"id":8,"src":"c1","dest":"n0","body":{}}',
    ]);
  });
});

Deno.test("a line ends with a newline, a carriage return or both, wherever the output is cut", async () => {
  const script = `printf 'a\\r\\nb\\rc\\n\\nd\\r'; printf 'up\\r\\nx' >&2; sleep 0.1; ` +
    `printf '\\n\\re\\rf'; cat >/dev/null`;
  await withNode(script, async ({ events, host }) => {
    host.start("n0", events);
    await events.until(() => events.lines.length === 7 && events.logs.length === 1);
    assertEquals(events.lines.map((line) => line.slice(3)), ["a", "b", "c", "", "d", "", "e"]);
    assertEquals(events.logs, ["n0 up"]);
  });
});

Deno.test("a byte order mark is part of the line that it begins", async () => {
  await withNode("printf '\\357\\273\\277{}\\n'; cat", async ({ events, host }) => {
    host.start("n0", events);
    await events.until(() => events.lines.length === 1);
    assertEquals(events.lines, ["n0 \ufeff{}"]);
  });
});

Deno.test("a node sees its arguments and runs in the temporary folder", async () => {
  await withNode('echo "$@"; pwd; cat', async ({ events, host }) => {
    host.start("n0", events);
    await events.until(() => events.lines.length === 2);
    const temporary = await Deno.realPath(Deno.env.get("TMPDIR") ?? "/tmp");
    assertEquals(events.lines, ["n0 --foo bar", `n0 ${temporary}`]);
  }, ["--foo", "bar"]);
});

Deno.test("a node is started under the path that links resolve to", () =>
  withFolder(async (folder) => {
    const script = '#!/bin/sh\necho "$0"; cat\n';
    await Deno.writeTextFile(join(folder, "real.sh"), script, { mode: 0o755 });
    await new Deno.Command("ln", { args: ["-s", "real.sh", join(folder, "link.sh")] }).output();
    const host = new ProcessHost({ bin: join(folder, "link.sh") });
    const events = new Recorder();
    host.start("n0", events);
    await events.until(() => events.lines.length === 1);
    await host.stop();
    assertMatch(events.lines[0] ?? "", /real\.sh$/);
  }));

Deno.test("an exit is reported with its status, after everything that the node wrote", async () => {
  await withNode("echo '{}'; echo 'disk on fire' >&2; exit 3", async ({ events, host }) => {
    host.start("n0", events);
    await events.until(() => events.exits.length === 1);
    assertEquals(events.exits, ["n0 exit status 3"]);
    assertEquals(events.lines, ["n0 {}"]);
    assertEquals(host.lastWords("n0"), ["disk on fire"]);
  });
});

Deno.test("a signal that ends a node is named, and an exit with status 0 is an exit too", async () => {
  await withNode("kill -SEGV $$", async ({ events, host }) => {
    host.start("n0", events);
    await events.until(() => events.exits.length === 1);
    assertEquals(events.exits, ["n0 killed by SIGSEGV"]);
  });
  await withNode("exit 0", async ({ events, host }) => {
    host.start("n0", events);
    await events.until(() => events.exits.length === 1);
    assertEquals(events.exits, ["n0 exit status 0"]);
  });
});

Deno.test("a stopped node takes everything that it started with it, and its end is no crash", async () => {
  await withNode("sleep 1000 & echo up; cat", async ({ events, host }) => {
    host.start("n0", events);
    await events.until(() => events.lines.length === 1);
    // The output's end is seen only when the last process that could write to it is gone.
    await deadline(host.stop(), 20_000);
    assertEquals(events.exits, []);
  });
});

Deno.test("only the last lines of a node's log are kept", async () => {
  const script = "for i in $(seq 40); do echo line $i >&2; done; cat";
  await withNode(script, async ({ events, host }) => {
    host.start("n0", events);
    await events.until(() => events.logs.length === 40);
    const words = host.lastWords("n0");
    assertEquals([words.length, words[0], words.at(-1)], [32, "line 9", "line 40"]);
  });
});

Deno.test("a paused node says nothing until it is resumed", async () => {
  await withNode("cat", async ({ events, host }) => {
    host.start("n0", events);
    host.deliver("n0", packet(1));
    await events.until(() => events.lines.length === 1);
    host.pause("n0");
    host.deliver("n0", packet(2));
    host.resume("n0");
    await events.until(() => events.lines.length === 2);
  });
});

Deno.test("a killed node can be started again", async () => {
  await withNode("echo $$; cat", async ({ events, host }) => {
    host.start("n0", events);
    await events.until(() => events.lines.length === 1);
    await host.kill("n0");
    host.start("n0", events);
    await events.until(() => events.lines.length === 2);
    assert(events.lines[0] !== events.lines[1]);
    assertEquals(events.exits, []);
  });
});

Deno.test("a line that a kill cuts short is none", async () => {
  await withNode(
    "printf 'whole\\n{\"src\":'; echo up >&2; exec sleep 1000",
    async ({ events, host }) => {
      host.start("n0", events);
      await events.until(() => events.logs.length === 1);
      while (!host.explainSilence("n0")?.startsWith("7 characters")) await delay(5);
      await host.kill("n0");
      assertEquals(events.lines, ["n0 whole"]);
    },
  );
});

Deno.test("messages to a node that has ended are dropped silently", async () => {
  await withNode("exec 0<&-; echo up; sleep 1000", async ({ events, host }) => {
    host.start("n0", events);
    await events.until(() => events.lines.length === 1);
    for (let i = 0; i < 100; i++) host.deliver("n0", packet(i));
    host.deliver("n9", packet(0));
  });
});

Deno.test("a node that closes its output but keeps running is reported", async () => {
  await withNode("exec 1>&-; exec sleep 1000", async ({ events, host }) => {
    host.start("n0", events);
    await events.until(() => events.misdeeds.length === 1);
    assertEquals(events.misdeeds, ["n0 closed its standard output"]);
    assertEquals(events.exits, []);
  });
});

Deno.test("an exit is reported even while a child of the node keeps its output open", async () => {
  await withNode("sleep 1000 & exit 4", async ({ events, host }) => {
    host.start("n0", events);
    await events.until(() => events.exits.length === 1);
    assertEquals([events.exits, events.misdeeds], [["n0 exit status 4"], []]);
  });
});

Deno.test("a node that writes an endless line to standard output is killed", async () => {
  await withNode("exec tr '\\0' x </dev/zero", async ({ events, host }) => {
    host.start("n0", events);
    await events.until(() => events.exits.length === 1);
    assertMatch(events.exits[0] ?? "", /wrote 67 million characters .* without ending a line/);
    assertEquals(events.lines, []);
  });
});

Deno.test("an endless line on standard error is cut", async () => {
  await withNode("tr '\\0' x </dev/zero | head -c 200000 >&2; cat", async ({ events, host }) => {
    host.start("n0", events);
    await events.until(() => events.logs.length >= 2);
    for (const line of events.logs) assertMatch(line, /^n0 x{60000,140000}$/);
  });
});

Deno.test("a node that leaves too much input unread is killed", async () => {
  await withNode("exec sleep 1000", async ({ events, host }) => {
    host.start("n0", events);
    const text = `{"src":"c1","dest":"n0","body":{"type":"${"x".repeat(2 ** 25)}"}}`;
    for (let i = 0; i < 10; i++) {
      await Promise.resolve(); // as messages come, not all in one turn
      host.deliver("n0", new Packet(i, "c1", "n0", text));
    }
    await events.until(() => events.exits.length === 1);
    assertMatch(events.exits[0] ?? "", /left 268 million characters unread on standard input/);
  });
});

Deno.test("the shell runs a script that names no interpreter; a missing interpreter is an error", () =>
  withFolder(async (folder) => {
    const bin = join(folder, "a node");
    const events = new Recorder();
    await Deno.writeTextFile(bin, "echo hello; cat\n", { mode: 0o755 });
    const host = new ProcessHost({ bin });
    host.start("n0", events);
    await events.until(() => events.lines.length === 1);
    await host.stop();
    await Deno.writeTextFile(bin, "exit 3\n", { mode: 0o755 });
    host.start("n0", events);
    await events.until(() => events.exits.length === 1);
    assertEquals(events.exits, ["n0 exit status 3; it has no #! line, so a shell ran it"]);
    await Deno.writeTextFile(bin, "#!/nowhere/interpreter\n", { mode: 0o755 });
    assertThrows(
      () => host.start("n0", events),
      Error,
      "what its first line names is not there: #!/nowhere/interpreter",
    );
  }));

Deno.test("a missing executable is refused at once; the machine's clock cannot be set off", () => {
  assertThrows(() => new ProcessHost({ bin: "/nowhere/node" }), Deno.errors.NotFound);
  const host = new ProcessHost({ bin: "/bin/cat" });
  assertThrows(() => host.skew("n0"), Error, "only the simulator");
});

Deno.test("a node that is silent is explained: nothing flushed, or a line without its end", async () => {
  await withNode("echo up >&2; exec sleep 1000", async ({ events, host }) => {
    host.start("n0", events);
    await events.until(() => events.logs.length === 1);
    assertMatch(host.explainSilence("n0") ?? "", /written nothing to standard output/);
  });
  await withNode("printf '{}'; echo up >&2; exec sleep 1000", async ({ events, host }) => {
    host.start("n0", events);
    await events.until(() => events.logs.length === 1);
    while (!host.explainSilence("n0")?.startsWith("2 characters")) await delay(5);
  });
  await withNode("echo up; exec sleep 1000", async ({ events, host }) => {
    host.start("n0", events);
    await events.until(() => events.lines.length === 1);
    assertEquals(host.explainSilence("n0"), undefined);
  });
});

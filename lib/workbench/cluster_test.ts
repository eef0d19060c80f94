import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { LinKv } from "../workloads.ts";
import { sleep } from "./clock/clock.ts";
import { VirtualClock } from "./clock/virtual_clock.ts";
import { NS_PER_MS } from "../history/operations.ts";
import { Cluster, Crash } from "./cluster.ts";
import type { Host, NodeEvents, Problem } from "./hosts/host.ts";
import type { Packet, PacketEvent } from "./network/packet.ts";
import { Random } from "./random.ts";

/** A host whose nodes answer `init`, and otherwise do what the test scripts. */
class ScriptedHost implements Host {
  readonly done: string[] = [];
  readonly delivered: string[] = [];
  /** What a node writes when it is sent a message of that type; by default it answers init. */
  readonly script = new Map<string, (packet: Packet) => string | undefined>([
    ["init", ({ src, dest, body }) => {
      const reply = { type: "init_ok", in_reply_to: body.msg_id };
      return JSON.stringify({ src: dest, dest: src, body: reply });
    }],
  ]);
  failing: string | undefined;
  events: NodeEvents | undefined;

  start(node: string, events: NodeEvents): void {
    this.events = events;
    this.done.push(`start ${node}`);
    if (node === this.failing) throw new Error("no such file");
  }

  deliver(node: string, packet: Packet): void {
    this.delivered.push(`${node} ${packet.body.type}`);
    const line = this.script.get(packet.body.type)?.(packet);
    if (line !== undefined) this.events?.wrote(node, line);
  }

  /** How long a kill takes; `undefined` where it is complete at once. */
  killing: (() => Promise<void>) | undefined;

  kill(node: string): void | Promise<void> {
    this.done.push(`kill ${node}`);
    return this.killing?.();
  }

  pause = (node: string) => void this.done.push(`pause ${node}`);
  resume = (node: string) => void this.done.push(`resume ${node}`);
  skew = (node: string, skewMs: number) => void this.done.push(`skew ${node} ${skewMs}`);
  slow = (node: string, lateMs: number) => void this.done.push(`slow ${node} ${lateMs}`);
  strikeDisk = (node: string, fault: string) => void this.done.push(`${fault} ${node}`);
  lastWords = (node: string) => [`${node} was here`];
  silence: string | undefined;
  explainSilence = () => this.silence;
  stop = () => Promise.resolve(void this.done.push("stop"));
}

interface Stage {
  readonly cluster: Cluster;
  readonly host: ScriptedHost;
  readonly problems: Omit<Problem, "timeNs">[];
  readonly crashes: Crash[];
  readonly packets: [PacketEvent, string][];
  readonly pass: (ms: number) => Promise<void>;
}

function stage(story: (stage: Stage) => Promise<void>, nodes = ["n0", "n1"]): Promise<void> {
  const clock = new VirtualClock();
  const host = new ScriptedHost();
  const problems: Omit<Problem, "timeNs">[] = [];
  const crashes: Crash[] = [];
  const packets: [PacketEvent, string][] = [];
  const cluster = new Cluster({
    nodes,
    host,
    clock,
    random: new Random(1),
    latency: { meanMs: 0, distribution: "constant" },
    observe: (event, { src, dest, body }) => packets.push([event, `${src} ${dest} ${body.type}`]),
    problem: (problem) => problems.push(problem),
    failed: (failure) => {
      assert(failure instanceof Crash, String(failure));
      crashes.push(failure);
    },
  });
  const pass = (ms: number) => sleep(clock, ms * NS_PER_MS);
  return clock.run(() => story({ cluster, host, problems, crashes, packets, pass }));
}

Deno.test("every node is started and gets init from a client of its own", async () => {
  await stage(async ({ cluster, host, packets }) => {
    await cluster.start();
    assertEquals(host.done, ["start n0", "start n1"]);
    assertEquals(host.delivered, ["n0 init", "n1 init"]);
    assertEquals(packets.filter(([event]) => event === "send").map(([, what]) => what), [
      "c0 n0 init",
      "c1 n1 init",
      "n0 c0 init_ok",
      "n1 c1 init_ok",
    ]);
    assertEquals(cluster.openClient().id, "c2");
  });
});

Deno.test("a node that does not answer init within ten seconds crashes the run", async () => {
  await stage(async ({ cluster, host, problems }) => {
    host.script.clear();
    const error = await assertRejects(() => cluster.start(), Crash);
    const late = "n0 did not start: no reply from n0 to init in 10000 ms";
    const silent = "; no line has come from it";
    assertEquals(error.message.startsWith(late + silent), true, error.message);
    assertMatch(error.message, /If it only starts slowly, --init-timeout gives it more time$/);
    host.script.set("init", ({ src, dest }) => JSON.stringify({ src: dest, dest: src, body: {} }));
    const again = await assertRejects(() => cluster.start(), Crash);
    assertEquals(again.message, late, "it has written something");
    assertEquals(problems[0]?.lastWords, ["n0 was here"]);
  });
});

Deno.test("the ten seconds to answer init stand still while the node is paused", async () => {
  await stage(async ({ cluster, host, crashes, pass }) => {
    await cluster.start();
    host.script.clear();
    cluster.kill("n0");
    cluster.restart("n0");
    await pass(4_000);
    for (const pausedMs of [8_000, 30_000]) {
      cluster.pause("n0");
      await pass(pausedMs);
      cluster.resume("n0");
      await pass(2_900);
    }
    assertEquals(crashes, []);
    await pass(300);
    assertEquals(crashes.length, 1);
  });
});

Deno.test("a node that is paused before it has got init has ten seconds from then on", async () => {
  await stage(async ({ cluster, host, crashes, pass }) => {
    await cluster.start();
    host.script.clear();
    cluster.kill("n0");
    cluster.restart("n0");
    cluster.pause("n0"); // it has yet to start
    await pass(20_000);
    cluster.resume("n0");
    await pass(9_900);
    assertEquals(crashes, []);
    await pass(200);
    assertEquals(crashes.length, 1);
  });
});

Deno.test("a node whose process cannot be started crashes the run", async () => {
  await stage(async ({ cluster, host }) => {
    host.failing = "n1";
    await assertRejects(() => cluster.start(), Crash, "n1 did not start: no such file");
  });
});

/** Lines after which a node is no longer read, and what is said of them. */
const FATAL: [string, string][] = [
  ["hello", "wrote a line that is no message: it is not JSON"],
  ['{"src":"n0","dest":"n7","body":{}}', 'sent a message with an unknown "dest" n7'],
  ['{"src":"n0","dest":"c9","body":{}}', "sent a message to c9, a client that never was"],
];

for (const [line, said] of FATAL) {
  Deno.test(`a node that writes ${line} is no longer read`, async () => {
    await stage(async ({ cluster, host, problems, packets, pass }) => {
      await cluster.start();
      host.events?.wrote("n0", line);
      const [problem] = problems;
      assert(problem?.text.startsWith("n0 ") && problem?.text.includes(said), problem?.text);
      assert(problem?.consequence?.includes("would stop reading n0"));
      assertEquals(problem?.line, line);
      const before = packets.length;
      host.events?.wrote("n0", '{"src":"n0","dest":"n1","body":{"type":"more"}}');
      await pass(1);
      assertEquals(packets.length, before, "nothing more of n0 counts");
      host.events?.wrote("n1", '{"src":"n1","dest":"n0","body":{"type":"still here"}}');
      await pass(1);
      assertEquals(host.delivered.at(-1), "n0 still here");
      assertEquals(problems.length, 1);
    });
  });
}

Deno.test("of two messages on a line the first counts, as in Maelstrom; the problem is noted once", async () => {
  await stage(async ({ cluster, host, problems, pass }) => {
    await cluster.start();
    const line = '{"src":"n0","dest":"n1","body":{"type":"a\\"}b","more":{}}}';
    for (const behind of [line, " and more"]) host.events?.wrote("n0", line + behind);
    await pass(1);
    assertEquals(host.delivered.slice(2), ['n1 a"}b', 'n1 a"}b']);
    assertEquals(problems.map(({ text }) => text), ["n0 wrote more than one message on a line"]);
  });
});

Deno.test("a node that ends by itself crashes the run; a killed one does not", async () => {
  await stage(async ({ cluster, host, crashes }) => {
    await cluster.start();
    cluster.kill("n1");
    host.events?.exited("n1", "killed by SIGKILL");
    assertEquals(crashes, []);
    host.events?.exited("n0", "exit status 1");
    assertEquals(crashes.map(({ message }) => message), ["n0 ended: exit status 1"]);
  });
});

Deno.test("a killed node hears nothing; started again, it gets init first, and its output is read again", async () => {
  await stage(async ({ cluster, host, pass }) => {
    await cluster.start();
    host.events?.wrote("n0", "nonsense");
    cluster.kill("n0");
    cluster.kill("n0");
    host.events?.wrote("n1", '{"src":"n1","dest":"n0","body":{"type":"lost"}}');
    await pass(100);
    assertEquals(host.delivered.slice(2), []);
    assertEquals(cluster.remedies(), [{ f: "start", nodes: ["n0"] }]);
    cluster.restart("n0");
    cluster.restart("n0");
    await pass(1);
    host.events?.wrote("n0", '{"src":"n0","dest":"n0","body":{"type":"self"}}');
    await pass(1);
    assertEquals(host.delivered.slice(2), ["n0 init", "n0 self"]);
    assertEquals(host.done.slice(2), ["kill n0", "start n0"]);
    assertEquals(cluster.remedies(), []);
  });
});

Deno.test("a node that does not come up again crashes the run, unless it was killed meanwhile", async () => {
  await stage(async ({ cluster, host, crashes, pass }) => {
    await cluster.start();
    host.script.clear();
    cluster.kill("n0");
    cluster.restart("n0");
    await pass(5_000);
    cluster.kill("n0");
    cluster.restart("n0");
    await pass(6_000);
    assertEquals(crashes, [], "the incarnation that did not come up has been killed");
    await pass(6_000);
    assertEquals(crashes.map(({ problem }) => problem.node), ["n0"]);
  });
});

/** Kills that the test completes, or lets fail. */
function pendingKills(host: ScriptedHost): PromiseWithResolvers<void>[] {
  const kills: PromiseWithResolvers<void>[] = [];
  host.killing = () => {
    const kill = Promise.withResolvers<void>();
    kills.push(kill);
    return kill.promise;
  };
  return kills;
}

Deno.test("a node starts again only once its kill is complete, and misses what came before", async () => {
  await stage(async ({ cluster, host, pass }) => {
    await cluster.start();
    const [kills, before] = [pendingKills(host), host.done.length];
    cluster.kill("n0");
    cluster.restart("n0");
    host.events?.wrote("n1", '{"src":"n1","dest":"n0","body":{"type":"early"}}');
    await pass(100);
    assertEquals(host.done.slice(before), ["kill n0"]);
    kills[0]?.resolve();
    await pass(1);
    assertEquals(host.done.slice(before), ["kill n0", "start n0"]);
    assertEquals(host.delivered.slice(2), ["n0 init"]);
  });
});

Deno.test("a node that is killed again before it could start waits for the next restart", async () => {
  await stage(async ({ cluster, host, pass }) => {
    await cluster.start();
    const [kills, before] = [pendingKills(host), host.done.length];
    cluster.kill("n0");
    cluster.restart("n0");
    cluster.kill("n0");
    for (const kill of kills) kill.resolve();
    await pass(1);
    assertEquals(host.done.slice(before), ["kill n0", "kill n0"]);
    cluster.restart("n0");
    await pass(1);
    assertEquals(host.done.at(-1), "start n0");
  });
});

Deno.test("a kill that fails crashes the run", async () => {
  await stage(async ({ cluster, host, crashes, pass }) => {
    await cluster.start();
    const kills = pendingKills(host);
    cluster.kill("n0");
    kills[0]?.reject(new Error("not permitted"));
    await pass(1);
    assertEquals(crashes.map(({ message }) => message), ["n0 could not be killed: not permitted"]);
  });
});

Deno.test("a cluster that stops waits for its kills, and starts nothing again", async () => {
  await stage(async ({ cluster, host, pass }) => {
    await cluster.start();
    const [kills, before] = [pendingKills(host), host.done.length];
    cluster.kill("n0");
    cluster.restart("n0");
    let stopped = false;
    const stopping = cluster.stop().then(() => stopped = true);
    await pass(1);
    assertEquals(stopped, false);
    kills[0]?.resolve();
    await stopping;
    await pass(1);
    assertEquals(host.done.slice(before), ["kill n0", "stop"]);
  });
});

Deno.test("messages to a paused node wait; a kill ends the pause", async () => {
  await stage(async ({ cluster, host, pass }) => {
    await cluster.start();
    cluster.pause("n0");
    host.events?.wrote("n1", '{"src":"n1","dest":"n0","body":{"type":"waits"}}');
    await pass(1_000);
    assertEquals(host.delivered.slice(2), []);
    cluster.resume("n0");
    cluster.resume("n0");
    await pass(1);
    assertEquals(host.delivered.slice(2), ["n0 waits"]);
    cluster.pause("n0");
    cluster.kill("n0");
    cluster.pause("n0");
    assertEquals(cluster.remedies(), [{ f: "start", nodes: ["n0"] }]);
    assertEquals(host.done.slice(2), ["pause n0", "resume n0", "pause n0", "resume n0", "kill n0"]);
  });
});

Deno.test("a skewed node needs a remedy until its clock is right", async () => {
  await stage(({ cluster, host }) => {
    cluster.skew("n0", 500);
    assertEquals(cluster.remedies(), [{ f: "skew", node: "n0", skewMs: 0 }]);
    cluster.skew("n0", 0);
    assertEquals(cluster.remedies(), []);
    assertEquals(host.done, ["skew n0 500", "skew n0 0"]);
    return Promise.resolve();
  });
});

Deno.test("a slow node needs a remedy until it is as fast as before", async () => {
  await stage(({ cluster, host }) => {
    cluster.slow("n0", 500);
    assertEquals(cluster.remedies(), [{ f: "slow", nodes: ["n0"], lateMs: 0 }]);
    cluster.slow("n0", 0);
    assertEquals(cluster.remedies(), []);
    assertEquals(host.done, ["slow n0 500", "slow n0 0"]);
    return Promise.resolve();
  });
});

Deno.test("a full disk needs a remedy until there is space", async () => {
  await stage(({ cluster, host }) => {
    for (const fault of ["fail-sync", "fill-disk"] as const) cluster.strikeDisk("n0", fault);
    assertEquals(cluster.remedies(), [{ f: "free-disk", nodes: ["n0"] }]);
    cluster.strikeDisk("n0", "free-disk");
    assertEquals(cluster.remedies(), []);
    assertEquals(host.done, ["fail-sync n0", "fill-disk n0", "free-disk n0"]);
    return Promise.resolve();
  });
});

Deno.test("services answer nodes, and nothing counts once the nodes are being stopped", async () => {
  await stage(async ({ cluster, host, packets, pass }) => {
    await cluster.start();
    const request = { type: LinKv.read.type, key: 1, msg_id: 5 };
    host.events?.wrote("n0", JSON.stringify({ src: "n0", dest: "lin-kv", body: request }));
    await pass(1);
    assertEquals(host.delivered.at(-1), "n0 error");
    await cluster.stop();
    const before = packets.length;
    host.events?.wrote("n0", "nonsense");
    host.events?.exited("n0", "exit status 0");
    assertEquals([packets.length, host.done.at(-1)], [before, "stop"]);
  });
});

Deno.test("a node that writes no message before it answered init ends the run at once", async () => {
  await stage(async ({ cluster, host, problems }) => {
    host.script.set("init", ({ dest }) => dest === "n1" ? "listening..." : undefined);
    const error = await assertRejects(() => cluster.start(), Crash);
    assertEquals(
      error.message,
      "n1 has not answered init yet, and wrote a line that is no message: it is not JSON",
    );
    assertEquals([problems.length, problems[0]?.line, problems[0]?.at], [1, "listening...", 0]);
  });
});

Deno.test("init answered twice is called that, and so is a message to a client that has left", async () => {
  await stage(async ({ cluster, host, problems }) => {
    await cluster.start();
    const again = { src: "n0", dest: "c0", body: { type: "init_ok", in_reply_to: 1 } };
    host.events?.wrote("n0", JSON.stringify(again));
    cluster.openClient().close();
    host.events?.wrote("n1", '{"src":"n1","dest":"c2","body":{"type":"echo_ok"}}');
    assertEquals(problems.map(({ text }) => text), [
      "n0 answered init more than once: c0 asked only once",
      "n1 sent a message to c2, a client that has left: it had its answer, or gave up waiting",
    ]);
  });
});

/** What stands in place of the `in_reply_to` of a reply, and what is said of it. */
const STRAYS: [string, string][] = [
  ['"in_reply_to":"1"', 'its "in_reply_to" is "1", a string; the request\'s "msg_id" was 1'],
  ['"in_reply_to":1.0', 'its "in_reply_to" is 1.0, a float; the request\'s "msg_id" was 1'],
  ['"inReplyTo":1', 'it has no "in_reply_to", but "inReplyTo"; the request\'s "msg_id" was 1'],
  ['"x":1', 'it has no "in_reply_to"; the request\'s "msg_id" was 1'],
  ['"in_reply_to":2', 'its "in_reply_to" is 2; the request\'s "msg_id" was 1'],
];

for (const [field, said] of STRAYS) {
  Deno.test(`a reply with ${field} is said to answer nothing, once`, async () => {
    await stage(async ({ cluster, host, problems }) => {
      const reply = ({ src, dest }: Packet) =>
        `{"src":"${dest}","dest":"${src}","body":{"type":"ok",${field}}}`;
      host.script.set("read", reply);
      await cluster.start();
      for (let i = 0; i < 2; i++) {
        const client = cluster.openClient();
        await assertRejects(() => client.rpc("n0", LinKv.read, { key: 1 }));
      }
      assertEquals(problems.length, 1);
      assert(problems[0]?.text.includes(said), problems[0]?.text);
    });
  });
}

Deno.test("a late or repeated reply to a client is no mistake", async () => {
  await stage(async ({ cluster, host, problems, pass }) => {
    await cluster.start();
    const client = cluster.openClient();
    await assertRejects(() => client.rpc("n0", LinKv.read, { key: 1 }, 10));
    host.events?.wrote("n0", `{"src":"n0","dest":"${client.id}","body":{"in_reply_to":1}}`);
    await pass(1);
    assertEquals(problems, []);
  });
});

Deno.test("a node whose output waits for the end of its line is said to, at init and later", async () => {
  await stage(async ({ cluster, host, problems }) => {
    await cluster.start();
    host.silence = "63 characters wait";
    for (let i = 0; i < 2; i++) {
      await assertRejects(() => cluster.openClient().rpc("n0", LinKv.read, { key: 1 }));
    }
    assertEquals(problems.map(({ text }) => text), ["n0 is not heard: 63 characters wait"]);
  });
});

Deno.test("a node that starts again is not blamed for its silence", async () => {
  await stage(async ({ cluster, host, problems }) => {
    await cluster.start();
    host.silence = "it has written nothing";
    host.script.clear();
    cluster.kill("n0");
    cluster.restart("n0");
    await assertRejects(() => cluster.openClient().rpc("n0", LinKv.read, { key: 1 }));
    assertEquals(problems, []);
  });
});

Deno.test("a node that is killed or paused is not blamed for its silence", async () => {
  for (const strike of ["kill", "pause"] as const) {
    await stage(async ({ cluster, host, problems }) => {
      await cluster.start();
      host.silence = "it has written nothing";
      cluster[strike]("n0");
      await assertRejects(() => cluster.openClient().rpc("n0", LinKv.read, { key: 1 }));
      assertEquals(problems, []);
    });
  }
});

Deno.test("a request that a service does not know is noted, once of each type", async () => {
  await stage(async ({ cluster, host, problems, pass }) => {
    await cluster.start();
    for (const type of ["get", "get", "put"]) {
      host.events?.wrote("n0", `{"src":"n0","dest":"seq-kv","body":{"type":"${type}"}}`);
    }
    await pass(1);
    assertEquals(problems.map(({ text }) => text), [
      'n0 sent seq-kv a request of the type "get"',
      'n0 sent seq-kv a request of the type "put"',
    ]);
  });
});

Deno.test("the last words of a node begin with its error, not with what is last", async () => {
  await stage(async ({ cluster, host, crashes }) => {
    await cluster.start();
    const frames = Array.from({ length: 40 }, (_, n) => `    at f${n} (/app/node.js:${n}:1)`);
    for (const line of ["up", "TypeError: boom", ...frames]) host.events?.logged("n0", line);
    host.events?.exited("n0", "exit status 1");
    const { lastWords } = crashes[0]?.problem ?? {};
    assertEquals(lastWords, ["TypeError: boom", "    at f0 (/app/node.js:0:1)"]);
  });
});

Deno.test("init answered twice in one breath ends no start, but the node is read no more", async () => {
  await stage(async ({ cluster, host, problems }) => {
    const answer = host.script.get("init");
    host.script.set("init", (packet) => {
      const line = answer?.(packet);
      if (packet.dest === "n1" && line !== undefined) host.events?.wrote("n1", line);
      return line;
    });
    await cluster.start();
    assertEquals(problems.map(({ text, isUnread }) => [text, isUnread]), [
      ["n1 answered init more than once: c1 asked only once", true],
    ]);
  });
});

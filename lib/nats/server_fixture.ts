/**
 * A real nats-server for tests: on loopback, at a port of its own, with what it stores in a temporary
 * folder.
 *
 * @module
 */
import { delay } from "@std/async";

/** Whether nats-server is installed. */
const hasNatsServer: boolean = await isInstalled();

async function isInstalled(): Promise<boolean> {
  try {
    return (await new Deno.Command("nats-server", { args: ["--version"] }).output()).success;
  } catch {
    return false;
  }
}

/** Says once, where tests are defined, why they are ignored. */
let isSaid = hasNatsServer;

/**
 * Defines a test with a server of its own, which is stopped after it, whatever comes of it.
 *
 * @param config Lines for its configuration file.
 */
export function testWithServer(
  name: string,
  story: (server: TestServer) => Promise<void>,
  config = "",
): void {
  define(name, async () => {
    await using server = await TestServer.start(config);
    await story(server);
  });
}

/** The same with three servers, which keep copies of what they store; the story is told one of them. */
export function testWithCluster(
  name: string,
  story: (server: TestServer) => Promise<void>,
): void {
  define(name, async () => {
    await using servers = new AsyncDisposableStack();
    const ports = freePorts(3);
    const routes = ports.map((port) => `nats://127.0.0.1:${port}`).join();
    const [server] = await Promise.all(ports.map(async (port) => {
      const cluster = `cluster { name: test, listen: "127.0.0.1:${port}", routes: [${routes}] }`;
      return servers.use(await TestServer.start(`server_name: "s${port}"\n${cluster}`));
    }));
    if (server !== undefined) await story(server);
  });
}

/** Ports that nobody listens to, at least now: each server of a cluster has to know those of all. */
function freePorts(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const ports = listeners.map(({ addr }) => addr.transport === "tcp" ? addr.port : 0);
  for (const listener of listeners) listener.close();
  return ports;
}

function define(name: string, fn: () => Promise<void>): void {
  if (!isSaid) {
    console.error("Tests that need nats-server are ignored; apt-get install nats-server has it.");
    isSaid = true;
  }
  Deno.test({ name, ignore: !hasNatsServer, fn });
}

/** A server. Disposing of it stops it and removes what it has stored. */
export class TestServer implements AsyncDisposable {
  readonly #folder: string;
  #port: number;
  #child: Deno.ChildProcess | undefined;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
  }

  /**
   * Starts a server with JetStream.
   *
   * @param config Lines for its configuration file.
   */
  static async start(config = ""): Promise<TestServer> {
    const folder = await Deno.makeTempDir({ prefix: "nats-" });
    await Deno.writeTextFile(`${folder}/server.conf`, config);
    const server = new TestServer(folder, -1);
    await server.start();
    return server;
  }

  /** `nats://127.0.0.1:PORT`. */
  get address(): string {
    return `nats://127.0.0.1:${this.#port}`;
  }

  /** Starts it again after {@linkcode stop}, at the same port, with what it has stored. */
  async start(): Promise<void> {
    const ports = `${this.#folder}/ports`;
    await Deno.mkdir(ports, { recursive: true });
    this.#child = new Deno.Command("nats-server", {
      args: [
        ...["--config", `${this.#folder}/server.conf`, "--addr", "127.0.0.1"],
        ...["--port", `${this.#port}`, "--ports_file_dir", ports, "--pid", `${ports}/pid`],
        ...["--jetstream", "--store_dir", `${this.#folder}/store`],
      ],
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const log = new Response(this.#child.stderr).text();
    const ended = this.#child.status.then(async () => {
      throw new Error(`nats-server has not started:\n${await log}`);
    });
    ended.catch(() => {}); // it ends some time; only while it starts is that wrong
    this.#port = await Promise.race([this.#findPort(ports), ended]);
  }

  /** The port is written once the server listens. */
  async #findPort(ports: string): Promise<number> {
    for (;;) {
      for await (const { name } of Deno.readDir(ports)) {
        if (!name.endsWith(".ports")) continue;
        const { nats: [url = ""] = [] }: { nats?: string[] } = JSON.parse(
          await Deno.readTextFile(`${ports}/${name}`) || "{}",
        );
        if (url !== "") return Number(new URL(url).port);
      }
      await delay(10);
    }
  }

  /** Stops it as `kill -9` does; what it has stored stays. */
  async stop(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#child?.status;
    this.#child = undefined;
    await Deno.remove(`${this.#folder}/ports`, { recursive: true });
  }

  /** Stands still, connections and all, until {@linkcode resume}. */
  pause(): void {
    this.#child?.kill("SIGSTOP");
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
  }

  /** Loses all that it has stored, after {@linkcode stop}. */
  async forget(): Promise<void> {
    await Deno.remove(`${this.#folder}/store`, { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child !== undefined) await this.stop();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

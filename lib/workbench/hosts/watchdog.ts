/**
 * A watchdog: a process that kills the process groups entrusted to it when this process ends, however
 * it ends. A node whose input ends should end, too; one that is paused, or does not care, would stay.
 *
 * @module
 */

/** It hears of groups line by line; the end of its input is the end of whoever wrote it. */
const SCRIPT = `
pids=" "
while read -r what pid; do
  case $what in
    +) pids="$pids$pid " ;;
    -) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
for pid in $pids; do kill -KILL "-$pid"; done
`;

export class Watchdog {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;

  constructor() {
    this.#child = new Deno.Command("/bin/sh", {
      args: ["-c", SCRIPT],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
      detached: true, // what interrupts this process must not end its watchdog
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
  }

  /** Entrusts a process group to it. */
  watch(pid: number): void {
    this.#say(`+ ${pid}`);
  }

  /** Tells it that a group has ended: the number may be another's soon. */
  forget(pid: number): void {
    this.#say(`- ${pid}`);
  }

  /** Ends it, and with it whatever it watches. */
  async close(): Promise<void> {
    await this.#input.close().catch(() => {}); // somebody may have ended it already
    await this.#child.status;
  }

  #say(line: string): void {
    this.#input.write(new TextEncoder().encode(`${line}\n`)).catch(() => {}); // as above
  }
}

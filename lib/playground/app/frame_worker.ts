/// <reference lib="dom" />
/**
 * A worker in a frame of its own (`engine/frame.ts`), as a sweep uses workers.
 *
 * @module
 */
import type { SweepWorker } from "../../simulator/sweep/pool.ts";

/** Where the frame's script is, from the page. */
const FRAME = "assets/frame.js";

/** What the frame is asked, and answers. */
const PING = "ping";
const PING_MS = 700;
/** Questions without an answer from which on the frame is taken to be gone. */
const MOST_UNANSWERED = 4;
/** How long a frame may take to start. */
const START_MS = 15_000;

const scripts = new Map<string, Promise<string>>();

/** A worker's script. Frames of another origin cannot load it themselves. */
function loadScript(path: string): Promise<string> {
  const known = scripts.get(path);
  if (known !== undefined) return known;
  const loading = fetch(path).then((response) => response.text());
  scripts.set(path, loading);
  return loading;
}

/** What the frame passes on. */
function isRelayed(data: unknown): data is { readonly data: unknown } | { readonly error: string } {
  return typeof data === "object" && data !== null && ("data" in data || "error" in data);
}

export class FrameWorker implements SweepWorker {
  onmessage: ((event: MessageEvent) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;
  readonly #frame = document.createElement("iframe");
  readonly #port: MessagePort;
  #unanswered = 0;
  #pings: ReturnType<typeof setInterval> | undefined;
  #start: ReturnType<typeof setTimeout> | undefined;

  /** @param script The worker's, from the page. */
  constructor(script: string) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = ({ data }) => this.#take(data);
    const start = async ({ source, data }: MessageEvent) => {
      if (source === null || source !== this.#frame.contentWindow || data !== "ready") return;
      removeEventListener("message", start);
      this.#pings = setInterval(() => this.#ping(), PING_MS);
      this.#frame.contentWindow?.postMessage({ script: await loadScript(script) }, "*", [port2]);
    };
    addEventListener("message", start);
    this.#frame.setAttribute("sandbox", "allow-scripts");
    this.#frame.hidden = true;
    this.#frame.title = "the simulator";
    this.#frame.srcdoc = `<!doctype html><script src="${FRAME}"></script>`;
    document.body.append(this.#frame);
  }

  postMessage(message: unknown): void {
    this.#port.postMessage(message);
    this.#start ??= setTimeout(() => {
      if (this.#pings === undefined) this.#fail("this browser did not start the simulator");
    }, START_MS);
  }

  terminate(): void {
    clearInterval(this.#pings);
    clearTimeout(this.#start);
    this.#port.close();
    this.#frame.remove();
  }

  /** A frame whose memory runs out is gone without a word. */
  #ping(): void {
    if (++this.#unanswered > MOST_UNANSWERED) {
      this.#fail("the program took more memory than there is");
    }
    this.#port.postMessage(PING);
  }

  #take(relayed: unknown): void {
    if (relayed === PING) this.#unanswered = 0;
    if (!isRelayed(relayed)) return;
    if ("error" in relayed) this.#fail(relayed.error);
    else this.onmessage?.(new MessageEvent("message", { data: relayed.data }));
  }

  #fail(message: string): void {
    this.onerror?.(new ErrorEvent("error", { message, cancelable: true }));
  }
}

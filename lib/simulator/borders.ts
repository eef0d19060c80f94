/**
 * Where a simulation ends: what of the web's globals reaches the real world, and is refused by name.
 *
 * @module
 */

/** Properties of an object, by their names. */
export interface Border {
  readonly holder: object;
  /** What stands before a name where a program uses it. */
  readonly label: string;
  /** Functions and classes, refused when they are called: programs may ask whether they exist. */
  readonly functions: readonly string[];
  /** Refused when they are read. Default: none. */
  readonly values?: readonly string[];
}

/** Browsers have it in secure contexts only. */
const subtle: object = "SubtleCrypto" in globalThis ? SubtleCrypto.prototype : {};

/**
 * Input, output, other threads, and what reads a clock or machine that no simulation owns. Work on
 * other threads, as in `crypto.subtle`, would end at another virtual time in every run.
 */
export const WEB_BORDERS: readonly Border[] = [
  {
    holder: globalThis,
    label: "",
    functions: [
      ...["fetch", "WebSocket", "WebSocketStream", "EventSource", "XMLHttpRequest"],
      ...["alert", "confirm", "prompt", "FileReader", "createImageBitmap"],
      ...["Worker", "SharedWorker", "BroadcastChannel", "MessageChannel", "postMessage", "close"],
      ...["PerformanceMark", "PerformanceObserver", "requestIdleCallback"],
    ],
    values: ["caches", "localStorage", "sessionStorage", "indexedDB", "scheduler"],
  },
  {
    holder: Performance.prototype,
    label: "performance.",
    functions: [
      ...["mark", "measure", "getEntries", "getEntriesByName", "getEntriesByType"],
      ...["timerify", "eventLoopUtilization", "toJSON"],
    ],
    values: ["memory"],
  },
  { holder: console, label: "console.", functions: ["time", "timeEnd", "timeLog", "timeStamp"] },
  { holder: Atomics, label: "Atomics.", functions: ["wait", "waitAsync"] },
  {
    holder: WebAssembly,
    label: "WebAssembly.",
    functions: ["compile", "compileStreaming", "instantiate", "instantiateStreaming"],
  },
  {
    holder: subtle,
    label: "crypto.subtle.",
    functions: Object.getOwnPropertyNames(subtle).filter((name) => name !== "constructor"),
  },
  {
    holder: Blob.prototype,
    label: "Blob.prototype.",
    functions: ["arrayBuffer", "bytes", "stream", "text"],
  },
  {
    holder: "navigator" in globalThis ? navigator : {},
    label: "navigator.",
    functions: [],
    values: ["gpu", "hardwareConcurrency", "locks"],
  },
];

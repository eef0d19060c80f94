/// <reference lib="dom" />
/**
 * Holds one worker in a frame of an origin of its own. What the worker's code does to its memory
 * ends this frame and not the page; and it can reach nothing that the page's policy forbids.
 *
 * @module
 */

/** What the page asks, to see whether the frame is still there, and its answer. */
const PING = "ping";

/** What the page sends first: the worker's script, and where its messages go. */
function isStart(data: unknown): data is { readonly script: string } {
  return typeof data === "object" && data !== null && "script" in data;
}

addEventListener("message", ({ data, ports: [port] }) => {
  if (!isStart(data) || port === undefined) return;
  const url = URL.createObjectURL(new Blob([data.script], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.onmessage = ({ data }) => port.postMessage({ data });
  worker.onerror = ({ message }) => port.postMessage({ error: message });
  // Whatever the worker does, the frame answers as long as there is one.
  port.onmessage = ({ data }) => data === PING ? port.postMessage(PING) : worker.postMessage(data);
});

parent.postMessage("ready", "*");

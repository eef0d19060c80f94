/**
 * Stands in for `node:timers` in a browser: {@linkcode setImmediate}.
 *
 * @module
 */

/** What newer browsers have, and what is declared for none yet. */
interface Scheduled {
  readonly scheduler: {
    postTask(task: () => void, options: { readonly priority: "background" }): Promise<void>;
  };
}

function hasScheduler(scope: object): scope is Scheduled {
  return "scheduler" in scope;
}

/**
 * Runs a task after all microtasks, and after the events of promises that were rejected in them:
 * those concern the node that still has the turn.
 */
export const setImmediate: (task: () => void) => void = hasScheduler(globalThis)
  ? scheduleIn(globalThis)
  : scheduleByMessages();

function scheduleIn({ scheduler }: Scheduled): (task: () => void) => void {
  return (task) => void scheduler.postTask(task, { priority: "background" });
}

/** The second message comes behind the events that the first one has overtaken. */
function scheduleByMessages(): (task: () => void) => void {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  const post = (task: () => void) => {
    waiting.push(task);
    port2.postMessage(undefined);
  };
  return (task) => post(() => post(task));
}

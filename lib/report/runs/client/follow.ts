/// <reference lib="dom" />
/**
 * Follows a stream of events while the page is to be seen: a browser has six connections to a server,
 * and pages in the background need none.
 *
 * @module
 */

/** What to do about each kind of event. */
type Reactions = Readonly<Record<string, (event: MessageEvent) => void>>;

/** Follows a stream, whose address may depend on what has come so far; returns how to stop. */
export function follow(address: () => string, reactions: Reactions): () => void {
  let source: EventSource | undefined;
  const close = () => {
    source?.close();
    source = undefined;
  };
  const open = () => {
    close();
    if (document.hidden) return;
    source = new EventSource(address());
    for (const [name, react] of Object.entries(reactions)) source.addEventListener(name, react);
  };
  const restore = ({ persisted }: PageTransitionEvent) => {
    if (persisted) open();
  };
  document.addEventListener("visibilitychange", open);
  addEventListener("pagehide", close);
  addEventListener("pageshow", restore);
  open();
  return () => {
    document.removeEventListener("visibilitychange", open);
    removeEventListener("pageshow", restore);
    close();
  };
}

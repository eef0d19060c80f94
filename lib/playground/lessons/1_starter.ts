import { Echo, type Node } from "@glomers/maelstrom";

// A program is a function that registers a handler for each kind of
// request. A handler gets the request's fields and returns the reply.
export default function echo(node: Node): void {
  node.on(Echo.echo, (request) => {
    // The reply has to hold what the client sent.
    // Missing: this one is always empty. What is in request?
    node.log(`got ${JSON.stringify(request)}`);
    return { type: "echo_ok", echo: "" };
  });
}

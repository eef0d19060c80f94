#!/usr/bin/env node
// A node for Maelstrom: reads messages from standard input and answers on standard output.
import { createInterface } from "node:readline";

let nodeId = "";

function reply(request, body) {
  const message = {
    src: nodeId,
    dest: request.src,
    body: { ...body, in_reply_to: request.body.msg_id },
  };
  process.stdout.write(`${JSON.stringify(message)}\n`); // console.log is for messages alone, too
}

const handlers = {
  init(request) {
    nodeId = request.body.node_id;
    reply(request, { type: "init_ok" });
  },
  echo(request) {
    reply(request, { type: "echo_ok", echo: request.body.echo });
  },
};

function unknown(request) {
  reply(request, { type: "error", code: 10, text: `not supported: ${request.body.type}` });
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const request = JSON.parse(line);
  const handle = Object.hasOwn(handlers, request.body.type) ? handlers[request.body.type] : unknown;
  handle(request);
});

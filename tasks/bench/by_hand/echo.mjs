// Challenge 1 as one writes it for Node.js by hand: readline, JSON, and no checks at all.
import process from "node:process";
import { createInterface } from "node:readline";

createInterface({ input: process.stdin }).on("line", (line) => {
  const { src, dest, body } = JSON.parse(line);
  const reply = { ...body, type: `${body.type}_ok`, in_reply_to: body.msg_id };
  delete reply.msg_id;
  process.stdout.write(`${JSON.stringify({ src: dest, dest: src, body: reply })}\n`);
});

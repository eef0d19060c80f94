// Challenge 1 as one writes it for Deno by hand, to be fast: no checks at all, and one write for all
// that a read completes. What the library takes beyond this is its own.
const decoder = new TextDecoder();
const encoder = new TextEncoder();
const buffer = new Uint8Array(1 << 16);
let rest = "";
for (let size = await Deno.stdin.read(buffer); size !== null;) {
  const lines = `${rest}${decoder.decode(buffer.subarray(0, size), { stream: true })}`.split("\n");
  const next = Deno.stdin.read(buffer);
  rest = lines.pop() ?? "";
  let text = "";
  for (const line of lines) {
    const { src, dest, body: { type, msg_id, ...fields } } = JSON.parse(line);
    const body = { ...fields, type: `${type}_ok`, in_reply_to: msg_id };
    text += `${JSON.stringify({ src: dest, dest: src, body })}\n`;
  }
  for (let bytes = encoder.encode(text); bytes.length > 0;) {
    bytes = bytes.subarray(await Deno.stdout.write(bytes));
  }
  size = await next;
}

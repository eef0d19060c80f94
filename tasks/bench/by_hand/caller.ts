// What ../nodes/caller.ts does, as one writes it for Deno by hand, to be fast: no checks, no time-outs,
// and one write for all that a read completes. Its slowest hundredth is the machine's and the pipe's.
const decoder = new TextDecoder();
const encoder = new TextEncoder();
const calls = new Map<number, () => void>();
let id = "";
let lastMsgId = 0;
let text = "";
let isWriting = false;

function send(dest: string, body: Record<string, unknown>): void {
  text += `${JSON.stringify({ src: id, dest, body })}\n`;
  if (!isWriting) write();
}

async function write(): Promise<void> {
  isWriting = true;
  await Promise.resolve(); // whoever is answered in this turn asks again first
  while (text !== "") {
    const bytes = encoder.encode(text);
    text = "";
    for (let from = 0; from < bytes.length;) from += await Deno.stdout.write(bytes.subarray(from));
  }
  isWriting = false;
}

function ask(): Promise<void> {
  return new Promise((resolve) => {
    calls.set(++lastMsgId, resolve);
    send("lin-tso", { type: "ts", msg_id: lastMsgId });
  });
}

async function measure(count: number, inFlight: number) {
  const tookUs: number[] = [];
  let [left, warmingUp] = [count, inFlight];
  const askOn = async () => {
    while (left-- > 0) {
      const startMs = performance.now();
      await ask();
      if (warmingUp-- <= 0) tookUs.push(Math.round(1000 * (performance.now() - startMs)));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, askOn));
  tookUs.sort((a, b) => a - b);
  const at = (fraction: number) => tookUs[Math.floor(fraction * tookUs.length)] ?? 0;
  return { type: "measure_calls_ok", medianUs: at(0.5), p99Us: at(0.99) };
}

function receive(line: string): void {
  const { src, body } = JSON.parse(line);
  if (body.in_reply_to !== undefined) {
    calls.get(body.in_reply_to)?.();
    calls.delete(body.in_reply_to);
  } else if (body.type === "init") {
    id = body.node_id;
    send(src, { type: "init_ok", in_reply_to: body.msg_id });
  } else {
    measure(body.count, body.inFlight).then((took) =>
      send(src, { ...took, in_reply_to: body.msg_id })
    );
  }
}

const buffer = new Uint8Array(1 << 16);
let rest = "";
for (let size = await Deno.stdin.read(buffer); size !== null;) {
  const lines = `${rest}${decoder.decode(buffer.subarray(0, size), { stream: true })}`.split("\n");
  const next = Deno.stdin.read(buffer);
  rest = lines.pop() ?? "";
  for (const line of lines) receive(line);
  size = await next;
}

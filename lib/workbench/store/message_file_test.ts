import { assertEquals } from "@std/assert";
import { recordMessages } from "../message_recorder.ts";
import { Packet } from "../network/packet.ts";
import { MESSAGE_FILE, readMessageFile } from "./message_file.ts";
import { RunFolder } from "./writer.ts";

Deno.test("a run's journal of messages is read back, also one that is cut short", async () => {
  const root = await Deno.makeTempDir();
  try {
    const folder = RunFolder.create(root, "echo");
    assertEquals(readMessageFile(folder.path), undefined);
    const { observer, end } = recordMessages((block) => folder.writeMessages(block));
    for (let id = 0; id < 9_000; id++) {
      const text = JSON.stringify({ src: "n0", dest: "n1", body: { type: "gossip", id } });
      observer.message?.(id, "send", new Packet(id, "n0", "n1", text));
    }
    end();
    folder.close();
    assertEquals(readMessageFile(folder.path)?.messages.length, 9_000);
    const path = `${folder.path}/${MESSAGE_FILE}`;
    Deno.truncateSync(path, Deno.statSync(path).size - 100);
    const read = readMessageFile(folder.path)?.messages.length ?? 0;
    assertEquals([read > 1_000, read < 9_000], [true, true]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

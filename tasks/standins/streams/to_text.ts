/** Stands in for `@std/streams/to-text` where JSR is out of reach (see `tasks/setup.ts`). */

/** The whole of a stream as one string; bytes are read as UTF-8. */
export async function toText(
  stream: ReadableStream<string> | ReadableStream<Uint8Array>,
): Promise<string> {
  const decoder = new TextDecoder();
  const reader: ReadableStreamDefaultReader<string | Uint8Array> = stream.getReader();
  let text = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const { value } = read;
    text += typeof value === "string"
      ? value
      : decoder.decode(new Uint8Array(value), { stream: true });
  }
  return text + decoder.decode();
}

import { assertEquals } from "@std/assert";
import { renderMarkdown } from "./markdown.ts";

const render = (text: string) => renderMarkdown(text).text;

Deno.test("paragraphs, lists, tables, headings and code are rendered", () => {
  const cases = {
    "one\ntwo\n\nthree": "<p>one two</p><p>three</p>",
    "### A `b`": "<h3>A <code>b</code></h3>",
    "- a\n  b\n- c": "<ul><li>a b</li><li>c</li></ul>",
    "1. a\n2. b": "<ol><li>a</li><li>b</li></ol>",
    "```ts\na\n\nb\n```": '<pre tabindex="0"><code>a\n\nb</code></pre>',
    "    deno task": '<pre tabindex="0"><code>deno task</code></pre>',
    "**a _b_** and node_ids": "<p><strong>a <em>b</em></strong> and node_ids</p>",
    "[a](https://b.c/d) [e](f.html)": '<p><a href="https://b.c/d">a</a> <a href="f.html">e</a></p>',
    "| a | b |\n| - | - |\n| 1 | 2 |":
      '<div class="scroll"><table><thead><tr><th scope="col">a</th><th scope="col">b</th></tr>' +
      "</thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table></div>",
  };
  for (const [text, html] of Object.entries(cases)) assertEquals(render(text), html);
});

Deno.test("HTML and links to elsewhere than the web are shown as they are written", () => {
  assertEquals(render("<img src=x>"), "<p>&lt;img src=x&gt;</p>");
  assertEquals(render("`<b>`"), "<p><code>&lt;b&gt;</code></p>");
  assertEquals(render("[a](javascript:b)"), "<p>[a](javascript:b)</p>");
});

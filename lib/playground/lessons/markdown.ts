/**
 * The part of Markdown that lessons are written in: headings of the third level, paragraphs, lists,
 * tables, code that is fenced or indented, and within lines `code`, **strong**, _emphasis_ and [links](https://…).
 *
 * @module
 */
import { type Markup, markup } from "../../report/page/markup.ts";

/** Renders a text. HTML in it is shown, not taken for HTML. */
export function renderMarkdown(text: string): Markup {
  return markup`${blocksOf(text).map(renderBlock)}`;
}

/** Parts between empty lines; a fence holds such lines as well. */
function blocksOf(text: string): string[] {
  const blocks: string[] = [];
  let block: string[] = [];
  let isFenced = false;
  const end = () => {
    if (block.length > 0) blocks.push(block.join("\n"));
    block = [];
  };
  for (const line of text.split("\n")) {
    if (line.startsWith("```")) isFenced = !isFenced;
    if (line.trim() === "" && !isFenced) end();
    else block.push(line);
  }
  end();
  return blocks;
}

function renderBlock(block: string): Markup {
  const lines = block.split("\n");
  const [first = ""] = lines;
  if (first.startsWith("```")) {
    return markup`<pre tabindex="0"><code>${lines.slice(1, -1).join("\n")}</code></pre>`;
  }
  if (lines.every((line) => line.startsWith("    "))) {
    return markup`<pre tabindex="0"><code>${
      lines.map((line) => line.slice(4)).join("\n")
    }</code></pre>`;
  }
  if (first.startsWith("### ")) return markup`<h3>${renderLine(first.slice(4))}</h3>`;
  if (first.startsWith("| ")) return renderTable(lines);
  const items = itemsOf(lines, /^- /);
  if (items !== undefined) return markup`<ul>${items.map(renderItem)}</ul>`;
  const numbered = itemsOf(lines, /^\d+\. /);
  if (numbered !== undefined) return markup`<ol>${numbered.map(renderItem)}</ol>`;
  return markup`<p>${renderLine(lines.join(" "))}</p>`;
}

function renderItem(item: string): Markup {
  return markup`<li>${renderLine(item)}</li>`;
}

/** The items of a list, their lines joined. */
function itemsOf(lines: readonly string[], sign: RegExp): string[] | undefined {
  if (!sign.test(lines[0] ?? "")) return undefined;
  const items: string[] = [];
  for (const line of lines) {
    if (sign.test(line)) items.push(line.replace(sign, ""));
    else items.push(`${items.pop()} ${line.trim()}`);
  }
  return items;
}

/** The second line of a table sets its head apart. */
function renderTable([head = "", , ...rows]: readonly string[]): Markup {
  const cellsOf = (line: string) => line.split("|").slice(1, -1).map((cell) => cell.trim());
  return markup`<div class="scroll"><table><thead><tr>${
    cellsOf(head).map((cell) => markup`<th scope="col">${renderLine(cell)}</th>`)
  }</tr></thead><tbody>${
    rows.map((row) =>
      markup`<tr>${cellsOf(row).map((cell) => markup`<td>${renderLine(cell)}</td>`)}</tr>`
    )
  }</tbody></table></div>`;
}

const SPAN =
  /`([^`]+)`|\*\*(.+?)\*\*|\b_([^_]+)_\b|\[([^\]]+)\]\((https:\/\/[^)\s]+|[\w.-]+\.html)\)/;

function renderLine(text: string): Markup {
  const found = SPAN.exec(text);
  if (found === null) return markup`${text}`;
  const [whole, code, strong, emphasis, label, address] = found;
  const before = text.slice(0, found.index);
  const after = renderLine(text.slice(found.index + whole.length));
  const span = code !== undefined
    ? markup`<code>${code}</code>`
    : strong !== undefined
    ? markup`<strong>${renderLine(strong)}</strong>`
    : emphasis !== undefined
    ? markup`<em>${renderLine(emphasis)}</em>`
    : markup`<a href="${address}">${label}</a>`;
  return markup`${before}${span}${after}`;
}

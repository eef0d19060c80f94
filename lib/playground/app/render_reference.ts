/**
 * What programs may use, as a list to search and to read.
 *
 * @module
 */
import { type Markup, markup, trusted } from "../../report/page/markup.ts";
import { type Entry, firstSentence, type Reference, type Topic } from "../reference.ts";

const OPEN = trusted(" open");

/** Renders what has a text in it, all of it open; without a text everything, open what code uses. */
export function renderReference(
  reference: Reference,
  { sought, code }: { readonly sought: string; readonly code: string },
): Markup {
  const text = sought.trim().toLowerCase();
  const isUsed = ({ type }: Topic) => type !== undefined && new RegExp(`\\b${type}\\b`).test(code);
  const topics = reference.flatMap((topic) => {
    const found = topic.entries.map((entry) => ({ entry, rank: rankOf(topic, entry, text) }))
      .filter(({ rank }) => rank < NOWHERE)
      .sort((a, b) => a.rank - b.rank);
    const [first] = found;
    if (first === undefined) return [];
    const entries = found.map(({ entry }) => entry);
    return { topic: { ...topic, entries }, rank: first.rank, isUsed: isUsed(topic) };
  });
  if (topics.length === 0) return markup`<p class="quiet">Nothing here mentions ${sought}.</p>`;
  topics.sort((a, b) => a.rank - b.rank || Number(b.isUsed) - Number(a.isUsed));
  return markup`${
    topics.map(({ topic, isUsed }) => renderTopic(topic, { isOpen: text !== "" || isUsed }))
  }`;
}

const NOWHERE = 4;

/** How near an entry is to a text: it is called so, begins so, has a part that does, or a word. */
function rankOf(
  { title, type = "", object = "" }: Topic,
  { name, signature, doc }: Entry,
  text: string,
): number {
  const names = [name.toLowerCase(), `${object}.${name}`.toLowerCase()];
  if (names.includes(text)) return 0;
  if (names.some((one) => one.startsWith(text))) return 1;
  if (type.toLowerCase() === text) return 1; // all that it has
  const parts = `${object} ${name}`.split(/(?=[A-Z])|[ _]/);
  if (parts.some((part) => part.toLowerCase().startsWith(text))) return 2;
  const words = `${title} ${signature} ${doc}`.toLowerCase().split(/(?<!\w)/);
  return words.some((word) => word.startsWith(text)) ? 3 : NOWHERE;
}

function renderTopic(
  { title, object, doc, entries }: Topic,
  { isOpen }: { readonly isOpen: boolean },
): Markup {
  const prefix = object === undefined ? "" : `${object}.`;
  return markup`<details class="topic"${isOpen && OPEN}><summary>${title}</summary>
<p class="quiet">${firstSentence(doc)}</p><dl>${
    entries.map(({ name, signature, doc, details }) => {
      const first = firstSentence(doc);
      const rest = [...doc.slice(first.length).trim().split("\n\n"), ...details]
        .filter((text) => text !== "");
      return markup`<dt><code>${name.startsWith("new ") ? "" : prefix}${signature}</code></dt>
<dd>${first}${
        rest.length > 0 &&
        markup`<details><summary>more</summary>${
          rest.map((text) => markup`<p>${text}</p>`)
        }</details>`
      }</dd>`;
    })
  }</dl></details>`;
}

/// <reference lib="dom" />
/**
 * The editor: TypeScript in colour, syntax errors at their line, a mark where a run has failed.
 *
 * @module
 */
import { autocompletion, closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { javascript, javascriptLanguage } from "@codemirror/lang-javascript";
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
  syntaxTree,
} from "@codemirror/language";
import { type Diagnostic, linter, lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { completeLibrary } from "./completions.ts";

/** Colours are the page's, so that they follow light and dark. */
const highlights = HighlightStyle.define([
  { tag: tags.comment, color: "var(--quiet)", fontStyle: "italic" },
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword], color: "var(--series-3)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--series-2)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--series-1)" },
  { tag: [tags.typeName, tags.className], color: "var(--series-5)" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: "var(--ok)" },
  { tag: [tags.punctuation, tags.bracket, tags.operator], color: "var(--quiet)" },
]);

const theme = EditorView.theme({
  "&": { fontSize: "14px", height: "100%", backgroundColor: "var(--panel)", color: "var(--ink)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": {
    fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
    lineHeight: "1.55",
  },
  ".cm-gutters": {
    backgroundColor: "var(--panel)",
    color: "var(--quiet)",
    borderRight: "1px solid var(--line)",
  },
  ".cm-activeLine, .cm-activeLineGutter": {
    backgroundColor: "color-mix(in srgb, var(--accent) 7%, transparent)",
  },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
    { backgroundColor: "color-mix(in srgb, var(--accent) 28%, transparent)" },
  ".cm-tooltip": {
    backgroundColor: "var(--panel)",
    color: "var(--ink)",
    border: "1px solid var(--line)",
  },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--accent)",
    color: "var(--panel)",
  },
});

/** A place in the code, and what is wrong there. */
export interface Spot {
  readonly line: number;
  readonly text: string;
}

interface EditorOptions {
  readonly code: string;
  readonly changed: (code: string) => void;
  /** Called for Ctrl and Enter. */
  readonly run: () => void;
}

export class Editor {
  readonly #view: EditorView;
  /** Where the last run failed; forgotten once the code changes. */
  #failed: readonly Spot[] = [];

  /** In a shadow tree, where style sheets need no exception from the page's policy. */
  constructor(place: HTMLElement, { code, changed, run }: EditorOptions) {
    const root = place.attachShadow({ mode: "open" });
    const parent = document.createElement("div");
    parent.style.height = "100%";
    root.append(parent);
    const runKey = { key: "Mod-Enter", run: () => (run(), true) };
    const state = EditorState.create({
      doc: code,
      extensions: [
        keymap.of([runKey, ...closeBracketsKeymap, ...historyKeymap, indentWithTab]),
        keymap.of(defaultKeymap),
        ...[lineNumbers(), history(), drawSelection(), indentOnInput(), bracketMatching()],
        ...[closeBrackets(), autocompletion(), highlightActiveLine(), lintGutter()],
        EditorView.lineWrapping,
        javascriptLanguage.data.of({ autocomplete: completeLibrary }),
        ...[javascript({ typescript: true }), syntaxHighlighting(highlights), theme],
        linter((view) => [...this.#diagnose(view)], { delay: 400 }),
        EditorView.contentAttributes.of({
          "aria-label": "The node's program. Escape, then Tab, leaves the editor.",
        }),
        EditorView.updateListener.of(({ docChanged }) => {
          if (!docChanged) return;
          this.#failed = [];
          changed(this.code);
        }),
      ],
    });
    this.#view = new EditorView({ state, parent, root });
  }

  get code(): string {
    return this.#view.state.doc.toString();
  }

  set code(code: string) {
    const { length } = this.#view.state.doc;
    this.#view.dispatch({ changes: { from: 0, to: length, insert: code } });
  }

  /** Marks lines where a run has failed. */
  mark(spots: readonly Spot[]): void {
    this.#failed = spots;
    this.#view.dispatch(setDiagnostics(this.#view.state, [...this.#diagnose(this.#view)]));
  }

  /** Moves the cursor to a line and shows it. */
  goTo(line: number): void {
    const { from } = this.#lineAt(line);
    this.#view.dispatch({
      selection: { anchor: from },
      effects: EditorView.scrollIntoView(from, { y: "center" }),
    });
    this.#view.focus();
  }

  #lineAt(line: number): { readonly from: number; readonly to: number } {
    const { doc } = this.#view.state;
    return doc.line(Math.max(1, Math.min(doc.lines, line)));
  }

  *#diagnose(view: EditorView): Iterable<Diagnostic> {
    for (const { line, text } of this.#failed) {
      yield { ...rangeOf(this.#lineAt(line)), severity: "error", message: text };
    }
    if (this.#failed.length > 0) return;
    const wrong = firstError(view.state);
    if (wrong === undefined) return;
    const message = "The code cannot be read from here on: is something missing before it?";
    yield { from: wrong, to: wrong + 1, severity: "error", message };
  }
}

function rangeOf({ from, to }: { readonly from: number; readonly to: number }) {
  return { from, to };
}

/** Where the grammar stops to fit. */
function firstError(state: EditorState): number | undefined {
  let found: number | undefined;
  syntaxTree(state).iterate({
    enter: ({ type, from }) => {
      if (found === undefined && type.isError) found = from;
      return found === undefined;
    },
  });
  return found;
}

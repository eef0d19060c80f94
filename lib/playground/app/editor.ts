/// <reference lib="dom" />
/**
 * The editor: TypeScript in colour, syntax errors at their line, a mark where a run has failed.
 *
 * @module
 */
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  type CompletionContext,
} from "@codemirror/autocomplete";
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
import { EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  hoverTooltip,
  keymap,
  lineNumbers,
  type Panel,
  type Rect,
  showPanel,
  type ViewUpdate,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { element } from "../../report/page/client/canvas.ts";
import { firstSentence, type Reference } from "../reference.ts";
import { completeFrom } from "./completions.ts";
import { print, Scope } from "./scope.ts";

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
  ".cm-completionDetail": { fontStyle: "normal", opacity: .75 },
  ".cm-completionInfo, .cm-told": {
    padding: ".35rem .6rem",
    maxWidth: "min(34rem, 80vw)",
    whiteSpace: "pre-line",
    overflowWrap: "anywhere",
    fontSize: "13px",
    lineHeight: "1.45",
  },
  ".cm-panels": { backgroundColor: "var(--paper)", color: "var(--ink)" },
  ".cm-panels-bottom": { borderTop: "1px solid var(--line)" },
  ".cm-signature": {
    height: "3.1em",
    overflow: "auto",
    padding: ".2rem .6rem",
    fontSize: "12.5px",
    lineHeight: "1.45",
    color: "var(--quiet)",
  },
  ".cm-signature code": {
    color: "var(--ink)",
    fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  },
});

const UNREADABLE = "The code cannot be read from here on: is something missing before it?";

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
  /** What is completed and explained, once it is loaded. */
  readonly reference: Promise<Reference>;
}

export class Editor {
  readonly #view: EditorView;
  /** Where the last run failed; forgotten once the code changes. */
  #failed: readonly Spot[] = [];
  #reference: Reference = [];

  /** In a shadow tree, where style sheets need no exception from the page's policy. */
  constructor(place: HTMLElement, { code, changed, run, reference }: EditorOptions) {
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
        ...[closeBrackets(), autocompletion({ positionInfo }), highlightActiveLine(), lintGutter()],
        EditorView.lineWrapping,
        ...explain(() => this.#reference),
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
    reference.then((reference) => this.#reference = reference);
  }

  get code(): string {
    return this.#view.state.doc.toString();
  }

  set code(code: string) {
    const { length } = this.#view.state.doc;
    this.#view.dispatch({ changes: { from: 0, to: length, insert: code } });
  }

  /** Where the grammar stops to fit; the loader may complain of the function around it instead. */
  get unreadable(): Spot | undefined {
    const at = firstError(this.#view.state);
    return at === undefined
      ? undefined
      : { line: this.#view.state.doc.lineAt(at).number, text: UNREADABLE };
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
    yield { from: wrong, to: wrong + 1, severity: "error", message: UNREADABLE };
  }
}

/** Room that what is said of a completion needs beside the list; where there is less, it is below. */
const INFO_WIDTH = 260;

function positionInfo(_view: EditorView, list: Rect, _option: Rect, _info: Rect, space: Rect) {
  const isBeside = space.right - list.right >= INFO_WIDTH;
  const style = isBeside
    ? `left: ${list.right - list.left}px; top: 0; max-width: ${space.right - list.right - 4}px`
    : `left: 0; top: ${list.bottom - list.top}px; width: ${list.right - list.left}px`;
  return { style };
}

/** What names are completed by, what the call says that is being written, and the name under the pointer. */
function explain(reference: () => Reference): Extension[] {
  const scopeOf = ({ doc }: EditorState) => new Scope(reference(), doc.toString());
  return [
    javascriptLanguage.data.of({
      autocomplete: (context: CompletionContext) => completeFrom(reference())(context),
    }),
    showPanel.of((view) => signaturePanel(view, scopeOf)),
    hoverTooltip((view, at) => {
      const { from, to } = view.state.wordAt(at) ?? { from: at, to: at };
      const known = scopeOf(view.state).called(view.state.sliceDoc(0, to));
      if (known === undefined) return null;
      const dom = element("div", { className: "cm-told" });
      dom.textContent = `${print(known)}\n${firstSentence(known.entry.doc)}`;
      return { pos: from, end: to, create: () => ({ dom }) };
    }),
  ];
}

/** Says what the call takes whose arguments the cursor is in, or the name that it is at. */
function signaturePanel(view: EditorView, scopeOf: (state: EditorState) => Scope): Panel {
  const dom = element("div", { className: "cm-signature" });
  const show = ({ state }: Pick<EditorView, "state">) => {
    const { head } = state.selection.main;
    const scope = scopeOf(state);
    const { to } = state.wordAt(head) ?? { to: head };
    const known = scope.called(state.sliceDoc(0, to)) ?? scope.callAt(state.sliceDoc(0, head));
    if (known === undefined) return void (dom.textContent = NOTHING_KNOWN);
    const code = element("code", { text: print(known) });
    dom.replaceChildren(code, ` ${firstSentence(known.entry.doc)}`);
  };
  show(view);
  const update = (update: ViewUpdate) => {
    if (update.docChanged || update.selectionSet) show(update.view);
  };
  return { dom, update };
}

/** What is shown where the cursor is at nothing that is known. */
const NOTHING_KNOWN =
  "With the cursor in a call, what it takes is shown here. Ctrl and Space complete.";

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

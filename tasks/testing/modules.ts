/**
 * What a module imports, exports and contains, read from its syntax. The parser is the one that
 * `deno lint` lends to plugins, which Deno offers to tests only. It stops at a stray semicolon;
 * `deno fmt` leaves none.
 *
 * @module
 */
import { dirname, join } from "node:path/posix";

/** A module, by its path from the project's folder. */
export interface Module {
  readonly path: string;
  readonly imports: readonly Import[];
  /** What the module exports, its default apart. */
  readonly exports: readonly Export[];
  /** Where `Deno` and modules of Node.js are mentioned. */
  readonly platform: readonly Spot[];
  readonly functions: readonly FunctionSpot[];
  readonly numbers: readonly NumberSpot[];
}

/** A name that one module takes from another: `*` for all there are, empty for none. */
interface Import {
  /** From the project's folder if the specifier is relative, else as it stands. */
  readonly from: string;
  readonly name: string;
  /** The name under which it is exported again, if it is. */
  readonly exportedAs?: string;
  readonly line: number;
}

/** A place in a module, and what stands there. */
interface Spot {
  readonly name: string;
  readonly line: number;
}

interface Export extends Spot {
  /** Whether it is an interface or the name of a type. */
  readonly isType: boolean;
}

interface FunctionSpot {
  readonly line: number;
  readonly lines: number;
}

/** A number as a literal. */
export interface NumberSpot {
  readonly value: number;
  readonly line: number;
  /** The variable, property or parameter that it is the value of. */
  readonly name: string;
  /** Whether something is multiplied or divided by it. */
  readonly isFactor: boolean;
}

type Declaration = NonNullable<Deno.lint.ExportNamedDeclaration["declaration"]>;
type Name = Deno.lint.Identifier | Deno.lint.StringLiteral;

/** Reads a module's source text. */
export function readModule(path: string, text: string): Module {
  const reading = new Reading(path, text);
  const rule = { create: () => reading.visitor() };
  Deno.lint.runPlugin({ name: "tidy", rules: { read: rule } }, path, text);
  return reading;
}

class Reading implements Module {
  readonly imports: Import[] = [];
  readonly exports: Export[] = [];
  readonly platform: Spot[] = [];
  readonly functions: FunctionSpot[] = [];
  readonly numbers: NumberSpot[] = [];

  constructor(readonly path: string, readonly text: string) {}

  visitor(): Deno.lint.LintVisitor {
    const readFunction = (node: Deno.lint.Node) => this.#readFunction(node);
    return {
      ImportDeclaration: (node) => this.#readImports(node),
      ImportExpression: (node) => {
        if (node.source.type === "Literal") this.#import(node, String(node.source.value), "*");
      },
      ExportAllDeclaration: (node) =>
        this.#import(node, node.source.value, "*", node.exported?.name ?? "*"),
      ExportNamedDeclaration: (node) => this.#readExports(node),
      Identifier: (node) => {
        if (node.name === "Deno") this.platform.push({ name: "Deno", line: this.#lineOf(node) });
      },
      Literal: (node: Deno.lint.Literal) => {
        if (typeof node.value === "number") this.#readNumber(node);
      },
      FunctionDeclaration: readFunction,
      FunctionExpression: readFunction,
      ArrowFunctionExpression: readFunction,
    };
  }

  #readImports(node: Deno.lint.ImportDeclaration): void {
    for (const specifier of node.specifiers) {
      const name = specifier.type === "ImportSpecifier"
        ? textOf(specifier.imported)
        : specifier.type === "ImportDefaultSpecifier"
        ? "default"
        : "*";
      this.#import(node, node.source.value, name);
    }
    if (node.specifiers.length === 0) this.#import(node, node.source.value, "");
  }

  #import(node: Deno.lint.Node, specifier: string, name: string, exportedAs?: string): void {
    const line = this.#lineOf(node);
    const from = specifier.startsWith(".") ? join(dirname(this.path), specifier) : specifier;
    this.imports.push({ from, name, line, ...(exportedAs !== undefined && { exportedAs }) });
    if (from.startsWith("node:")) this.platform.push({ name: from, line });
  }

  #readExports(node: Deno.lint.ExportNamedDeclaration): void {
    const { declaration, specifiers, source } = node;
    for (const { local, exported } of specifiers) {
      if (source !== null) this.#import(node, source.value, textOf(local), textOf(exported));
      this.#export(node, textOf(exported));
    }
    for (const name of declaration === null ? [] : namesOf(declaration)) this.#export(node, name);
  }

  #export(node: Deno.lint.ExportNamedDeclaration, name: string): void {
    if (name === "default") return;
    this.exports.push({ name, line: this.#lineOf(node), isType: node.exportKind === "type" });
  }

  #readFunction(node: Deno.lint.Node): void {
    const line = this.#lineOf(node);
    this.functions.push({ line, lines: this.#lineAt(node.range[1]) - line + 1 });
  }

  #readNumber(node: Deno.lint.Literal): void {
    const { parent } = node;
    this.numbers.push({
      value: Number(node.raw.replaceAll("_", "")), // the parser's own value ends at an underscore
      line: this.#lineOf(node),
      name: nameOf(parent),
      isFactor: parent.type === "BinaryExpression" && "*/%".includes(parent.operator),
    });
  }

  #lineOf({ range: [start] }: Deno.lint.Node): number {
    return this.#lineAt(start);
  }

  #lineAt(offset: number): number {
    return this.text.slice(0, offset).split("\n").length;
  }
}

function textOf(name: Name): string {
  return name.type === "Identifier" ? name.name : name.value;
}

function namesOf(declaration: Declaration): string[] {
  if (declaration.type === "VariableDeclaration") return declaration.declarations.map(nameOf);
  return "id" in declaration && declaration.id?.type === "Identifier" ? [declaration.id.name] : [];
}

/** The name of a variable, a property or a parameter with a default. */
function nameOf(node: Deno.lint.Node): string {
  const name = node.type === "VariableDeclarator"
    ? node.id
    : node.type === "AssignmentPattern"
    ? node.left
    : node.type === "Property" || node.type === "PropertyDefinition"
    ? node.key
    : undefined;
  return name?.type === "Identifier" ? name.name : "";
}

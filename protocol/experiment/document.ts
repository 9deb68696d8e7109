import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLParseError,
} from "yaml";
import type { Problem, TextRange } from "../errors.ts";
import { yamlCodeOf } from "../problems/yaml-problems.ts";

/** Longest experiment file that is read, in characters; a real one has a few hundred lines. */
const longestText = 64_000;
/** Problems that are worded at most: a file that has more of them is no experiment. */
export const mostProblems = 100;

/** A YAML document whose values can be found in the text again. */
export interface TextDocument {
  /** The document as plain values; undefined where the YAML is broken. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Where the value at `path` stands; the nearest enclosing key where there is none. */
  locate(path: readonly (string | number)[]): TextRange;
  /** Where the key at the end of `path` stands. */
  locateKey(path: readonly (string | number)[]): TextRange;
}

/** Reads YAML text; every syntax error becomes a problem with its place. */
export function readDocument(text: string, file: string): TextDocument {
  const lines = new LineCounter();
  const { document, refusal } = parsed(text, file, lines);
  const rangeOf = (from: number, to: number): TextRange => ({ start: place(lines, from), end: place(lines, to) });
  keepKeyTexts(document);
  const errors = refusal === undefined ? [...document.errors, ...duplicateKeys(document.contents)] : [];
  const problems = refusal === undefined ? syntaxProblems(errors, file, rangeOf) : [refusal];
  const value = problems.length > 0 ? undefined : plainValue(document, file, problems);
  return {
    value,
    problems,
    locate: (path) => rangeOfNode(nodeAt(document, path), rangeOf),
    locateKey: (path) => rangeOfNode(pairAt(document, path)?.key ?? nodeAt(document, path), rangeOf),
  };
}

/** The document of a text; an empty one and the reason if the text is refused. */
function parsed(text: string, file: string, lines: LineCounter): { document: Document.Parsed; refusal?: Problem } {
  const options = {
    lineCounter: lines,
    prettyErrors: false,
    // A key that is a list or a mapping has no text, and the library takes exponential time to make one.
    stringKeys: true,
    // The library compares every key with every other one of its mapping; `duplicateKeys` looks at each once.
    uniqueKeys: false,
    keepSourceTokens: false,
  };
  const refusal = refuse(text, file);
  if (refusal !== undefined) return { document: parseDocument("", options), refusal };
  try {
    return { document: parseDocument(text, options) };
  } catch (error) {
    // The parser calls itself for every level.
    if (!(error instanceof RangeError)) throw error;
    return { document: parseDocument("", options), refusal: tooDeep(file) };
  }
}

function tooDeep(file: string): Problem {
  return {
    severity: "error",
    code: "yaml-resource-exhaustion",
    message: "The document is nested too deeply to be read.",
    fix: "Write fewer levels: an experiment has five at most.",
    file,
    range: { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } },
  };
}

function place(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function refuse(text: string, file: string): Problem | undefined {
  const start = { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };
  if (text.length > longestText) {
    return {
      severity: "error",
      code: "file-too-large",
      message: `The file has ${text.length.toLocaleString("en")} characters; an experiment file has at most ${longestText.toLocaleString("en")}.`,
      fix: "Is this the data file? Give the experiment file, and name the data under data.source.",
      file,
      range: start,
    };
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells binary data from text.
  const binary = /[\u0000-\u0008\u000e-\u001f]/.exec(text);
  if (binary === null) return undefined;
  const before = text.slice(0, binary.index).split("\n");
  const at = { line: before.length, column: before.at(-1)!.length + 1 };
  return {
    severity: "error",
    code: "not-text",
    message: "The file holds binary data, not YAML text.",
    fix: "Give an experiment file saved as UTF-8 text.",
    file,
    range: { start: at, end: at },
  };
}

const wording: Readonly<Record<string, { message: string; fix: string }>> = {
  TAB_AS_INDENT: {
    message: "A tab indents this line; YAML allows spaces only.",
    fix: "Replace the tab by two spaces.",
  },
  DUPLICATE_KEY: { message: "This key stands twice in the same mapping.", fix: "Remove one of the two." },
  MULTIPLE_DOCS: {
    message: "The file holds several YAML documents.",
    fix: "Keep one experiment a file: remove the `---` between them.",
  },
  BAD_INDENT: {
    message: "The indentation does not fit the lines around it.",
    fix: "Align it with its siblings, two spaces a level.",
  },
};

/** What is wrong with the YAML at a place, as offsets in the text. */
type SyntaxError = Pick<YAMLParseError, "code" | "message" | "pos">;

/** Keys that stand twice in one mapping, in the order of the text; in time linear in the length of the text. */
function duplicateKeys(contents: Node | null): SyntaxError[] {
  const found: SyntaxError[] = [];
  const open: unknown[] = [contents];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (isSeq(node)) open.push(...node.items);
    if (!isMap(node)) continue;
    const seen = new Set<unknown>();
    for (const { key, value } of node.items) {
      open.push(value);
      if (!isScalar(key)) continue;
      const [from, , to] = key.range ?? [0, 0, 0];
      if (seen.has(key.value))
        found.push({ code: "DUPLICATE_KEY", message: "Map keys must be unique", pos: [from, to] });
      seen.add(key.value);
    }
  }
  return found.sort((a, b) => a.pos[0] - b.pos[0]);
}

function syntaxProblems(
  errors: readonly SyntaxError[],
  file: string,
  rangeOf: (from: number, to: number) => TextRange,
): Problem[] {
  return errors.slice(0, mostProblems).map((error) => {
    const words = wording[error.code];
    const own = error.message.replace(/\s+/g, " ");
    return {
      severity: "error",
      code: yamlCodeOf(error.code),
      message: words?.message ?? `This is not valid YAML: ${own}.`,
      fix: words?.fix ?? "Check quotes, brackets and indentation here and on the line above.",
      file,
      range: rangeOf(error.pos[0], error.pos[1]),
    };
  });
}

/** Key values that select series are compared as texts: `{store: 00123}` means 00123, which YAML would make 123. */
function keepKeyTexts(document: Document.Parsed): void {
  const scenarios = child(document.contents, "scenarios")?.node;
  if (!isSeq(scenarios)) return;
  for (const scenario of scenarios.items) {
    const series = child(scenario, "series")?.node;
    if (!isMap(series)) continue;
    for (const { value } of series.items) {
      if (isScalar(value) && value.source !== undefined && typeof value.value === "number") value.value = value.source;
    }
  }
}

/** Plain values of the document. Aliases are counted: a document that unfolds without end is a problem, not a hang. */
function plainValue(document: Document.Parsed, file: string, problems: Problem[]): unknown {
  try {
    return document.toJS({ maxAliasCount: 50 });
  } catch (error) {
    problems.push({
      severity: "error",
      code: "yaml-aliases",
      message: `The document's aliases cannot be followed: ${error instanceof Error ? error.message : String(error)}.`,
      fix: "Write the values out instead of repeating them by &anchor and *alias.",
      file,
      range: { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } },
    });
    return undefined;
  }
}

function child(node: unknown, key: string | number): { pair?: Pair; node: unknown } | undefined {
  if (isSeq(node) && typeof key === "number") return { node: node.items[key] };
  if (!isMap(node)) return undefined;
  const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
  return pair === undefined ? undefined : { pair, node: pair.value };
}

/** The node at `path`, or the key of its nearest ancestor that exists. */
function nodeAt(document: Document.Parsed, path: readonly (string | number)[]): Node | null {
  let node: unknown = document.contents;
  let last: unknown = null;
  for (const key of path) {
    const found = child(node, key);
    if (found === undefined) return (last as Node | null) ?? document.contents;
    last = found.pair?.key ?? found.node;
    node = found.node;
  }
  // SAFETY: a document read by parseDocument holds nodes throughout.
  return (node as Node | null) ?? (last as Node | null) ?? document.contents;
}

function pairAt(document: Document.Parsed, path: readonly (string | number)[]): Pair<Node> | undefined {
  let node: unknown = document.contents;
  let pair: Pair | undefined;
  for (const key of path) {
    const found = child(node, key);
    if (found === undefined) return undefined;
    pair = found.pair;
    node = found.node;
  }
  // SAFETY: keys of a parsed document are nodes.
  return pair as Pair<Node> | undefined;
}

function rangeOfNode(node: Node | null, rangeOf: (from: number, to: number) => TextRange): TextRange {
  const range = node?.range;
  return range ? rangeOf(range[0], range[1]) : rangeOf(0, 0);
}

import type { Range } from "vscode-languageserver-types";
import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from "yaml";
import { type ParsedExperiment, parseExperiment } from "../../../protocol/experiment/parse.ts";

/** Keys and list indices from the document's root. */
export type Path = readonly (string | number)[];

/** A key or value in the text, by offsets. */
export interface Place {
  readonly path: Path;
  readonly part: "key" | "value";
  /** The scalar as plain text; empty for mappings, lists and nothing. */
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** An experiment file as the language service works on it: its text, its tree, and what parsing said. */
export interface ForecastDocument {
  readonly text: string;
  readonly file: string;
  readonly tree: Document.Parsed;
  readonly lines: LineCounter;
  readonly parsed: ParsedExperiment;
}

/** Reads the text once; every feature works on the result. Broken YAML gives the part of the tree that could be read. */
export function openDocument(text: string, file: string): ForecastDocument {
  const lines = new LineCounter();
  const tree = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  return { text, file, tree, lines, parsed: parseExperiment(text, file) };
}

/** Offsets as an editor range. */
export function toRange(document: ForecastDocument, from: number, to: number): Range {
  return { start: toPosition(document, from), end: toPosition(document, to) };
}

function toPosition({ lines }: ForecastDocument, offset: number): Range["start"] {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(0, line - 1), character: Math.max(0, col - 1) };
}

/** Offset of an editor position, clamped to the text. */
export function toOffset({ lines, text }: ForecastDocument, position: Range["start"]): number {
  const start = lines.lineStarts[position.line] ?? text.length;
  return Math.min(text.length, start + position.character);
}

/** Every key and scalar value, in the order of the text. */
export function* places(document: ForecastDocument): Generator<Place> {
  yield* placesIn(document.tree.contents, []);
}

function* placesIn(node: unknown, path: Path): Generator<Place> {
  if (isMap(node)) {
    for (const pair of node.items) {
      const own = [...path, keyText(pair)];
      const key = placeOf(pair.key, own, "key");
      if (key !== undefined) yield key;
      yield* placesIn(pair.value, own);
    }
  } else if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) yield* placesIn(item, [...path, index]);
  } else {
    const value = placeOf(node, path, "value");
    if (value !== undefined && value.to > value.from) yield value;
  }
}

function placeOf(node: unknown, path: Path, part: Place["part"]): Place | undefined {
  if (!isScalar(node) || !node.range) return undefined;
  return { path, part, text: scalarText(node), from: node.range[0], to: node.range[1] };
}

function scalarText(node: { value: unknown; source?: string }): string {
  return node.source ?? (node.value === null || node.value === undefined ? "" : String(node.value));
}

/** A pair's key as text. */
export function keyText(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

/** The key or scalar that the offset touches. */
export function placeAt(document: ForecastDocument, offset: number): Place | undefined {
  for (const place of places(document)) if (place.from <= offset && offset <= place.to) return place;
  return undefined;
}

/** The node at `path`, undefined where there is none. */
export function nodeAt(document: ForecastDocument, path: Path): Node | undefined {
  let node: unknown = document.tree.contents;
  for (const key of path) node = isSeq(node) ? node.items[Number(key)] : pairIn(node, String(key))?.value;
  // SAFETY: a document read by parseDocument holds nodes throughout.
  return (node as Node | null | undefined) ?? undefined;
}

/** The key-value pair at `path`, undefined where there is none. */
export function pairAt(document: ForecastDocument, path: Path): Pair<Node, Node | null> | undefined {
  const parent = path.length === 1 ? document.tree.contents : nodeAt(document, path.slice(0, -1));
  // SAFETY: keys and values of a parsed document are nodes.
  return pairIn(parent, String(path.at(-1))) as Pair<Node, Node | null> | undefined;
}

function pairIn(node: unknown, key: string): Pair | undefined {
  return isMap(node) ? node.items.find((pair) => keyText(pair) === key) : undefined;
}

/** Plain value at `path`: text, number, list …; undefined where there is none. */
export function valueAt(document: ForecastDocument, path: Path): unknown {
  const node = nodeAt(document, path);
  return node === undefined ? undefined : node.toJS(document.tree, { maxAliasCount: 50 });
}

/** Range of the value at `path`, else of its key, else of the nearest enclosing key. */
export function rangeAt(document: ForecastDocument, path: Path): Range {
  for (let length = path.length; length > 0; length--) {
    const own = path.slice(0, length);
    const node = nodeAt(document, own);
    const found = isMap(node) || isSeq(node) ? (length === path.length ? node : undefined) : node;
    const range = (found?.range?.[1] ?? 0) > (found?.range?.[0] ?? 0) ? found?.range : undefined;
    const chosen = range ?? pairAt(document, own)?.key.range;
    if (chosen) return toRange(document, chosen[0], chosen[1]);
  }
  return toRange(document, 0, 0);
}

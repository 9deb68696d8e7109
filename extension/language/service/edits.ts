import type { TextEdit } from "vscode-languageserver-types";
import { isMap, isSeq, type YAMLSeq } from "yaml";
import { type ForecastDocument, nodeAt, type Path, pairAt, toOffset, toRange } from "./document.ts";
import { yamlScalar } from "./text.ts";

/** Edits that change as little text as possible: comments, order and layout of everything else stay. */

/** Replaces the scalar at `path`, or adds key and value to its section where the key is missing. */
export function setScalar(document: ForecastDocument, path: Path, text: string): TextEdit[] {
  const node = nodeAt(document, path);
  if (node?.range && node.range[1] > node.range[0]) {
    return [{ range: toRange(document, node.range[0], node.range[1]), newText: text }];
  }
  return addKey(document, path, text);
}

/** Adds `key: text` at the end of the mapping that `path` points into; creates the section where it is missing. */
export function addKey(document: ForecastDocument, path: Path, text: string): TextEdit[] {
  const parent = path.slice(0, -1);
  const key = String(path.at(-1));
  const node = parent.length === 0 ? document.tree.contents : nodeAt(document, parent);
  if (isMap(node) && node.flow && node.range) {
    const end = node.range[1] - 1;
    return [insertAt(document, end, `${node.items.length > 0 ? ", " : ""}${key}: ${text}`)];
  }
  if (parent.length === 0) return [insertAt(document, endOfText(document), `${key}: ${text}\n`)];
  if (isMap(node) && node.items.length > 0) {
    const first = node.items[0]!.key;
    const indent = columnOf(document, rangeStart(first));
    return [
      insertAt(
        document,
        endOfLine(document, lastOffset(node.range![1], document)),
        `\n${" ".repeat(indent)}${key}: ${text}`,
      ),
    ];
  }
  const section = pairAt(document, parent);
  if (section !== undefined)
    return [
      insertAt(
        document,
        endOfLine(document, section.key.range![1]),
        `\n${" ".repeat(parent.length * 2)}${key}: ${text}`,
      ),
    ];
  return addKey(document, parent, `\n${" ".repeat(parent.length * 2)}${key}: ${text}`).map((edit) => ({
    ...edit,
    newText: edit.newText.replace(/: \n/, ":\n"),
  }));
}

/** Removes the key (with its value) or the list item at `path`, and its line where nothing else stands on it. */
export function removeAt(document: ForecastDocument, path: Path): TextEdit[] {
  const parent = path.length === 1 ? document.tree.contents : nodeAt(document, path.slice(0, -1));
  if (isSeq(parent)) return removeItem(document, parent, Number(path.at(-1)), path);
  const pair = pairAt(document, path);
  if (pair?.key.range === undefined || pair.key.range === null || !isMap(parent)) return [];
  const to = pair.value?.range?.[1] ?? pair.key.range[1];
  if (parent.flow)
    return [removeSpan(document, parent.items.indexOf(pair), parent.items.length, pair.key.range[0], to)];
  return [removeLines(document, pair.key.range[0], lastOffset(to, document))];
}

function removeItem(document: ForecastDocument, list: YAMLSeq, index: number, path: Path): TextEdit[] {
  const range = rangeOf(list.items[index]);
  if (range === undefined) return [];
  if (list.items.length === 1) return removeAt(document, path.slice(0, -1));
  if (list.flow) return [removeSpan(document, index, list.items.length, range[0], range[1])];
  return [removeLines(document, range[0], lastOffset(range[1], document))];
}

/** Adds `text` to the list at `path`; creates the list, and its section, where missing. */
export function addItem(document: ForecastDocument, path: Path, text: string): TextEdit[] {
  const list = nodeAt(document, path);
  const scalar = yamlScalar(text);
  if (!isSeq(list)) return addKey(document, path, `[${scalar}]`);
  const last = rangeOf(list.items.at(-1));
  if (list.flow || last === undefined) {
    const end = list.range![1] - 1;
    return [insertAt(document, last?.[1] ?? end, `${last === undefined ? "" : ", "}${scalar}`)];
  }
  const line = document.text.lastIndexOf("\n", last[0] - 1) + 1;
  const lead = document.text.slice(line, last[0]);
  return [insertAt(document, endOfLine(document, last[1]), `\n${lead}${scalar}`)];
}

/** In a flow collection the comma before the element goes with it, for the first one the comma after it. */
function removeSpan(document: ForecastDocument, index: number, length: number, from: number, to: number): TextEdit {
  if (index > 0) {
    const start = document.text.lastIndexOf(",", from);
    return { range: toRange(document, start, to), newText: "" };
  }
  const after = length > 1 ? /^\s*,\s*/.exec(document.text.slice(to)) : null;
  return { range: toRange(document, from, to + (after?.[0].length ?? 0)), newText: "" };
}

function removeLines(document: ForecastDocument, from: number, to: number): TextEdit {
  const start = document.text.lastIndexOf("\n", from - 1) + 1;
  const end = Math.min(document.text.length, endOfLine(document, to) + 1);
  return { range: toRange(document, start, end), newText: "" };
}

function insertAt(document: ForecastDocument, offset: number, newText: string): TextEdit {
  const range = toRange(document, offset, offset);
  // A file without a last line break gets one before the new line.
  const open =
    offset === document.text.length &&
    offset > 0 &&
    !document.text.endsWith("\n") &&
    !newText.startsWith("\n") &&
    /:\s/.test(newText);
  return { range, newText: open && !/^[,}]/.test(newText) ? `\n${newText}` : newText };
}

function endOfText(document: ForecastDocument): number {
  return document.text.length;
}

function endOfLine(document: ForecastDocument, offset: number): number {
  const found = document.text.indexOf("\n", offset);
  return found < 0 ? document.text.length : found;
}

/** The last offset of a block that holds text: block ranges of the parser run on over blank lines. */
function lastOffset(to: number, document: ForecastDocument): number {
  return document.text.slice(0, to).trimEnd().length;
}

function columnOf(document: ForecastDocument, offset: number): number {
  return offset - toOffset(document, { line: toRange(document, offset, offset).start.line, character: 0 });
}

function rangeOf(node: unknown): readonly [number, number] | undefined {
  // SAFETY: items of a parsed document are nodes with ranges.
  const range = (node as { range?: [number, number, number] } | undefined)?.range;
  return range === undefined || range === null ? undefined : [range[0], range[1]];
}

function rangeStart(node: unknown): number {
  return rangeOf(node)?.[0] ?? 0;
}

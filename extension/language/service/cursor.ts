import { isMap, isScalar, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";
import { keyText, type Path } from "./document.ts";

/** What is being written at the cursor. */
export interface Cursor {
  /** Path of the mapping a key is written into, or of the value that is being written. */
  readonly path: Path;
  readonly part: "key" | "value";
  /** Offsets of the text that a completion replaces. */
  readonly from: number;
  readonly to: number;
  /** Keys or list values that stand beside it already. */
  readonly siblings: readonly string[];
  /** Inside brackets or braces on the same line. */
  readonly flow: boolean;
  /** A colon follows, so that only the key itself is replaced. */
  readonly colon: boolean;
}

/** A character of Unicode's private use area: no file holds it, and YAML takes it for a letter. */
const mark = "\uE0A1";

/**
 * Finds out what is being written at `offset` by parsing the text with a mark put in there, so that half-written lines are
 * understood by the same parser as whole ones. Undefined in comments.
 */
export function cursorAt(text: string, offset: number): Cursor | undefined {
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  const lineEnd = text.indexOf("\n", offset) < 0 ? text.length : text.indexOf("\n", offset);
  const before = text.slice(lineStart, offset);
  const after = text.slice(offset, lineEnd);
  if (/(^|\s)#/.test(before)) return undefined;
  const wordAfter = /^[\w-]*/.exec(after)![0];
  const colon = /^[\w-]*\s*:/.test(after);
  const alone = /^\s*[\w-]*$/.test(before) && !insideFlow(text.slice(0, lineStart));
  const insert = alone && !colon ? `${mark}${wordAfter}: ` : `${mark}${wordAfter}`;
  const rest = text.slice(offset + wordAfter.length);
  const tree = parseDocument(text.slice(0, offset) + insert + rest, { prettyErrors: false, uniqueKeys: false });
  const found = search(tree.contents, []);
  if (found === undefined) return undefined;
  return { ...found, to: Math.max(offset, found.to - mark.length), colon };
}

/** Whether a bracket or brace is still open at the end of the text; quotes and comments are left out. */
function insideFlow(text: string): boolean {
  const bare = text.replace(/"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|(^|\s)#.*$/gm, "");
  const opened = bare.match(/[[{]/g)?.length ?? 0;
  return opened > (bare.match(/[\]}]/g)?.length ?? 0);
}

type Found = Omit<Cursor, "colon">;

function search(node: unknown, path: Path, flow = false): Found | undefined {
  if (isMap(node)) return searchMap(node, path);
  if (isSeq(node)) return searchList(node, path);
  const range = marked(node);
  return range && { path, part: "value", ...range, siblings: [], flow };
}

function searchMap(node: YAMLMap, path: Path): Found | undefined {
  const flow = node.flow === true;
  for (const pair of node.items) {
    const key = marked(pair.key);
    if (key !== undefined) {
      const siblings = node.items.filter((other) => other !== pair).map(keyText);
      return { path, part: "key", ...key, siblings, flow };
    }
    const deeper = search(pair.value, [...path, keyText(pair)], flow);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

function searchList(node: YAMLSeq, path: Path): Found | undefined {
  const flow = node.flow === true;
  for (const [index, item] of node.items.entries()) {
    const deeper = search(item, [...path, index], flow);
    if (deeper === undefined) continue;
    if (deeper.part === "key" || deeper.path.length > path.length + 1) return deeper;
    const siblings = node.items
      .filter((other) => other !== item)
      .map((other) => (isScalar(other) ? String(other.value) : ""));
    return { ...deeper, siblings };
  }
  return undefined;
}

function marked(node: unknown): { from: number; to: number } | undefined {
  if (!isScalar(node) || !node.range || !String(node.source ?? node.value ?? "").includes(mark)) return undefined;
  return { from: node.range[0], to: node.range[1] };
}

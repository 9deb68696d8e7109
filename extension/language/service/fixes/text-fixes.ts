import { type Diagnostic, Range, TextEdit } from "vscode-languageserver-types";
import { sectionOf } from "../../../../protocol/experiment/json-schema.ts";
import { type ForecastDocument, nodeAt, toOffset, toRange, valueAt } from "../document.ts";
import { addItem, addKey, removeAt, setScalar } from "../edits.ts";
import { guessValue } from "../guess.ts";
import { type Fixes, type FixMaker, removal } from "./fix.ts";

const removeKey: FixMaker = (document, path) => [{ title: `Remove ${path.at(-1)}`, edits: removeAt(document, path) }];

/** A key that would be right in another section goes there, with its value, where that stands on one line. */
const moveKey: FixMaker = (document, path) => {
  const key = String(path.at(-1));
  const section = sectionOf(key);
  const node = nodeAt(document, path);
  if (section === undefined || path[0] === section || !node?.range) return [];
  const text = document.text.slice(node.range[0], node.range[1]).trim();
  if (text === "" || text.includes("\n") || nodeAt(document, [section, key]) !== undefined) return [];
  return [
    {
      title: `Move ${key} to ${section}`,
      edits: [...removeAt(document, path), ...addKey(document, [section, key], text)],
      preferred: true,
    },
  ];
};

/** Fixes of what is wrong with keys and with the file's shape. */
export const textFixes: Fixes = {
  "empty-file": (document, _path, facts) => {
    const source = `  source: ${guessValue(["data", "source"], facts)}`;
    const lines = ["data:", source, "  time: date", "  target: value", "forecast:", "  horizon: 14", ""];
    const end = toRange(document, document.text.length, document.text.length).start;
    const lead = document.text === "" || document.text.endsWith("\n") ? "" : "\n";
    const edits = [TextEdit.insert(end, lead + lines.join("\n"))];
    return [{ title: "Write the keys that an experiment needs", edits, preferred: true }];
  },
  "unknown-key": (...given) => [...moveKey(...given), ...removeKey(...given)],
  "unknown-setting": removeKey,
  "unknown-model": (document, path) => [{ title: "Remove this model", edits: removeAt(document, path) }],
  "column-used-twice": (document, path) => [{ ...removal(document, path), preferred: true }],
  "missing-key": (document, path, facts) => {
    const value = guessValue(path, facts);
    return [{ title: `Add ${path.join(".")}: ${value}`, edits: addKey(document, path, value), preferred: true }];
  },
  "scenario-column": (document, path) => {
    const column = String(path.at(-1));
    return [
      {
        title: `Add ${column} to covariates.known`,
        edits: addItem(document, ["covariates", "known"], column),
        preferred: true,
      },
    ];
  },
  "bounds-order": (document) => {
    const bounds = ["minimum", "maximum"].map((key) => String(valueAt(document, ["forecast", key])));
    return [
      {
        title: "Swap minimum and maximum",
        edits: [
          ...setScalar(document, ["forecast", "minimum"], bounds[1]!),
          ...setScalar(document, ["forecast", "maximum"], bounds[0]!),
        ],
        preferred: true,
      },
    ];
  },
  "quantile-order": (document) => {
    const levels = valueAt(document, ["forecast", "quantiles"]);
    if (!Array.isArray(levels)) return [];
    const sorted = [...new Set(levels.map(Number))].toSorted((a, b) => a - b);
    return [
      {
        title: "Sort the quantiles",
        edits: setScalar(document, ["forecast", "quantiles"], `[${sorted.join(", ")}]`),
        preferred: true,
      },
    ];
  },
  "yaml-tab-as-indent": (document, _path, _facts, { range }) => {
    const { start, text } = lineAt(document, range);
    const indent = /^\s*/.exec(text)![0].replace(/\n/g, "");
    if (!indent.includes("\t")) return [];
    const edit = {
      range: Range.create(start, { line: start.line, character: indent.length }),
      newText: indent.replaceAll("\t", "  "),
    };
    return [{ title: "Replace tabs by spaces", edits: [edit], preferred: true }];
  },
  "yaml-duplicate-key": (document, _path, _facts, { range }) => {
    const { start, text } = lineAt(document, range);
    const single = /^\s*[^:]+:\s*\S/.test(text);
    const edit = { range: Range.create(start, { line: start.line + 1, character: 0 }), newText: "" };
    return single ? [{ title: "Remove this line", edits: [edit] }] : [];
  },
};

/** The whole line in which a range starts, its line break included. */
function lineAt(document: ForecastDocument, { start: { line } }: Diagnostic["range"]) {
  const start = { line, character: 0 };
  return {
    start,
    text: document.text.slice(toOffset(document, start), toOffset(document, { ...start, line: line + 1 })),
  };
}

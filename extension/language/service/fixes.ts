import { type CodeAction, CodeActionKind, type Diagnostic, type TextEdit } from "vscode-languageserver-types";
import type { DiagnosticData } from "./diagnostics.ts";
import { type ForecastDocument, type Path, toOffset, valueAt } from "./document.ts";
import { addItem, addKey, removeAt, setScalar } from "./edits.ts";
import type { Facts } from "./facts.ts";
import type { Repair } from "./finding.ts";
import { guessValue } from "./guess.ts";
import { yamlScalar } from "./text.ts";

interface Fix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  readonly preferred?: boolean;
}

/** Quick fixes of the diagnostics at the cursor, the likeliest first. */
export function quickFixes(
  document: ForecastDocument,
  uri: string,
  diagnostics: readonly Diagnostic[],
  facts: Facts,
): CodeAction[] {
  return diagnostics.flatMap((diagnostic) =>
    fixesOf(document, diagnostic, facts)
      .filter(({ edits }) => edits.length > 0)
      .map(({ title, edits, preferred }) => ({
        title,
        kind: CodeActionKind.QuickFix,
        diagnostics: [diagnostic],
        isPreferred: preferred === true,
        edit: { changes: { [uri]: [...edits] } },
      })),
  );
}

function fixesOf(document: ForecastDocument, diagnostic: Diagnostic, facts: Facts): Fix[] {
  // SAFETY: diagnostics of this service carry DiagnosticData; others are told apart by `source`.
  const data = diagnostic.data as DiagnosticData | undefined;
  if (diagnostic.source !== "almanac" || data === undefined) return [];
  const repaired = data.repair === undefined ? [] : repairs(document, diagnostic, data.path, data.repair);
  return [...repaired, ...(byCode[String(diagnostic.code)]?.(document, data.path, facts, diagnostic) ?? [])];
}

function repairs(document: ForecastDocument, { range }: Diagnostic, path: Path, repair: Repair): Fix[] {
  switch (repair.kind) {
    case "replace":
      return [
        { title: `Replace by ${repair.text}`, edits: [{ range, newText: yamlScalar(repair.text) }], preferred: true },
      ];
    case "set":
      return [{ title: repair.title, edits: setScalar(document, repair.path, repair.text), preferred: true }];
    case "move-to-observed":
      return [
        {
          title: `Move ${repair.column} to observed`,
          edits: moveToObserved(document, path, repair.column),
          preferred: true,
        },
        removal(document, path),
      ];
    case "remove":
      return [removal(document, path)];
  }
}

function moveToObserved(document: ForecastDocument, path: Path, column: string): TextEdit[] {
  return [...removeAt(document, path), ...addItem(document, ["covariates", "observed"], column)];
}

function removal(document: ForecastDocument, path: Path): Fix {
  return {
    title: `Remove ${String(valueAt(document, path) ?? path.at(-1)).slice(0, 40)}`,
    edits: removeAt(document, path),
  };
}

type Maker = (document: ForecastDocument, path: Path, facts: Facts, diagnostic: Diagnostic) => Fix[];

const removeKey: Maker = (document, path) => [{ title: `Remove ${path.at(-1)}`, edits: removeAt(document, path) }];

/** Fixes that follow from the kind of problem alone. */
const byCode: Readonly<Record<string, Maker>> = {
  "unknown-key": removeKey,
  "unknown-setting": removeKey,
  "unknown-column": (document, path) => (path.length > 2 ? [removal(document, path)] : []),
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
    const line = { start: { line: range.start.line, character: 0 }, end: { line: range.start.line + 1, character: 0 } };
    const text = document.text.slice(toOffset(document, line.start), toOffset(document, line.end));
    const indent = /^\s*/.exec(text)![0].replace(/\n/g, "");
    const edit = {
      range: { start: line.start, end: { line: range.start.line, character: indent.length } },
      newText: indent.replaceAll("\t", "  "),
    };
    return [{ title: "Replace tabs by spaces", edits: indent.includes("\t") ? [edit] : [], preferred: true }];
  },
  "yaml-duplicate-key": (document, _path, _facts, { range }) => {
    const from = { line: range.start.line, character: 0 };
    const line = document.text.slice(
      toOffset(document, from),
      toOffset(document, { line: from.line + 1, character: 0 }),
    );
    const single = /^\s*[^:]+:\s*\S/.test(line);
    return single
      ? [
          {
            title: "Remove this line",
            edits: [{ range: { start: from, end: { line: from.line + 1, character: 0 } }, newText: "" }],
          },
        ]
      : [];
  },
};

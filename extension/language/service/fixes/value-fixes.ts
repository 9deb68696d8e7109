import { type ForecastDocument, nodeAt, type Path, valueAt } from "../document.ts";
import { removeAt, setScalar } from "../edits.ts";
import { guessValue } from "../guess.ts";
import { choices, schemasFor } from "../schema-docs.ts";
import { type Fix, type Fixes, type FixMaker, replacements } from "./fix.ts";

/** Words that are offered where any of them may be meant. */
const offered = 6;

/** Rewrites a value into what its key takes: the first form that fits is the likeliest. */
const rewrite: FixMaker = (document, path, facts) => {
  const value = valueAt(document, path);
  if (value === null || value === undefined) return fillIn(document, path, guessValue(path, facts));
  const shapes = schemasFor(path, facts);
  const kinds = new Set(shapes.map(({ type }) => type));
  const written = sourceAt(document, path);
  const sole = shapes.map(({ required }) => required ?? []).find((keys) => keys.length === 1)?.[0];
  const forms = [
    kinds.has("array") && isScalarValue(value) && `[${written}]`,
    (kinds.has("number") || kinds.has("integer")) && isNumeric(value) && value,
    sole !== undefined && isScalarValue(value) && `{${sole}: ${written}}`,
  ].filter((form) => typeof form === "string");
  const [form] = forms;
  return [
    ...(form === undefined
      ? []
      : [{ title: `Write it as ${form}`, edits: setScalar(document, path, form), preferred: true }]),
    ...percentLevels(document, path),
    ...replacements(document, path, choices(path, facts).slice(0, offered)).map(({ title, edits }) => ({
      title,
      edits,
    })),
  ];
};

/** A key without a value gets a likely one, or goes. */
function fillIn(document: ForecastDocument, path: Path, guess: string): Fix[] {
  const remove = { title: `Remove ${path.at(-1)}`, edits: removeAt(document, path) };
  if (guess === '""') return [remove];
  return [{ title: `Set ${path.join(".")} to ${guess}`, edits: setScalar(document, path, guess), preferred: true }];
}

/** Quantiles written as percentages become shares. */
function percentLevels(document: ForecastDocument, path: Path): Fix[] {
  if (path[0] !== "forecast" || path[1] !== "quantiles") return [];
  const levels = valueAt(document, ["forecast", "quantiles"]);
  if (!Array.isArray(levels) || !levels.every((level) => typeof level === "number" && level >= 1 && level < 100))
    return [];
  const text = `[${levels.map((level) => level / 100).join(", ")}]`;
  return [
    { title: `Write it as ${text}`, edits: setScalar(document, ["forecast", "quantiles"], text), preferred: true },
  ];
}

function isScalarValue(value: unknown): boolean {
  return typeof value !== "object";
}

/** Text that reads as a number, such as one in quotes. */
function isNumeric(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "" && !Number.isNaN(Number(value));
}

function sourceAt(document: ForecastDocument, path: Path): string {
  const range = nodeAt(document, path)?.range;
  return range ? document.text.slice(range[0], range[1]) : "";
}

/** Fixes of values that are of another type than their key takes, or none of its words. */
export const valueFixes: Fixes = {
  "wrong-type": rewrite,
  "wrong-value": rewrite,
  "wrong-setting": rewrite,
};

import type { z } from "zod";
import type { Problem, TextRange } from "../errors.ts";
import { mostProblems, readDocument, type TextDocument } from "./document.ts";
import { keysAt, sectionOf } from "./json-schema.ts";
import { nearest } from "./nearest.ts";
import { type Experiment, experimentSchema } from "./schema.ts";
import { semanticProblems } from "./semantics.ts";

/** An experiment file, read: the experiment where it is usable, and everything that is wrong with it. */
export interface ParsedExperiment {
  /** Present when no problem is an error. */
  readonly experiment?: Experiment;
  readonly problems: readonly Problem[];
  /** Where the value at `path` stands in the text. */
  locate(path: readonly (string | number)[]): TextRange;
  locateKey(path: readonly (string | number)[]): TextRange;
}

/** Validates the text of an experiment file. Reports all problems at once, each with its place and a fix. */
export function parseExperiment(text: string, file: string): ParsedExperiment {
  const document = readDocument(text, file);
  const { locate, locateKey } = document;
  if (document.problems.length > 0) return { problems: document.problems, locate, locateKey };
  if (document.value === null || document.value === undefined) {
    return { problems: [emptyFile(file)], locate, locateKey };
  }
  const result = experimentSchema.safeParse(document.value);
  if (!result.success) {
    const problems = orderly(
      result.error.issues.slice(0, mostProblems).flatMap((issue) => schemaProblems(issue, document, file)),
    );
    return { problems, locate, locateKey };
  }
  const problems = semanticProblems(result.data).map((problem) => ({
    ...problem,
    file,
    range: problem.atKey ? locateKey(problem.path) : locate(problem.path),
  }));
  const failed = problems.some((problem) => problem.severity === "error");
  return { ...(failed ? {} : { experiment: result.data }), problems, locate, locateKey };
}

/** In the order of the text; a key that is missing only because it is misspelt is one problem, not two. */
function orderly(problems: Problem[]): Problem[] {
  const misspelt = new Set(
    problems.map((problem) => [...(problem.path ?? []).slice(0, -1), problem.replacement].join("\0")),
  );
  return problems
    .filter((problem) => problem.code !== "missing-key" || !misspelt.has((problem.path ?? []).join("\0")))
    .sort((a, b) => position(a) - position(b));
}

function position({ range }: Problem): number {
  return range === undefined ? 0 : range.start.line * 1e6 + range.start.column;
}

function emptyFile(file: string): Problem {
  return {
    severity: "error",
    code: "empty-file",
    message: "The file is empty.",
    fix: "Give at least data.source, data.time, data.target and forecast.horizon.",
    file,
    range: { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } },
  };
}

type Path = (string | number)[];

function schemaProblems(issue: z.core.$ZodIssue, document: TextDocument, file: string): Problem[] {
  const path = issue.path.map((key) => (typeof key === "number" ? key : String(key)));
  if (issue.code === "unrecognized_keys") {
    return issue.keys.slice(0, mostProblems).map((key) => unknownKey([...path, key], document, file));
  }
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const nested = nestedIssues(issue, path);
    if (nested !== undefined) return nested.flatMap((inner) => schemaProblems(inner, document, file));
  }
  return [valueProblem(issue, path, document, file)];
}

/** Of a union, the issues of the one alternative that has the right type, where there is exactly one. */
function nestedIssues(issue: z.core.$ZodIssueInvalidUnion, path: Path): z.core.$ZodIssue[] | undefined {
  const deeper = issue.errors.filter(
    (errors) => !errors.some((error) => error.path.length === 0 && error.code === "invalid_type"),
  );
  if (deeper.length !== 1) return undefined;
  return deeper[0]!.map((error) => ({ ...error, path: [...path, ...error.path] }));
}

function unknownKey(path: Path, document: TextDocument, file: string): Problem {
  const key = String(path.at(-1));
  const parent = path.slice(0, -1);
  const valid = keysAt(parent);
  const near = nearest(key, valid);
  const elsewhere = near === undefined ? sectionOf(key) : undefined;
  const where = parent.length === 0 ? "an experiment" : `\`${parent.join(".")}\``;
  return {
    severity: "error",
    code: "unknown-key",
    message: `\`${key}\` is not a key of ${where}.`,
    fix:
      near !== undefined
        ? `Did you mean \`${near}\`?`
        : elsewhere !== undefined
          ? `\`${key}\` belongs under \`${elsewhere}\`.`
          : `Valid keys here: ${valid.join(", ")}.`,
    file,
    range: document.locateKey(path),
    path,
    replacement: near,
  };
}

function valueProblem(issue: z.core.$ZodIssue, path: Path, document: TextDocument, file: string): Problem {
  const name = path.length === 0 ? "the document" : `\`${path.join(".")}\``;
  const input = valueAt(document.value, path);
  if (input === undefined) {
    return {
      severity: "error",
      code: "missing-key",
      message: `${name} is missing.`,
      fix: `Add \`${path.at(-1)}:\`${path.length > 1 ? ` under \`${path.slice(0, -1).join(".")}\`` : ""}.`,
      file,
      range: document.locateKey(path.slice(0, -1)),
      path,
    };
  }
  const written = describe(input);
  const choices = issue.code === "invalid_value" ? issue.values.map(String) : [];
  const near = typeof input === "string" ? nearest(input, choices) : undefined;
  const expectation =
    choices.length > 0 && issue.message.startsWith("Invalid")
      ? `expected one of ${choices.join(", ")}`
      : expected(issue);
  return {
    severity: "error",
    code: issue.code === "invalid_type" || issue.code === "invalid_union" ? "wrong-type" : "wrong-value",
    message: `${name} is ${written}: ${expectation}.`,
    fix: near === undefined ? `Change ${name}.` : `Did you mean \`${near}\`?`,
    file,
    range: document.locate(path),
    path,
    replacement: near,
  };
}

function valueAt(value: unknown, path: Path): unknown {
  // SAFETY: only own keys of plain YAML values are looked up.
  return path.reduce<unknown>((node, key) => (node as Record<string | number, unknown> | null)?.[key], value);
}

const typeNames: Readonly<Record<string, string>> = {
  object: "a mapping (key: value)",
  record: "a mapping (key: value)",
  array: "a list",
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

function expected(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type" && issue.message.startsWith("Invalid input")) {
    return `expected ${typeNames[issue.expected] ?? issue.expected}`;
  }
  return issue.message;
}

function describe(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
}

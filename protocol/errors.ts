import type { ProblemCode } from "./problems/codes.ts";

/** A place in a text file; lines and columns start at 1, `end` is exclusive. */
export interface TextRange {
  readonly start: { readonly line: number; readonly column: number };
  readonly end: { readonly line: number; readonly column: number };
}

/** One thing that is wrong with an experiment file or its data, worded for the analyst. */
export interface Problem {
  readonly severity: "error" | "warning" | "information";
  /** Stable identifier in kebab case, such as `unknown-key`. */
  readonly code: ProblemCode;
  /** What is wrong and where, one sentence. */
  readonly message: string;
  /** What to do about it, one sentence. */
  readonly fix?: string | undefined;
  /** Path of the experiment or data file. */
  readonly file?: string | undefined;
  readonly range?: TextRange | undefined;
  /** Keys from the document's root to the value, for editors that offer a fix. */
  readonly path?: readonly (string | number)[] | undefined;
  /** Nearest valid replacement for the text in `range`, where there is one. */
  readonly replacement?: string | undefined;
  /** Figures behind the message, for programs. */
  readonly counts?: Readonly<Record<string, number>> | undefined;
}

/** What each kind of error means to a caller: HTTP status of the API and exit code of the command line. */
export const errorKinds = {
  /** The experiment file is not usable. */
  experiment: { status: 422, exitCode: 2 },
  /** The data are not usable. */
  data: { status: 422, exitCode: 2 },
  /** Training or inference failed. */
  engine: { status: 500, exitCode: 1 },
  /** A daemon elsewhere refused, failed or could not be reached. */
  remote: { status: 502, exitCode: 1 },
  /** What was named does not exist. */
  missing: { status: 404, exitCode: 1 },
  /** The state of what was named does not allow it. */
  conflict: { status: 409, exitCode: 1 },
  /** The machine, the installation or a setting does not allow it. */
  setup: { status: 422, exitCode: 1 },
} as const;

export type ErrorTag = keyof typeof errorKinds;

/** Base of every error that is meant to be read by a user: what happened, and `fix` says what to do. */
export abstract class AlmanacError extends Error {
  abstract readonly tag: ErrorTag;
  /** What is wrong, as docs/reference/problems.md lists it. */
  abstract readonly code: ProblemCode;
  readonly fix: string | undefined;

  constructor(message: string, options: { fix?: string | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.fix = options.fix;
  }
}

/** The experiment file is not usable; carries every problem that was found, not just the first. */
export class ExperimentError extends AlmanacError {
  readonly tag = "experiment";
  readonly code = "experiment";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map((problem) => problem.message).join("\n"));
    this.problems = problems;
  }
}

/** The data are not usable: names file, column, row (1-based data row, header not counted) and value where known. */
export class DataError extends AlmanacError {
  readonly tag = "data";
  readonly code: ProblemCode;
  readonly file: string | undefined;
  readonly column: string | undefined;
  readonly row: number | undefined;
  readonly value: string | undefined;

  constructor(
    message: string,
    where: {
      code: ProblemCode;
      file?: string | undefined;
      column?: string | undefined;
      row?: number | undefined;
      value?: string | undefined;
      fix?: string | undefined;
      cause?: unknown;
    },
  ) {
    super(message, where);
    this.code = where.code;
    this.file = where.file;
    this.column = where.column;
    this.row = where.row;
    this.value = where.value;
  }
}

/** A numerical or back-end failure inside training or inference. */
export class EngineError extends AlmanacError {
  readonly tag = "engine";
  readonly code = "engine";
}

/** A daemon elsewhere refused, failed or could not be reached. */
export class RemoteError extends AlmanacError {
  readonly tag = "remote";
  readonly code = "remote";
}

/** Something that was named does not exist: a deployment, a version, a remote. */
export class MissingError extends AlmanacError {
  readonly tag = "missing";
  readonly code = "missing";
}

/** The state of something does not allow what was asked: a name that is taken, a run that left no model. */
export class ConflictError extends AlmanacError {
  readonly tag = "conflict";
  readonly code = "conflict";
}

/** The machine, the installation or a setting does not allow what was asked: an address, a port, a folder, a schedule. */
export class SetupError extends AlmanacError {
  readonly tag = "setup";
  readonly code = "setup";
}

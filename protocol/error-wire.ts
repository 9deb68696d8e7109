import { z } from "zod";
import {
  AlmanacError,
  ConflictError,
  DataError,
  EngineError,
  ExperimentError,
  MissingError,
  type Problem,
  RemoteError,
  SetupError,
} from "./errors.ts";
import { problemSchema } from "./problem.ts";
import { knownCode } from "./problems/known-code.ts";

/** An error as plain data, to be sent to another process. */
export interface ErrorWire {
  /** Which error of the family it is; `unexpected` for every other error. */
  readonly tag: AlmanacError["tag"] | "unexpected";
  readonly name: string;
  readonly message: string;
  /** Where an unexpected error was thrown. */
  readonly stack?: string | undefined;
  readonly fix?: string | undefined;
  /** Code of a DataError, or of an error of the system such as `ENOSPC`. */
  readonly code?: string | undefined;
  readonly file?: string | undefined;
  readonly column?: string | undefined;
  readonly row?: number | undefined;
  readonly value?: string | undefined;
  readonly problems?: readonly Problem[] | undefined;
  readonly cause?: ErrorWire | undefined;
}

/** How an error is made of its wire form, by tag: an error that is added to the family needs its line here. */
const makers: Readonly<Record<AlmanacError["tag"], (wire: ErrorWire) => AlmanacError>> = {
  experiment: ({ problems }) => new ExperimentError(problems ?? []),
  data: ({ message, fix, code = "", file, column, row, value, cause }) =>
    new DataError(message, { code: knownCode(code), file, column, row, value, fix, cause: causeOf(cause) }),
  engine: ({ message, fix, cause }) => new EngineError(message, { fix, cause: causeOf(cause) }),
  remote: ({ message, fix, cause }) => new RemoteError(message, { fix, cause: causeOf(cause) }),
  missing: ({ message, fix, cause }) => new MissingError(message, { fix, cause: causeOf(cause) }),
  conflict: ({ message, fix, cause }) => new ConflictError(message, { fix, cause: causeOf(cause) }),
  setup: ({ message, fix, cause }) => new SetupError(message, { fix, cause: causeOf(cause) }),
};

const tags = [
  ...(["experiment", "data", "engine", "remote"] as const),
  ...(["missing", "conflict", "setup", "unexpected"] as const),
] as const satisfies readonly ErrorWire["tag"][];

export const errorWireSchema: z.ZodType<ErrorWire> = z.object({
  tag: z.enum(tags),
  name: z.string(),
  message: z.string(),
  stack: z.string().optional(),
  fix: z.string().optional(),
  code: z.string().optional(),
  file: z.string().optional(),
  column: z.string().optional(),
  row: z.number().optional(),
  value: z.string().optional(),
  problems: z
    .array(problemSchema)
    .transform((problems) => problems.map((problem) => ({ ...problem, code: knownCode(problem.code) })))
    .optional(),
  cause: z.lazy(() => errorWireSchema).optional(),
});

/** Causes of causes that travel along. */
const mostCauses = 4;

/** The wire form of whatever was thrown, its causes included. */
export function errorToWire(error: unknown, depth = 0): ErrorWire {
  const cause =
    error instanceof Error && error.cause !== undefined && depth < mostCauses
      ? errorToWire(error.cause, depth + 1)
      : undefined;
  if (!(error instanceof Error)) return { tag: "unexpected", name: "Error", message: String(error) };
  const { name, message } = error;
  if (error instanceof DataError) {
    const { tag, fix, code, file, column, row, value } = error;
    return { tag, name, message, fix, code, file, column, row, value, cause };
  }
  if (error instanceof ExperimentError) return { tag: error.tag, name, message, problems: error.problems, cause };
  if (error instanceof AlmanacError) return { tag: error.tag, name, message, fix: error.fix, cause };
  return { tag: "unexpected", name, message, stack: error.stack, code: systemCode(error), cause };
}

/** The error that a wire form stands for: of the same class, where it is one of the family. */
export function errorFromWire(wire: ErrorWire): Error {
  if (wire.tag !== "unexpected") return makers[wire.tag](wire);
  const error = new Error(wire.message, { cause: causeOf(wire.cause) });
  error.name = wire.name;
  if (wire.stack !== undefined) error.stack = wire.stack;
  return wire.code === undefined ? error : Object.assign(error, { code: wire.code });
}

function causeOf(wire: ErrorWire | undefined): Error | undefined {
  return wire === undefined ? undefined : errorFromWire(wire);
}

function systemCode(error: Error): string | undefined {
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}

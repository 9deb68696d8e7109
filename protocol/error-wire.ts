import { z } from "zod";
import {
  type AlmanacError,
  ConflictError,
  DataError,
  EngineError,
  ExperimentError,
  MissingError,
  RemoteError,
  SetupError,
} from "./errors.ts";
import { problemSchema } from "./problem.ts";
import { knownCode } from "./problems/known-code.ts";

const words = { message: z.string(), fix: z.string().optional() };

/** Kinds of errors that have nothing beside their words. */
const plainKinds = {
  engine: EngineError,
  remote: RemoteError,
  missing: MissingError,
  conflict: ConflictError,
  setup: SetupError,
} as const;

const plainTag = z.enum(["engine", "remote", "missing", "conflict", "setup"]);

/** An error as it crosses from one process to another: an error of the same kind with the same fields arrives. */
export const errorWireSchema = z.discriminatedUnion("tag", [
  z.object({ tag: z.literal("experiment"), problems: z.array(problemSchema) }),
  z.object({
    ...{ tag: z.literal("data"), ...words, code: z.string() },
    file: z.string().optional(),
    column: z.string().optional(),
    row: z.int().optional(),
    value: z.string().optional(),
  }),
  z.object({ tag: plainTag, ...words }),
]);

export type ErrorWire = z.input<typeof errorWireSchema>;

/** What crosses of an error; its cause and its stack stay behind. */
export function errorToWire(error: AlmanacError): ErrorWire {
  const { message, fix } = error;
  if (error instanceof ExperimentError)
    return { tag: error.tag, problems: z.array(problemSchema).parse(error.problems) };
  if (error instanceof DataError) {
    const { code, file, column, row, value } = error;
    return { tag: error.tag, message, fix, code, file, column, row, value };
  }
  return { tag: plainTag.parse(error.tag), message, fix };
}

/** The error that was sent. */
export function errorFromWire(wire: ErrorWire): AlmanacError {
  if (wire.tag === "experiment")
    return new ExperimentError(wire.problems.map((problem) => ({ ...problem, code: knownCode(problem.code) })));
  if (wire.tag === "data") return new DataError(wire.message, { ...wire, code: knownCode(wire.code) });
  return new plainKinds[wire.tag](wire.message, { fix: wire.fix });
}

import { describe, expect, test } from "vitest";
import { problemOf } from "../../daemon/server/api/problem.ts";
import { errorFromWire, errorToWire, errorWireSchema } from "../../protocol/error-wire.ts";
import {
  ConflictError,
  DataError,
  EngineError,
  ExperimentError,
  errorKinds,
  MissingError,
  type Problem,
  RemoteError,
  SetupError,
} from "../../protocol/errors.ts";

const problem: Problem = {
  severity: "error",
  code: "unknown-key",
  message: "`horizn` is not a key of `forecast`.",
  fix: "Did you mean `horizon`?",
  file: "/data/a.forecast.yaml",
  range: { start: { line: 2, column: 3 }, end: { line: 2, column: 9 } },
  path: ["forecast", "horizn"],
  replacement: "horizon",
  counts: { keys: 3 },
};
const where = { code: "bad-number", file: "a.csv", column: "units", row: 7, value: "x", fix: "Correct it." } as const;

const errors = [
  [new ExperimentError([problem, { severity: "warning", code: "slips", message: "Two values." }]), 422, 2],
  [new DataError("Row 7 holds no number.", where), 422, 2],
  [new DataError("The disk is full.", { code: "disk-full" }), 422, 2],
  [new EngineError("The session failed.", { fix: "Try the CPU." }), 500, 1],
  [new RemoteError("It does not answer.", { cause: new Error("refused") }), 502, 1],
  [new MissingError("There is no deployment a."), 404, 1],
  [new ConflictError("The name is taken.", { fix: "Choose another." }), 409, 1],
  [new SetupError("The port is taken."), 422, 1],
] as const;

describe("errors", () => {
  test.for(errors)("%s crosses to another process as what it is", ([error]) => {
    const sent: unknown = JSON.parse(JSON.stringify(errorToWire(error)));
    const arrived = errorFromWire(errorWireSchema.parse(sent));
    expect(arrived.constructor).toBe(error.constructor);
    expect({ ...arrived, message: arrived.message }).toEqual({ ...error, message: error.message });
  });

  test.for(errors)("%s has a status and an exit code", ([error, status, exitCode]) => {
    expect(problemOf(error)?.details.status).toBe(status);
    expect(errorKinds[error.tag].exitCode).toBe(exitCode);
  });

  test("the API answers the code of what is wrong with the data, and what to do", () => {
    expect(problemOf(errors[1][0])?.details).toMatchObject({ code: "bad-number", fix: "Correct it." });
    expect(problemOf(errors[5][0])?.details).toMatchObject({ code: "not-found", title: "Not found" });
  });
});

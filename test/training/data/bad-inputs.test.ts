import { expect, test } from "vitest";
import { DataError } from "../../../protocol/errors.ts";
import { badInputs } from "./bad-inputs.ts";
import { read } from "./sandbox.ts";

test.for(badInputs)("$name", async ({ files, request, code, message, fix }) => {
  const error = await read(files, request).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DataError);
  const problem = error as DataError;
  expect(problem.message).toMatch(typeof message === "string" ? exactly(message) : message);
  expect(problem.code).toBe(code);
  expect(problem.fix).toBeTruthy();
  if (fix !== undefined) expect(problem.fix).toMatch(typeof fix === "string" ? exactly(fix) : fix);
});

function exactly(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);
}

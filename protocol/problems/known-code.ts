import type { ProblemCode } from "./codes.ts";
import { dataProblems } from "./data-problems.ts";
import { experimentProblems } from "./experiment-problems.ts";
import { runProblems } from "./run-problems.ts";
import { yamlProblems } from "./yaml-problems.ts";

const known = { ...experimentProblems, ...yamlProblems, ...dataProblems, ...runProblems };

/** The code that another process or a file names; `unknown-code` if this version does not know it. */
export function knownCode(code: string): ProblemCode {
  return isKnown(code) ? code : "unknown-code";
}

function isKnown(code: string): code is ProblemCode {
  return Object.hasOwn(known, code);
}

import type { apiProblems } from "./api-problems.ts";
import type { dataProblems } from "./data-problems.ts";
import type { editorProblems } from "./editor-problems.ts";
import type { experimentProblems } from "./experiment-problems.ts";
import type { runProblems } from "./run-problems.ts";
import type { yamlProblems } from "./yaml-problems.ts";

export type DataCode = keyof typeof dataProblems;

/** Code of a problem of an experiment, its data, a run or a trained model. */
export type ProblemCode =
  | keyof typeof experimentProblems
  | keyof typeof yamlProblems
  | keyof typeof runProblems
  | DataCode;

/** Code of a problem that the language service shows; one of the data has a prefix. */
export type EditorCode = ProblemCode | keyof typeof editorProblems | `data-${ProblemCode}`;

/** Code of an answer of the API. */
export type ApiCode = keyof typeof apiProblems | ProblemCode;

import { doc, type ProblemDoc } from "./problem-doc.ts";

/** Problems that the editor alone finds, by code. */
export const editorProblems = {
  "data-trouble": doc("The data cannot be read.", "The message says why."),
  "horizon-too-long": doc("The horizon is too long for the shortest series.", "Reduce `forecast.horizon`."),
  "leakage-suspicion": doc(
    "A known covariate follows the target almost exactly.",
    "Move it to `covariates.observed`, or remove it, if it is not known before the target.",
  ),
  "no-future-values": doc(
    "A known covariate has no values for part of the forecast window.",
    "Add rows with an empty target, name a file in `data.future`, or move it to `covariates.observed`.",
  ),
  "season-not-covered": doc(
    "The shortest series has less than two seasons before the first backtest.",
    "Use fewer `evaluation.windows`.",
  ),
  "static-varies": doc(
    "A static covariate has several values within one series.",
    "Move it to `covariates.known` or `covariates.observed`.",
  ),
  "target-not-numeric": doc("The target column does not hold numbers.", "Name a numeric column."),
  "time-not-a-time": doc("The time column holds plain numbers.", "Name the column with the dates."),
  "unknown-column": doc("The data have no column of this name.", "Use the nearest name, or remove it."),
  "unknown-setting": doc(
    "The model has no hyperparameter of this name.",
    "Use the nearest name; completion lists all.",
  ),
  "windows-too-many": doc(
    "The backtest windows do not fit into the shortest series.",
    "Reduce `evaluation.windows` or `evaluation.step`.",
  ),
  "wrong-setting": doc("The value of a hyperparameter is not allowed.", "Completion lists what it takes."),
} as const satisfies Record<string, ProblemDoc>;

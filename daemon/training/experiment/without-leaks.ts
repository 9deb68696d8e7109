import type { Problem } from "../../../protocol/errors.ts";
import { revealingCovariates } from "../../forecasting/features/leaks.ts";
import type { Panel } from "../../forecasting/panel/panel.ts";
import type { ExperimentFile } from "./read-experiment.ts";

/**
 * The experiment without the columns that reveal the target, and a warning for each at its place in the file: no model, of
 * whatever kind, may learn from what will not be known. `panel` is the experiment's own.
 */
export function withoutLeaks(file: ExperimentFile, panel: Panel): { file: ExperimentFile; warnings: Problem[] } {
  const leaks = revealingCovariates(panel);
  if (leaks.length === 0) return { file, warnings: [] };
  const names = new Set(leaks.map(({ name }) => name));
  const { covariates } = file.experiment;
  const without = (columns: readonly string[]): string[] => columns.filter((name) => !names.has(name));
  const warnings = leaks.map(({ name, reason }): Problem => {
    const role = covariates.known.includes(name) ? "known" : "observed";
    const path = ["covariates", role, covariates[role].indexOf(name)];
    return {
      severity: "warning",
      code: "leaking-covariate",
      message: `The ${role} covariate ${name} is left out: ${reason}.`,
      fix: `Take ${name} off \`covariates.${role}\`, or give the values that are known when the forecast is made.`,
      file: file.path,
      range: file.parsed.locate(path),
      path,
    };
  });
  const monotone = Object.fromEntries(Object.entries(covariates.monotone).filter(([name]) => !names.has(name)));
  const kept = { ...covariates, known: without(covariates.known), observed: without(covariates.observed), monotone };
  return { file: { ...file, experiment: { ...file.experiment, covariates: kept } }, warnings };
}

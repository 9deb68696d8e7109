import { ExperimentError, type Problem } from "../../../protocol/errors.ts";
import type { ParsedExperiment } from "../../../protocol/experiment/parse.ts";
import type { Experiment } from "../../../protocol/experiment/schema.ts";
import { parseText } from "../../training/experiment/parse-text.ts";
import type { RunJob } from "./run-messages.ts";
import { readExperimentText } from "./submit.ts";

/** An experiment's text and what it says about where it may run. */
export interface Placed {
  readonly text: string;
  readonly experiment: Experiment;
  readonly locate: ParsedExperiment["locate"];
  /** Name of the remote daemon it shall run on; undefined: here. */
  readonly remote: string | undefined;
  /** Region its data must not leave. */
  readonly region: string | undefined;
}

/** Reads where a job shall run. Throws an ExperimentError where its text is not usable. */
export async function placementOf(job: RunJob): Promise<Placed> {
  const text = job.text === "" ? await readExperimentText(job.path) : job.text;
  const { experiment, problems, locate } = await parseText(text, job.path);
  if (!experiment) throw new ExperimentError(problems);
  const on = typeof job.options.on === "string" ? job.options.on : experiment.train.on;
  return { text, experiment, locate, remote: on === "local" ? undefined : on, region: experiment.data.region };
}

/** Why data may not go to a daemon in `region`. */
export function regionProblem(job: RunJob, placed: Placed, region: string | null, where: string): ExperimentError {
  const { region: required, locate } = placed;
  const stands = region === null ? "declares no region" : `stands in ${region}`;
  const path = ["data", "region"];
  const problem: Problem = {
    severity: "error",
    code: "region",
    file: job.path,
    path,
    range: locate(path),
    message: `The data may not leave ${required}, and ${where} ${stands}. Nothing was sent.`,
    fix: `Run it on a daemon that was started with --region ${required}.`,
  };
  return new ExperimentError([problem]);
}

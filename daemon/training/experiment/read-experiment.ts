import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { ExperimentError, type Problem } from "../../../protocol/errors.ts";
import { nearest } from "../../../protocol/experiment/nearest.ts";
import { type ParsedExperiment, parseExperiment } from "../../../protocol/experiment/parse.ts";
import type { Experiment } from "../../../protocol/experiment/schema.ts";
import type { ProblemCode } from "../../../protocol/problems/codes.ts";
import { type RunOptions, withOverrides } from "../../../protocol/run-overrides.ts";
import { forecasters } from "../../forecasting/models/registry.ts";
import { calendarProblems } from "./calendar-problems.ts";

/** An experiment file that can be run. */
export interface ExperimentFile {
  readonly path: string;
  /** Name of the experiment: its own, or the file's. */
  readonly name: string;
  readonly text: string;
  readonly experiment: Experiment;
  readonly parsed: ParsedExperiment;
  readonly warnings: readonly Problem[];
  /** Settings of the run that stand in place of the file's; those of the experiment are in it already. */
  readonly options: RunOptions;
}

/** Largest experiment file that is opened, in bytes. */
const largestFile = 5_000_000;

/** Settings that a command line puts in place of the file's. */
export interface Overrides extends RunOptions {
  /** Text in place of what the file holds, such as an editor's that is not saved yet. */
  readonly text?: string;
}

/**
 * Reads and validates an experiment file, model names and hyperparameters included, and applies overrides. Throws an
 * ExperimentError with every problem.
 */
export async function readExperiment(path: string, overrides: Overrides = {}): Promise<ExperimentFile> {
  const { text = await readText(path), ...options } = overrides;
  const parsed = override(parseExperiment(text, path), options);
  const problems = [...parsed.problems, ...modelProblems(parsed, path), ...(await calendarProblems(parsed, path))];
  if (parsed.experiment === undefined || problems.some(({ severity }) => severity === "error")) {
    throw new ExperimentError(problems);
  }
  const name = parsed.experiment.experiment ?? basename(path).replace(/(\.forecast)?\.ya?ml$/i, "");
  return { path, name, text, experiment: parsed.experiment, parsed, warnings: problems, options };
}

function override(parsed: ParsedExperiment, options: RunOptions): ParsedExperiment {
  const { experiment } = parsed;
  return experiment === undefined ? parsed : { ...parsed, experiment: withOverrides(experiment, options) };
}

async function readText(path: string): Promise<string> {
  const bytes = await bytesOf(path);
  if (bytes.length > largestFile) {
    throw new ExperimentError([
      problemAt(
        path,
        "file-too-large",
        `The file has ${(bytes.length / 1e6).toFixed(0)} MB; an experiment file is a page of text.`,
        "Is this the data file? Name it under data.source of an experiment file.",
      ),
    ]);
  }
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const encoding = utf16 ? (bytes[0] === 0xff ? "utf-16le" : "utf-16be") : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    const fix = "Save it as UTF-8.";
    throw new ExperimentError([problemAt(path, "not-utf-8", "The file is not UTF-8 text.", fix)]);
  }
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    const facts = await stat(path);
    if (facts.isDirectory()) {
      throw new ExperimentError([
        problemAt(path, "is-a-folder", "This is a folder.", "Give an experiment file, NAME.forecast.yaml."),
      ]);
    }
    if (facts.size > largestFile) return new Uint8Array(facts.size);
    return await readFile(path);
  } catch (error) {
    if (error instanceof ExperimentError) throw error;
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const message = missing ? "There is no such file." : `The file cannot be read: ${(error as Error).message}.`;
    throw new ExperimentError([problemAt(path, missing ? "no-such-file" : "unreadable", message, "Check the path.")]);
  }
}

function problemAt(file: string, code: ProblemCode, message: string, fix: string): Problem {
  const start = { line: 1, column: 1 };
  return { severity: "error", code, message, fix, file, range: { start, end: start } };
}

function modelProblems({ experiment, locate, locateKey }: ParsedExperiment, file: string): Problem[] {
  const models = experiment?.search.models ?? "auto";
  if (models === "auto") return [];
  const entries: [string, unknown, (string | number)[]][] = Array.isArray(models)
    ? models.map((name: string, index: number) => [name, {}, ["search", "models", index]])
    : Object.entries(models).map(([name, options]) => [name, options ?? {}, ["search", "models", name]]);
  return entries.flatMap(([name, options, path]) => {
    const range = Array.isArray(models) ? locate(path) : locateKey(path);
    const forecaster = forecasters.find((candidate) => candidate.name === name);
    if (forecaster === undefined) return [unknownModel(name, file, range, path)];
    const result = forecaster.options.safeParse(options);
    if (result.success) return [];
    return result.error.issues.map((issue): Problem => {
      const full = [...path, ...issue.path.map((key) => (typeof key === "number" ? key : String(key)))];
      const subject = issue.path.length === 0 ? name : `${name}.${issue.path.join(".")}`;
      return {
        severity: "error",
        code: "wrong-hyperparameter",
        message: `\`${subject}\`: ${issue.message}.`,
        fix: `\`almanac models --json\` lists the hyperparameters of ${name}.`,
        file,
        range: locate(full),
        path: full,
      };
    });
  });
}

function unknownModel(name: string, file: string, range: Problem["range"], path: (string | number)[]): Problem {
  const names = forecasters.map((forecaster) => forecaster.name);
  const near = nearest(name, names);
  return {
    severity: "error",
    code: "unknown-model",
    message: `There is no model \`${name}\`.`,
    fix: near === undefined ? `Models: ${names.join(", ")}.` : `Did you mean \`${near}\`?`,
    file,
    path,
    ...(range === undefined ? {} : { range }),
    ...(near === undefined ? {} : { replacement: near }),
  };
}

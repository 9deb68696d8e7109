import { z } from "zod";
import { shortProblemSchema } from "./problem.ts";

const candidate = {
  candidate: z.string().describe("Identifier of the candidate inside the run, such as `auto-ets` or `boosting-2`."),
  model: z.string().describe("Name of the model."),
};

const task = {
  ...candidate,
  task: z
    .union([z.int(), z.literal("final")])
    .describe("Origin, counted back from the latest; `final` for the fit on all data."),
};

const reason = z.string().describe("Why, in one sentence.");
const seconds = z.number().describe("Seconds that it took.");

/** Everything that happens in a run, in order. Events are stored as rows, streamed to editors and shown as progress. */
export const runEventSchema = z.discriminatedUnion("type", [
  z
    .object({
      type: z.literal("run-started"),
      experiment: z.string().describe("Name of the experiment."),
      metric: z.string().describe("Metric that judges the candidates, unless `data-loaded` names another."),
      budgetSeconds: z.number().describe("Wall clock of the search."),
      workers: z.int().describe("Number of worker processes."),
    })
    .describe("A run has begun to work."),
  z
    .object({
      type: z.literal("data-loaded"),
      series: z.int().describe("Number of series."),
      rows: z.int().describe("Number of rows read."),
      frequency: z.string().describe("Step of the series."),
      metric: z.string().optional().describe("Metric that judges the candidates."),
      seconds,
    })
    .describe("The data were read."),
  z
    .object({
      type: z.literal("search-planned"),
      windows: z.int().describe("Number of backtest windows."),
      candidates: z
        .array(z.object({ ...candidate, title: z.string(), family: z.string() }))
        .describe("Candidates that will be tried."),
      skipped: z.array(z.object({ ...candidate, reason: z.string() })).describe("Candidates that will not, and why."),
    })
    .describe("The candidates of the search are known."),
  z.object({ type: z.literal("candidate-started"), ...candidate }).describe("Work on a candidate has begun."),
  z.object({ type: z.literal("task-started"), ...task }).describe("A worker has begun a task."),
  z
    .object({
      type: z.literal("task-progress"),
      ...task,
      fraction: z.number().describe("Share that is done, from 0 to 1."),
      loss: z.number().optional().describe("Training loss."),
    })
    .describe("A task has come further."),
  z
    .object({
      type: z.literal("task-finished"),
      ...task,
      seconds,
      cached: z.boolean().describe("The result came from an earlier, identical task."),
    })
    .describe("A task has ended with a result."),
  z
    .object({
      type: z.literal("candidate-scored"),
      ...candidate,
      score: z.number().nullable().describe("Value of the metric; null if it cannot be computed."),
      windows: z.int().describe("Backtest windows that the score is of."),
      seconds,
      device: z.string().optional().describe("Device that it was trained on, such as `cpu` or `webgpu`."),
    })
    .describe("A candidate has a score, or a score of more windows."),
  z.object({ type: z.literal("candidate-paused"), ...candidate }).describe("Work on a candidate was paused."),
  z.object({ type: z.literal("candidate-resumed"), ...candidate }).describe("Work on a paused candidate goes on."),
  z
    .object({ type: z.literal("candidate-skipped"), ...candidate, reason })
    .describe("A candidate will not be tried further."),
  z.object({ type: z.literal("candidate-failed"), ...candidate, reason }).describe("A candidate has failed."),
  z
    .object({
      type: z.literal("leaderboard"),
      rows: z.array(z.object({ model: z.string(), score: z.number().nullable() })).describe("Models, best first."),
    })
    .describe("The order of the models has changed."),
  z
    .object({
      type: z.literal("progress"),
      fraction: z.number().describe("Share of the whole run that is done, from 0 to 1."),
      stage: z.enum(["data", "search", "final", "explain", "output"]).describe("What the run is doing."),
      elapsedSeconds: z.number().describe("Seconds since the run began."),
      remainingSeconds: z.number().describe("Seconds until the run is expected to end."),
    })
    .describe("The run has come further."),
  z
    .object({ type: z.literal("warning"), problem: shortProblemSchema.describe("What the warning says.") })
    .describe("The run warns, and goes on."),
  z
    .object({
      type: z.literal("run-finished"),
      winner: z.string().describe("Identifier of what makes the forecast: a candidate or the ensemble."),
      score: z.number().nullable().describe("Value of the metric; null if it cannot be computed."),
      seconds,
      directory: z.string().describe("Folder of the results on the machine of the run."),
    })
    .describe("A run has ended with a forecast."),
  z
    .object({ type: z.literal("run-failed"), problems: z.array(shortProblemSchema).describe("What is wrong.") })
    .describe("A run has ended without a forecast."),
]);

export type RunEvent = z.infer<typeof runEventSchema>;

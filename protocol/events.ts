import { z } from "zod";
import { shortProblemSchema } from "./problem.ts";

const candidate = {
  /** Identifier of the candidate inside the run, such as `auto-ets` or `boosting-2`. */
  candidate: z.string(),
  /** Name of the model. */
  model: z.string(),
};

/** Everything that happens in a run, in order. Events are stored as rows, streamed to editors and shown as progress. */
export const runEventSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("run-started"),
    experiment: z.string(),
    metric: z.string(),
    budgetSeconds: z.number(),
    workers: z.int(),
  }),
  z.object({
    type: z.literal("data-loaded"),
    series: z.int(),
    rows: z.int(),
    frequency: z.string(),
    seconds: z.number(),
  }),
  z.object({
    type: z.literal("search-planned"),
    windows: z.int(),
    candidates: z.array(z.object({ ...candidate, title: z.string(), family: z.string() })),
    skipped: z.array(z.object({ ...candidate, reason: z.string() })),
  }),
  z.object({ type: z.literal("candidate-started"), ...candidate }),
  z.object({
    type: z.literal("task-started"),
    ...candidate,
    /** Origin counted back from the latest, or the final fit on all data. */
    task: z.union([z.int(), z.literal("final")]),
  }),
  z.object({
    type: z.literal("task-progress"),
    ...candidate,
    task: z.union([z.int(), z.literal("final")]),
    /** From 0 to 1. */
    fraction: z.number(),
    loss: z.number().optional(),
  }),
  z.object({
    type: z.literal("task-finished"),
    ...candidate,
    task: z.union([z.int(), z.literal("final")]),
    seconds: z.number(),
    /** The result came from an earlier, identical task. */
    cached: z.boolean(),
  }),
  z.object({
    type: z.literal("candidate-scored"),
    ...candidate,
    score: z.number().nullable(),
    windows: z.int(),
    seconds: z.number(),
    /** Where it was trained, such as `cpu` or `webgpu`. */
    device: z.string().optional(),
  }),
  z.object({ type: z.literal("candidate-paused"), ...candidate }),
  z.object({ type: z.literal("candidate-resumed"), ...candidate }),
  z.object({ type: z.literal("candidate-skipped"), ...candidate, reason: z.string() }),
  z.object({ type: z.literal("candidate-failed"), ...candidate, reason: z.string() }),
  z.object({
    type: z.literal("leaderboard"),
    rows: z.array(z.object({ model: z.string(), score: z.number().nullable() })),
  }),
  z.object({
    type: z.literal("progress"),
    /** Of the whole run, from 0 to 1. */
    fraction: z.number(),
    stage: z.enum(["data", "search", "final", "explain", "output"]),
    elapsedSeconds: z.number(),
    /** Seconds until the run is expected to end. */
    remainingSeconds: z.number(),
  }),
  z.object({ type: z.literal("warning"), problem: shortProblemSchema }),
  z.object({
    type: z.literal("run-finished"),
    winner: z.string(),
    score: z.number().nullable(),
    seconds: z.number(),
    directory: z.string(),
  }),
  z.object({ type: z.literal("run-failed"), problems: z.array(shortProblemSchema) }),
  z.object({ type: z.literal("run-cancelled"), seconds: z.number() }),
]);

export type RunEvent = z.infer<typeof runEventSchema>;

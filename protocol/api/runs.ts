import { z } from "zod";
import { eventSchema } from "../event-types.ts";
import { runOptionsSchema } from "../run-overrides.ts";
import { runStates, taskStates } from "../run-states.ts";
import { byId, idSchema, momentSchema, nothing, pageOf, pageQuery, route } from "./route.ts";

const runStateSchema = z.enum(runStates);

export const runSchema = z.object({
  id: idSchema,
  experiment: z.string(),
  path: z.string(),
  state: runStateSchema,
  priority: z.int(),
  attempt: z.int().describe("1 for the first; more where a crash made the daemon try again."),
  reason: z.string().nullable().describe("Why it failed, or was tried again."),
  options: runOptionsSchema,
  stale: z.boolean(),
  createdAt: momentSchema,
  startedAt: momentSchema.nullable(),
  finishedAt: momentSchema.nullable(),
  record: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe("`run.json`: data fingerprint, versions, seeds, device, cost."),
});

export const taskSchema = z.object({
  candidate: z.string(),
  fold: z.string(),
  state: z.enum(taskStates),
  attempt: z.int(),
  reason: z.string().nullable(),
  startedAt: momentSchema,
  finishedAt: momentSchema.nullable(),
});

export const storedEventSchema = z.object({
  sequence: z.int().describe("Also the event's SSE id."),
  run: idSchema.nullable(),
  time: momentSchema,
  event: eventSchema,
});

export type StoredEvent = z.infer<typeof storedEventSchema>;

const tag = "Runs";
const table = z.object({
  columns: z.array(z.string()),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
  next: z.int().nullable().describe("`offset` of the following page."),
});
const rowsQuery = z.object({
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(10_000).default(1_000),
});

/** Files of a run's folder that may be fetched by name. */
export const runFiles = [
  "forecast.csv",
  "leaderboard.json",
  "backtest.csv",
  "explanations.json",
  "run.json",
  "report.json",
  "report.html",
] as const;

export const runRoutes = {
  listRuns: route({
    method: "GET",
    path: "/runs",
    tag,
    summary: "Runs, newest first.",
    query: pageQuery.extend({ state: runStateSchema.optional(), experiment: z.string().optional() }),
    response: pageOf(runSchema),
  }),
  createRun: route({
    method: "POST",
    path: "/runs",
    tag,
    summary: "Queue a run of an experiment file.",
    body: z.strictObject({
      path: z
        .string()
        .min(1)
        .max(4_096)
        .describe("Absolute path of the experiment file; relative data paths start there."),
      text: z
        .string()
        .max(1_000_000)
        .optional()
        .describe("Text to run instead of what the file holds, such as an unsaved editor."),
      options: runOptionsSchema.default({}),
      priority: z.int().min(-100).max(100).default(0),
    }),
    maximumBytes: 4 * 2 ** 20,
    response: runSchema,
    status: 201,
  }),
  getRun: route({
    method: "GET",
    path: "/runs/{id}",
    tag,
    summary: "One run.",
    params: byId,
    response: runSchema,
  }),
  deleteRun: route({
    method: "DELETE",
    path: "/runs/{id}",
    tag,
    summary: "Delete a run that has ended, with its events and files.",
    params: byId,
    response: nothing,
    status: 204,
  }),
  cancelRun: route({
    method: "POST",
    path: "/runs/{id}/cancel",
    tag,
    summary: "Cancel; done within a second.",
    params: byId,
    response: runSchema,
  }),
  pauseRun: route({
    method: "POST",
    path: "/runs/{id}/pause",
    tag,
    summary: "Pause: finished tasks are kept, the running ones stop.",
    params: byId,
    response: runSchema,
  }),
  resumeRun: route({
    method: "POST",
    path: "/runs/{id}/resume",
    tag,
    summary: "Continue a paused run, or try a failed one again.",
    params: byId,
    response: runSchema,
  }),
  listTasks: route({
    method: "GET",
    path: "/runs/{id}/tasks",
    tag,
    summary: "Tasks of a run: candidate and fold.",
    params: byId,
    response: z.object({ items: z.array(taskSchema) }),
  }),
  runEvents: route({
    method: "GET",
    path: "/runs/{id}/events",
    tag,
    summary: "A run's events; ends with the run. Last-Event-ID resumes.",
    params: byId,
    answer: "events",
    response: storedEventSchema,
  }),
  allEvents: route({
    method: "GET",
    path: "/events",
    tag,
    summary: "Events of all runs from now on, or after Last-Event-ID.",
    answer: "events",
    response: storedEventSchema,
  }),
  getLeaderboard: route({
    method: "GET",
    path: "/runs/{id}/leaderboard",
    tag,
    summary: "Models by score, best first.",
    params: byId,
    response: z.array(z.looseObject({ model: z.string(), score: z.number().nullable() })),
  }),
  getForecast: route({
    method: "GET",
    path: "/runs/{id}/forecast",
    tag,
    summary: "Rows of forecast.csv.",
    params: byId,
    query: rowsQuery,
    response: table,
  }),
  getBacktest: route({
    method: "GET",
    path: "/runs/{id}/backtest",
    tag,
    summary: "Rows of backtest.csv.",
    params: byId,
    query: rowsQuery,
    response: table,
  }),
  getExplanations: route({
    method: "GET",
    path: "/runs/{id}/explanations",
    tag,
    summary: "explanations.json, where the experiment asked for it.",
    params: byId,
    response: z.record(z.string(), z.unknown()),
  }),
  getRunFile: route({
    method: "GET",
    path: "/runs/{id}/files/{file}",
    tag,
    summary: "A file the run wrote, as it is.",
    params: byId.extend({ file: z.enum(runFiles) }),
    answer: "file",
    response: z.unknown(),
  }),
};

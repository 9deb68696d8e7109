import { z } from "zod";
import { byName, idSchema, momentSchema, nameSchema, nothing, pageOf, pageQuery, route } from "./route.ts";

export const deploymentVersionSchema = z.object({
  version: z.int(),
  run: idSchema.nullable(),
  model: z.string(),
  approval: z.enum(["pending", "approved", "rejected"]),
  note: z.string().nullable(),
  createdAt: momentSchema,
});

const retrainSchema = z
  .enum(["off", "pending", "approved"])
  .describe("When it drifts: nothing but an alert; train anew and await approval; train anew and go live.");

export const deploymentSchema = z.object({
  id: idSchema,
  name: nameSchema,
  aliases: z.record(z.string(), z.int()).describe("Alias → version. Predictions use `live` unless told otherwise."),
  versions: z.array(deploymentVersionSchema),
  retrain: retrainSchema,
  createdAt: momentSchema,
  updatedAt: momentSchema,
});

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** Fresh history, and known covariates of the forecast window, as rows with the experiment's own column names. */
export const predictionRequestSchema = z.strictObject({
  rows: z.array(z.record(z.string(), cell)).min(1).max(200_000),
  alias: nameSchema.optional().describe("Which version answers; `live` when left out."),
  explain: z.boolean().default(false),
  record: z.boolean().default(true).describe("Keep the forecast, to measure its accuracy when actuals arrive."),
});

export const predictionSchema = z.object({
  version: z.int(),
  model: z.string(),
  columns: z.array(z.string()),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
  explanations: z.unknown().optional(),
});

const series = z.array(z.string()).describe("Key values, in the order of the experiment's series columns.");

export const accuracySchema = z.object({
  points: z.int().describe("Forecast values that have an actual."),
  mae: z.number().nullable(),
  rmse: z.number().nullable(),
  wape: z.number().nullable(),
  bias: z.number().nullable().describe("Mean of forecast − actual."),
  coverage: z.record(z.string(), z.number()).describe("Quantile level → share of actuals at or below it."),
  byVersion: z.record(z.string(), z.object({ points: z.int(), mae: z.number().nullable() })),
});

export const driftSchema = z.object({
  reference: z.int().describe("Values compared with."),
  current: z.int().describe("Newest values."),
  psi: z.number().nullable().describe("Population stability index over deciles of the reference; above 0.2 is drift."),
  ks: z.number().nullable().describe("Kolmogorov–Smirnov statistic."),
  pValue: z.number().nullable().describe("Asymptotic p-value of the Kolmogorov–Smirnov statistic."),
  drifted: z.boolean(),
});

export const driftsSchema = driftSchema.extend({
  error: driftSchema.describe("Of the forecasts' absolute errors; drifted where they became larger."),
  covariates: z
    .record(z.string(), driftSchema)
    .describe("Of the numeric covariates that recorded predictions were asked with, by name."),
});

const tag = "Deployments";
const versioned = byName.extend({ version: z.coerce.number().int().min(1).transform(String) });

export const deploymentRoutes = {
  listDeployments: route({
    method: "GET",
    path: "/deployments",
    tag,
    summary: "Deployments.",
    query: pageQuery,
    response: pageOf(deploymentSchema),
  }),
  deploy: route({
    method: "POST",
    path: "/deployments",
    tag,
    summary: "Deploy a run's winner as the next version of a name.",
    body: z.strictObject({
      name: nameSchema,
      run: idSchema,
      approve: z.boolean().default(true).describe("Approve at once and move `live` to it."),
      note: z.string().max(2_000).optional(),
    }),
    response: deploymentSchema,
    status: 201,
  }),
  getDeployment: route({
    method: "GET",
    path: "/deployments/{name}",
    tag,
    summary: "One deployment.",
    params: byName,
    response: deploymentSchema,
  }),
  changeDeployment: route({
    method: "PATCH",
    path: "/deployments/{name}",
    tag,
    summary: "What follows when it drifts.",
    params: byName,
    body: z.strictObject({ retrain: retrainSchema }),
    response: deploymentSchema,
  }),
  deleteDeployment: route({
    method: "DELETE",
    path: "/deployments/{name}",
    tag,
    summary: "Delete a deployment with all it recorded.",
    params: byName,
    response: nothing,
    status: 204,
  }),
  reviewVersion: route({
    method: "POST",
    path: "/deployments/{name}/versions/{version}/review",
    tag,
    summary: "Approve or reject a version.",
    params: versioned,
    body: z.strictObject({ approval: z.enum(["approved", "rejected"]), note: z.string().max(2_000).optional() }),
    response: deploymentSchema,
  }),
  setAlias: route({
    method: "PUT",
    path: "/deployments/{name}/aliases/{alias}",
    tag,
    summary: "Point an alias at an approved version.",
    params: byName.extend({ alias: nameSchema }),
    body: z.strictObject({ version: z.int().min(1) }),
    response: deploymentSchema,
  }),
  rollback: route({
    method: "POST",
    path: "/deployments/{name}/aliases/{alias}/rollback",
    tag,
    summary: "Back to what it named before.",
    params: byName.extend({ alias: nameSchema }),
    response: deploymentSchema,
  }),
  predict: route({
    method: "POST",
    path: "/deployments/{name}/predictions",
    tag,
    summary: "Forecast from fresh history.",
    params: byName,
    body: predictionRequestSchema,
    maximumBytes: 32 * 2 ** 20,
    response: predictionSchema,
  }),
  putActuals: route({
    method: "POST",
    path: "/deployments/{name}/actuals",
    tag,
    summary: "What really happened.",
    params: byName,
    body: z.strictObject({
      actuals: z
        .array(z.strictObject({ series, time: momentSchema, value: z.number() }))
        .min(1)
        .max(100_000),
    }),
    maximumBytes: 32 * 2 ** 20,
    response: z.object({ received: z.int() }),
  }),
  getAccuracy: route({
    method: "GET",
    path: "/deployments/{name}/accuracy",
    tag,
    summary: "Errors of the forecasts that actuals arrived for.",
    params: byName,
    response: accuracySchema,
  }),
  getDrift: route({
    method: "GET",
    path: "/deployments/{name}/drift",
    tag,
    summary: "Whether newer actuals, errors and covariates look unlike the older ones.",
    params: byName,
    query: z.object({ current: z.coerce.number().int().min(10).max(100_000).default(200) }),
    response: driftsSchema,
  }),
};

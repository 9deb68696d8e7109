import { z } from "zod";
import { byId, idSchema, momentSchema, pageOf, pageQuery, route } from "./route.ts";

export const datasetSchema = z.object({
  id: idSchema,
  name: z.string().describe("The experiment's name."),
  fingerprint: z.string().describe("Of the data as they were read."),
  sources: z.array(z.string()),
  rows: z.int(),
  series: z.int(),
  createdAt: momentSchema,
  updatedAt: momentSchema,
});

export const modelSchema = z.object({
  id: idSchema,
  run: idSchema,
  model: z.string(),
  metric: z.string().nullable(),
  score: z.number().nullable(),
  createdAt: momentSchema,
});

export const modelRoutes = {
  listDatasets: route({
    method: "GET",
    path: "/datasets",
    tag: "Datasets",
    summary: "Data that runs have read.",
    query: pageQuery,
    response: pageOf(datasetSchema),
  }),
  getDataset: route({
    method: "GET",
    path: "/datasets/{id}",
    tag: "Datasets",
    summary: "One dataset.",
    params: byId,
    response: datasetSchema,
  }),
  getProfile: route({
    method: "GET",
    path: "/datasets/{id}/profile",
    tag: "Datasets",
    summary: "Gaps, seasonality, correlations.",
    params: byId,
    response: z.record(z.string(), z.unknown()),
  }),
  listModels: route({
    method: "GET",
    path: "/models",
    tag: "Models",
    summary: "Trained models, newest first.",
    query: pageQuery.extend({ run: idSchema.optional() }),
    response: pageOf(modelSchema),
  }),
  getModel: route({
    method: "GET",
    path: "/models/{id}",
    tag: "Models",
    summary: "One trained model.",
    params: byId,
    response: modelSchema,
  }),
};

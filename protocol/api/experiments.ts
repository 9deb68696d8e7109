import { z } from "zod";
import { placedProblemSchema } from "../problem.ts";
import { byId, idSchema, momentSchema, nothing, pageOf, pageQuery, route } from "./route.ts";

export const experimentSchema = z.object({
  id: idSchema,
  name: z.string(),
  path: z.string().describe("Absolute path of the experiment file on the daemon's machine."),
  problems: z.array(placedProblemSchema),
  watch: z.boolean().describe("Runs again when the file or its data change."),
  stale: z.boolean().describe("File or data changed after the last run."),
  createdAt: momentSchema,
  updatedAt: momentSchema,
});

const tag = "Experiments";

export const experimentRoutes = {
  listExperiments: route({
    method: "GET",
    path: "/experiments",
    tag,
    summary: "Experiments the daemon knows.",
    query: pageQuery,
    response: pageOf(experimentSchema),
  }),
  putExperiment: route({
    method: "POST",
    path: "/experiments",
    tag,
    summary: "Register an experiment file, or check it again.",
    body: z.object({
      path: z.string().min(1).max(4_096).describe("Absolute path on the daemon's machine."),
      watch: z.boolean().default(false),
    }),
    response: experimentSchema,
  }),
  getExperiment: route({
    method: "GET",
    path: "/experiments/{id}",
    tag,
    summary: "One experiment.",
    params: byId,
    response: experimentSchema,
  }),
  deleteExperiment: route({
    method: "DELETE",
    path: "/experiments/{id}",
    tag,
    summary: "Forget an experiment; its file and runs stay.",
    params: byId,
    response: nothing,
    status: 204,
  }),
};

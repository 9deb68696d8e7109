import { candidateRoutes } from "./candidates.ts";
import { deploymentRoutes } from "./deployments.ts";
import { experimentRoutes } from "./experiments.ts";
import { modelRoutes } from "./models.ts";
import { operationRoutes } from "./operations.ts";
import { remoteRunRoutes } from "./remote-runs.ts";
import { runRoutes } from "./runs.ts";
import { systemRoutes } from "./system.ts";
import { whatIfRoutes } from "./what-if.ts";

/** Every route of the API by the name a client calls it. */
export const routes = {
  ...systemRoutes,
  ...experimentRoutes,
  ...runRoutes,
  ...candidateRoutes,
  ...whatIfRoutes,
  ...modelRoutes,
  ...deploymentRoutes,
  ...operationRoutes,
  ...remoteRunRoutes,
};

export type Routes = typeof routes;
export type RouteName = keyof Routes;

/** Where the API begins. */
export const apiRoot = "/api/v1";

import express, { type Express, type Request } from "express";
import { rateLimit } from "express-rate-limit";
import helmet from "helmet";
import { apiRoot } from "../../../protocol/api/routes.ts";
import type { ApiCode } from "../../../protocol/problems/codes.ts";
import { sameOriginOnly } from "../access/access.ts";
import type { TenantStore } from "../store/store.ts";
import { docsPage } from "./docs-page.ts";
import type { Metrics } from "./metrics.ts";
import { mountRoutes } from "./mount.ts";
import { mountPages } from "./pages.ts";
import { HttpProblem, ownerOnly, problemHandler, sendProblem } from "./problem.ts";
import { candidateHandlers } from "./routes/candidates.ts";
import { deploymentHandlers } from "./routes/deployments.ts";
import { experimentHandlers } from "./routes/experiments.ts";
import { modelHandlers } from "./routes/models.ts";
import { operationHandlers } from "./routes/operations.ts";
import { remoteRunHandlers } from "./routes/remote-runs.ts";
import { runHandlers } from "./routes/runs.ts";
import { systemHandlers } from "./routes/system.ts";
import { whatIfHandlers } from "./routes/what-if.ts";
import type { Services } from "./services.ts";

export interface AppOptions {
  /** Host names with port that requests may name, in lower case. */
  readonly hosts: () => ReadonlySet<string>;
  /** Proxies in front whose forwarded addresses are believed. */
  readonly proxies: number;
  /** Errors that were not foreseen. */
  readonly report: (error: unknown) => void;
}

const MINUTE = 60_000;
/** Requests of one address a minute: far above what an editor or a load of predictions needs, below what wedges a daemon. */
const REQUESTS_PER_MINUTE = 240_000;
/** Requests without a valid token. */
const FAILED_LOGINS_PER_MINUTE = 60;

/** Routes that answer without a token. */
const openPaths = new Set([`${apiRoot}/health`, `${apiRoot}/ready`]);

/** The daemon's web application: checks first, then the API's route table, then the pages. */
export function buildApp(services: Services, options: AppOptions): Express {
  const app = express();
  app.disable("x-powered-by");
  app.set("etag", false);
  app.set("trust proxy", options.proxies);
  app.use(
    helmet({ contentSecurityPolicy: { directives: { "default-src": ["'none'"], "style-src": ["'unsafe-inline'"] } } }),
  );
  app.use(sameOriginOnly(options.hosts));
  app.use(limiter(REQUESTS_PER_MINUTE, "too-many-requests"));
  // Probes and logins bring no token, and a login's code cannot be guessed: they are not failed logins.
  const known = (request: Request) =>
    openPaths.has(request.path) || request.path === "/login" || services.access.identify(request.headers) !== undefined;
  app.use(limiter(FAILED_LOGINS_PER_MINUTE, "too-many-failed-logins", known));
  app.use((_request, response, next) => {
    response.set("cache-control", "no-store");
    next();
  });

  const storeOf = (request: Request): TenantStore => {
    const identity = services.access.identify(request.headers);
    if (identity) {
      return services.store.forTenant(identity.tenant);
    }
    if (openPaths.has(request.path)) {
      return services.store.forTenant("local");
    }
    request.res?.set("www-authenticate", 'Bearer realm="almanac"');
    throw new HttpProblem(401, "no-token", "This needs the daemon's token.", {
      fix: "Send `Authorization: Bearer TOKEN` with the token of the file that `almanac serve` names.",
    });
  };
  mountObservation(app, services, storeOf);
  const handlers = {
    ...systemHandlers(services),
    ...experimentHandlers(services),
    ...runHandlers(services),
    ...candidateHandlers(services),
    ...whatIfHandlers(services),
    ...modelHandlers(),
    ...deploymentHandlers(services),
    ...operationHandlers(services),
    ...remoteRunHandlers(services),
  };
  mountRoutes(app, handlers, storeOf);
  mountPages(app, services, storeOf);
  app.use((request) => {
    storeOf(request);
    throw new HttpProblem(404, "no-such-route", `There is no ${request.method} ${request.path}.`);
  });
  app.use(problemHandler(options.report));
  return app;
}

/** Metrics and the API's own description. Their libraries are loaded when first asked for. */
function mountObservation(app: Express, services: Services, storeOf: (request: Request) => TenantStore): void {
  // Counting begins with the first look at the metrics: a daemon that nobody watches pays nothing for them.
  let metrics: Metrics | undefined;
  app.use((request, response, next) => {
    if (metrics) metrics.middleware(request, response, next);
    else next();
  });
  app.get("/metrics", async (request, response) => {
    ownerOnly(storeOf(request), "Looking at all tenants");
    metrics ??= await services.metrics();
    const { type, body } = await metrics.text();
    response.set("content-type", type).send(body);
  });
  app.get(`${apiRoot}/openapi.json`, async (request, response) => {
    storeOf(request);
    const { openApiDocument } = await import("../../../protocol/api/openapi.ts");
    response.json(openApiDocument(services.version));
  });
  app.get(`${apiRoot}/docs`, (request, response) => {
    storeOf(request);
    response.type("html").send(docsPage(services.version));
  });
}

/** Limits requests of one address; those that `spared` names neither count nor are refused. */
function limiter(limit: number, code: ApiCode, spared: (request: Request) => boolean = () => false) {
  return rateLimit({
    windowMs: MINUTE,
    limit,
    standardHeaders: "draft-8",
    legacyHeaders: false,
    skip: spared,
    handler: (_request, response) =>
      sendProblem(response, new HttpProblem(429, code, "Too many requests.", { fix: "Wait a minute." })),
  });
}

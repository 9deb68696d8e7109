import express, { type Express, type Request, type RequestHandler, type Response } from "express";
import type { z } from "zod";
import type { RouteRequest, RouteShape } from "../../../protocol/api/route.ts";
import { apiRoot, type RouteName, type Routes, routes } from "../../../protocol/api/routes.ts";
import { sha256 } from "../../training/files/digest.ts";
import { withSpan } from "../../training/telemetry/tracing.ts";
import type { TenantStore } from "../store/store.ts";
import { withIdempotency } from "./idempotency.ts";
import { HttpProblem } from "./problem.ts";

/** What a handler may use beside the validated request: the caller's store, and the raw pair for streams and files. */
export interface Caller {
  readonly store: TenantStore;
  readonly request: Request;
  readonly response: Response;
  /** Identifier for the run that a request makes: the same again when a request with an `Idempotency-Key` is repeated. */
  readonly reserved?: string;
}

type Answer<R extends RouteShape> = R["answer"] extends "events" | "file" ? undefined : z.input<R["response"]>;

export type Handler<R extends RouteShape> = (request: RouteRequest<R>, caller: Caller) => Promise<Answer<R>>;

/** Handlers of some routes; those of all files together cover the table. */
export type Handlers<N extends RouteName> = { readonly [K in N]: Handler<Routes[K]> };

/** Route whose answer's ETag `If-Match` is compared with, by the route it guards. */
const guarded: Partial<Record<RouteName, RouteName>> = {
  changeSchedule: "getSchedule",
  deleteSchedule: "getSchedule",
  setAlias: "getDeployment",
  rollback: "getDeployment",
  changeDeployment: "getDeployment",
  deleteDeployment: "getDeployment",
};

type AnyHandler = (request: { params: unknown; query: unknown; body: unknown }, caller: Caller) => Promise<unknown>;

/** Puts every route of the table on the app; `storeOf` says whose request it is, and throws where it is nobody's. */
export function mountRoutes(
  app: Express,
  handlers: Handlers<RouteName>,
  storeOf: (request: Request) => TenantStore,
): void {
  for (const [name, route] of Object.entries<RouteShape>(routes) as [RouteName, RouteShape][]) {
    const path = apiRoot + route.path.replace(/\{(\w+)\}/g, ":$1");
    const method = route.method.toLowerCase() as "get";
    // SAFETY: the handler of a route takes what its schemas give; the table ties the two.
    const handler = handlers[name] as unknown as AnyHandler;
    const guard = guarded[name] && (handlers[guarded[name]] as unknown as AnyHandler);
    const handle: RequestHandler = (request, response) =>
      withSpan(`${route.method} ${path}`, {}, () =>
        answer(route, handler, guard, { store: storeOf(request), request, response }),
      );
    app[method](path, ...bodyReaders(route, storeOf), handle);
  }
}

/** Identity first, then the media type, then the body: nobody unknown makes the daemon read megabytes. */
function bodyReaders(route: RouteShape, storeOf: (request: Request) => TenantStore): RequestHandler[] {
  const identity: RequestHandler = (request, _response, next) => {
    storeOf(request);
    next();
  };
  if (!route.body && !route.bytes) {
    return [identity];
  }
  const type = route.bytes ? "application/octet-stream" : "application/json";
  const media: RequestHandler = (request, _response, next) => {
    if (!request.is(type)) {
      throw new HttpProblem(415, "media-type", `The body must be ${type}.`);
    }
    next();
  };
  const limit = route.maximumBytes ?? 2 ** 20;
  return [identity, media, route.bytes ? express.raw({ type, limit }) : express.json({ type, limit })];
}

async function answer(
  route: RouteShape,
  handler: AnyHandler,
  guard: AnyHandler | undefined,
  caller: Caller,
): Promise<void> {
  const { request, response } = caller;
  const input = {
    params: route.params?.parse(request.params),
    query: route.query?.parse(request.query),
    body: route.bytes ? request.body : route.body?.parse(request.body),
  };
  if (guard && request.headers["if-match"] !== undefined) {
    await checkPrecondition(request.headers["if-match"], () => guard(input, caller));
  }
  if (route.answer === "events" || route.answer === "file") {
    await handler(input, caller);
    return;
  }
  const make = async (reserved?: string) => ({
    status: route.status ?? 200,
    body: await handler(input, reserved === undefined ? caller : { ...caller, reserved }),
  });
  const { status, body } = route.method === "POST" ? await withIdempotency(caller, input.body, make) : await make();
  if (status === 204) {
    response.status(204).end();
    return;
  }
  const text = JSON.stringify(body);
  const tag = route.method === "GET" ? etagOf(text) : undefined;
  if (tag !== undefined) {
    response.set("etag", tag);
    if (request.headers["if-none-match"] === tag) {
      response.status(304).end();
      return;
    }
  }
  response.status(status).type("application/json").send(text);
}

function etagOf(text: string): string {
  return `"${sha256(text).slice(0, 27)}"`;
}

async function checkPrecondition(ifMatch: string, current: () => Promise<unknown>): Promise<void> {
  const tag = etagOf(JSON.stringify(await current()));
  if (ifMatch !== "*" && !ifMatch.split(/, */).includes(tag)) {
    throw new HttpProblem(412, "changed-meanwhile", "It was changed since you read it.", { fix: "Read it again." });
  }
}

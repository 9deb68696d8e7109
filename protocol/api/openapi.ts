import { z } from "zod";
import { problemDetailsSchema, type RouteShape } from "./route.ts";
import { apiRoot, routes } from "./routes.ts";

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of the API, derived from the route table. `version` is the program's. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries<RouteShape>(routes)) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(name, route) };
  }
  return {
    openapi: "3.1.1",
    info: { title: "Almanac", version, description: "Forecasting as code: the daemon's API." },
    servers: [{ url: apiRoot }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: { Problem: jsonSchema(problemDetailsSchema, "output") },
    },
  };
}

function operationOf(name: string, route: RouteShape): Json {
  const body = route.bytes
    ? { "application/octet-stream": { schema: { type: "string", format: "binary" } } }
    : route.body && { "application/json": { schema: jsonSchema(route.body, "input") } };
  return {
    operationId: name,
    tags: [route.tag],
    summary: route.summary,
    parameters: [...parametersOf(route.params, "path"), ...parametersOf(route.query, "query")],
    ...(body ? { requestBody: { required: true, content: body } } : {}),
    ...(route.open ? { security: [] } : {}),
    responses: {
      [route.status ?? 200]: answerOf(route),
      default: {
        description: "What went wrong (RFC 9457).",
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  };
}

function answerOf(route: RouteShape): Json {
  if (route.status === 204) {
    return { description: "Done." };
  }
  if (route.answer === "file") {
    return { description: "The file.", content: { "*/*": {} } };
  }
  const type = route.answer === "events" ? "text/event-stream" : "application/json";
  return { description: route.summary, content: { [type]: { schema: jsonSchema(route.response, "output") } } };
}

function parametersOf(schema: z.ZodType | undefined, where: "path" | "query"): Json[] {
  if (!schema) {
    return [];
  }
  const { properties = {}, required = [] } = jsonSchema(schema, "input") as { properties?: Json; required?: string[] };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === "path" || required.includes(name),
    schema: property,
  }));
}

function jsonSchema(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: "draft-2020-12", io, unrepresentable: "any" });
  return rest;
}

import { z } from "zod";

/** What a route answers with: one JSON document, a stream of server-sent events, or a file as it is. */
export type AnswerKind = "json" | "events" | "file";

/** One route of the API: server, client and the OpenAPI document are all derived from it. */
export interface RouteShape {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/api/v1`, parameters in braces: `/runs/{id}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly params?: z.ZodType<Record<string, string>>;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Largest body taken, in bytes; one mebibyte when left out. */
  readonly maximumBytes?: number;
  /** Body is bytes, not JSON. */
  readonly bytes?: true;
  readonly answer?: AnswerKind;
  /** Shape of the JSON answer, or of one event's data. */
  readonly response: z.ZodType;
  /** Success status; 200 when left out. */
  readonly status?: 200 | 201 | 202 | 204;
  /** Answered without a token. */
  readonly open?: true;
}

/** Declares a route, keeping its exact types. */
export function route<const R extends RouteShape>(shape: R): R {
  return shape;
}

type Input<S> = S extends z.ZodType ? z.input<S> : undefined;
type Output<S> = S extends z.ZodType ? z.output<S> : undefined;

/** What a handler gets: validated, with defaults filled in. */
export interface RouteRequest<R extends RouteShape> {
  readonly params: Output<R["params"]>;
  readonly query: Output<R["query"]>;
  readonly body: R["bytes"] extends true ? Uint8Array : Output<R["body"]>;
}

type Part<K extends string, V> = V extends undefined
  ? unknown
  : undefined extends V
    ? { [P in K]?: V }
    : { [P in K]: V };

/** What a caller gives. */
export type RouteInput<R extends RouteShape> = Part<"params", Input<R["params"]>> &
  (R["query"] extends z.ZodType ? { readonly query?: Input<R["query"]> } : unknown) &
  (R["bytes"] extends true ? { readonly body: Uint8Array } : Part<"body", Input<R["body"]>>);

export type RouteResponse<R extends RouteShape> = z.output<R["response"]>;

export const idSchema = z
  .string()
  .regex(/^[a-z]{2,5}_[0-9a-hjkmnp-tv-z]{22}$/, "not an identifier")
  .describe("Identifier, as the API handed it out.");

/** Names that stand for devices on Windows, whatever ending they have. */
export const deviceName = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

export const nameSchema = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/,
    "lower-case letters, digits, dots, hyphens and underscores, at most 63",
  )
  .refine((name) => !name.includes(".."), "no two dots in a row")
  .refine((name) => !deviceName.test(name), "not the name of a device on Windows")
  .describe("Name: lower-case letters, digits, dots, hyphens and underscores.");

export const byId = z.object({ id: idSchema });
export const byName = z.object({ name: nameSchema });

/** Moment in ISO 8601, UTC. */
export const momentSchema = z.iso.datetime();

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50).describe("Items a page."),
  after: idSchema.optional().describe("Cursor: `next` of the page before."),
});

/** A page of items, newest first; `next` is the cursor of the following page. */
export function pageOf<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), next: idSchema.nullable() });
}

export const nothing = z.null();

/** Problem details (RFC 9457). */
export const problemDetailsSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  instance: z.string().optional(),
  code: z.string().describe("Stable identifier in kebab case."),
  fix: z.string().optional().describe("What to do about it."),
  errors: z.array(z.object({ path: z.array(z.union([z.string(), z.number()])), message: z.string() })).optional(),
  problems: z.array(z.unknown()).optional().describe("Problems of an experiment file, with places."),
});

export type ProblemDetails = z.infer<typeof problemDetailsSchema>;

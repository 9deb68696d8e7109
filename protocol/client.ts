import { EventSourceParserStream } from "eventsource-parser/stream";
import type { ProblemDetails, RouteInput, RouteResponse, RouteShape } from "./api/route.ts";
import { apiRoot, type RouteName, type Routes, routes } from "./api/routes.ts";
import { RemoteError } from "./errors.ts";

export interface ClientOptions {
  /** Address of the daemon, such as `http://127.0.0.1:4711`. */
  readonly url: string;
  readonly token: string;
  readonly fetch?: typeof fetch;
}

/** Settings of one call. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Makes a POST safe to repeat: the daemon answers the same key with the first answer. */
  readonly idempotencyKey?: string;
  /** ETag the resource must still have. */
  readonly ifMatch?: string;
  /** Sequence of the last event seen. */
  readonly lastEventId?: number | undefined;
}

type Answer<R extends RouteShape> = R["answer"] extends "events"
  ? AsyncIterable<RouteResponse<R>>
  : Promise<R["answer"] extends "file" ? Uint8Array : RouteResponse<R>>;

type Call<R extends RouteShape> =
  Record<never, never> extends RouteInput<R>
    ? (input?: RouteInput<R>, options?: CallOptions) => Answer<R>
    : (input: RouteInput<R>, options?: CallOptions) => Answer<R>;

/** One typed method a route: it cannot differ from what the daemon serves, since both read the route table. */
export type Client = { readonly [N in RouteName]: Call<Routes[N]> };

/** The daemon answered with a problem: `details` is what it said. */
export class ApiError extends RemoteError {
  readonly status: number;
  readonly details: ProblemDetails;

  constructor(details: ProblemDetails) {
    super(details.detail ?? details.title, details.fix === undefined ? {} : { fix: details.fix });
    this.status = details.status;
    this.details = details;
  }
}

interface Input {
  readonly params?: Record<string, string>;
  readonly query?: Record<string, unknown>;
  readonly body?: unknown;
}

/** A client of the daemon at `url`. Calls reject with an ApiError, or a RemoteError where it cannot be reached. */
export function createClient(client: ClientOptions): Client {
  const calls = Object.entries<RouteShape>(routes).map(([name, route]) => {
    const call = (input: Input = {}, options: CallOptions = {}) =>
      route.answer === "events" ? readEvents(client, route, input, options) : answerOf(client, route, input, options);
    return [name, call];
  });
  // SAFETY: one call a route, typed by the same table.
  return Object.fromEntries(calls) as unknown as Client;
}

async function answerOf(
  client: ClientOptions,
  route: RouteShape,
  input: Input,
  options: CallOptions,
): Promise<unknown> {
  const response = await send(client, route, input, options);
  if (route.answer === "file") {
    const bytes = new Uint8Array(await response.arrayBuffer());
    await checkDigest(response, bytes);
    return bytes;
  }
  return response.status === 204 ? null : route.response.parse(await response.json());
}

/** Refuses a file whose bytes differ from the digest it came with (Content-Digest, RFC 9530). */
async function checkDigest(response: Response, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const expected = /sha-256=:([\w+/=]+):/.exec(response.headers.get("content-digest") ?? "")?.[1];
  if (expected === undefined) return;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  if (btoa(String.fromCharCode(...digest)) !== expected) {
    throw new RemoteError("A file arrived damaged: its bytes do not match its digest.", { fix: "Try again." });
  }
}

async function send(client: ClientOptions, route: RouteShape, input: Input, options: CallOptions): Promise<Response> {
  const headers: Record<string, string> = { authorization: `Bearer ${client.token}` };
  if (input.body !== undefined) {
    headers["content-type"] = route.bytes ? "application/octet-stream" : "application/json";
  }
  if (options.idempotencyKey) headers["idempotency-key"] = options.idempotencyKey;
  if (options.ifMatch) headers["if-match"] = options.ifMatch;
  if (options.lastEventId !== undefined) headers["last-event-id"] = String(options.lastEventId);
  const body = route.bytes ? (input.body as Uint8Array<ArrayBuffer>) : JSON.stringify(input.body);
  const address = addressOf(client.url, route, input);
  const request = { method: route.method, headers, body: input.body === undefined ? null : body };
  let response: Response;
  try {
    response = await (client.fetch ?? fetch)(address, {
      ...request,
      signal: options.signal ?? null,
      redirect: "error",
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    throw new RemoteError(`The daemon at ${client.url} does not answer.`, {
      fix: "Check that it runs (almanac serve) and that the address is right.",
      cause: error,
    });
  }
  if (!response.ok) {
    throw new ApiError(await problemOf(response));
  }
  return response;
}

function addressOf(url: string, route: RouteShape, input: Input): string {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(input.params?.[name] ?? ""));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined) {
      query.set(name, String(value));
    }
  }
  return `${url.replace(/\/$/, "")}${apiRoot}${path}${query.size > 0 ? `?${query}` : ""}`;
}

async function problemOf(response: Response): Promise<ProblemDetails> {
  const unknown = { type: "about:blank", title: `HTTP ${response.status}`, status: response.status, code: "unknown" };
  try {
    return { ...unknown, ...((await response.json()) as Partial<ProblemDetails>) };
  } catch {
    return unknown;
  }
}

/**
 * Yields events as they arrive. A lost connection is taken up again after the last event seen, so that the listener
 * sees each event once; it ends when the daemon ends the stream, with the run.
 */
async function* readEvents(
  client: ClientOptions,
  route: RouteShape,
  input: Input,
  options: CallOptions,
): AsyncGenerator<unknown> {
  let lastEventId = options.lastEventId;
  for (let failures = 0; ; ) {
    try {
      const response = await send(client, route, input, {
        ...options,
        lastEventId,
      });
      const text = response.body!.pipeThrough(new TextDecoderStream());
      for await (const message of text.pipeThrough(new EventSourceParserStream())) {
        if (message.event === "end") {
          return;
        }
        failures = 0;
        if (message.id !== undefined) lastEventId = Number(message.id);
        yield route.response.parse(JSON.parse(message.data));
      }
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof ApiError || ++failures > 5) {
        throw error;
      }
    }
    // Not from node:timers: this file runs in browsers too.
    await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** failures));
  }
}

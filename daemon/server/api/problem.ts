import type { ErrorRequestHandler, Response } from "express";
import { ZodError } from "zod";
import type { ProblemDetails } from "../../../protocol/api/route.ts";
import { AlmanacError, ExperimentError, errorKinds } from "../../../protocol/errors.ts";
import type { ApiCode } from "../../../protocol/problems/codes.ts";
import { localTenant, type TenantStore } from "../store/store.ts";

/** A refusal with its HTTP status; thrown anywhere below a route. */
export class HttpProblem extends Error {
  readonly details: ProblemDetails;

  constructor(status: number, code: ApiCode, detail: string, more: Partial<ProblemDetails> = {}) {
    super(detail);
    this.details = { type: `/api/v1/docs#${code}`, title: titles[status] ?? "Error", status, code, detail, ...more };
  }
}

const titles: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Not logged in",
  403: "Forbidden",
  404: "Not found",
  409: "Conflict",
  412: "Precondition failed",
  413: "Body too large",
  415: "Media type not supported",
  422: "Not usable",
  429: "Too many requests",
  500: "Internal error",
  502: "A daemon elsewhere failed",
  503: "Not available now",
  507: "Disk full",
};

/** The resource does not exist, or belongs to another tenant: the two look alike. */
export function notFound(what: string): HttpProblem {
  return new HttpProblem(404, "not-found", `There is no such ${what}.`);
}

export function conflict(code: ApiCode, detail: string, fix?: string): HttpProblem {
  return new HttpProblem(409, code, detail, fix === undefined ? {} : { fix });
}

/** Refuses what would touch other tenants, or the machine itself, to everybody but the daemon's owner. */
export function ownerOnly(store: TenantStore, what: string): void {
  if (store.tenant !== localTenant) {
    throw new HttpProblem(403, "owner-only", `${what} is for the owner of this daemon.`);
  }
}

/** Turns anything thrown into problem details; what the program did not foresee is logged and kept from the client. */
export function problemOf(error: unknown): HttpProblem | undefined {
  if (error instanceof HttpProblem) {
    return error;
  }
  if (error instanceof ZodError) {
    const errors = error.issues.map(({ path, message }) => ({ path: path.map(segment), message }));
    const [first] = errors;
    return new HttpProblem(400, "invalid", `${first?.path.join(".") || "The request"}: ${first?.message}`, { errors });
  }
  if (error instanceof ExperimentError) {
    const { status } = errorKinds[error.tag];
    return new HttpProblem(status, error.tag, error.message, { problems: [...error.problems] });
  }
  if (error instanceof AlmanacError) {
    const { status } = errorKinds[error.tag];
    return new HttpProblem(status, codeOf(error), error.message, error.fix === undefined ? {} : { fix: error.fix });
  }
  return systemProblem(error as { code?: string; type?: string; status?: number });
}

function codeOf({ code }: AlmanacError): ApiCode {
  return code === "missing" ? "not-found" : code;
}

function segment(key: PropertyKey): string | number {
  return typeof key === "symbol" ? String(key) : key;
}

function systemProblem(error: { code?: string; type?: string; status?: number }): HttpProblem | undefined {
  if (error.code === "ENOSPC" || error.code === "SQLITE_FULL") {
    const fix = "Free some space: delete old runs, or move ALMANAC_HOME to a larger disk.";
    return new HttpProblem(507, "disk-full", "The disk with the data folder is full.", { fix });
  }
  if (error.type === "entity.too.large") {
    return new HttpProblem(413, "body-too-large", "The body is larger than this route takes.");
  }
  if (error.type === "entity.parse.failed") {
    return new HttpProblem(400, "bad-json", "The body is not JSON.");
  }
  if (typeof error.status === "number" && error.status >= 400 && error.status < 500) {
    return new HttpProblem(error.status, "bad-request", titles[error.status] ?? "The request is malformed.");
  }
  return undefined;
}

export function sendProblem(response: Response, { details }: HttpProblem): void {
  response.status(details.status).type("application/problem+json").send(JSON.stringify(details));
}

/** The last handler: answers every error as problem details. `report` gets what was not foreseen. */
export function problemHandler(report: (error: unknown) => void): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const problem = problemOf(error);
    if (!problem) {
      report(error);
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    sendProblem(response, problem ?? new HttpProblem(500, "internal", "The daemon made a mistake; its log says more."));
  };
}

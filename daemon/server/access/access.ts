import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { RequestHandler } from "express";
import { HttpProblem } from "../api/problem.ts";
import { localTenant } from "../store/store.ts";

/** A token that opens one tenant. */
export interface TenantToken {
  readonly tenant: string;
  readonly token: string;
}

export interface Identity {
  readonly tenant: string;
  /** How the caller showed who it is. */
  readonly by: "token" | "session";
}

const LINK_SECONDS = 60;
const SESSION_SECONDS = 12 * 3_600;

const digestOf = (token: string): Buffer => createHash("sha256").update(token).digest();

/** A fresh secret: 256 random bits. */
export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/**
 * Who may come in: tokens, one-time login links, and the browser sessions these open. Secrets are kept as digests and
 * compared in constant time; times are monotonic, so that a jump of the clock neither ends nor prolongs a session.
 */
export class Access {
  readonly #tokens: readonly { tenant: string; digest: Buffer }[];
  readonly #links = new Map<string, { tenant: string; until: number }>();
  readonly #sessions = new Map<string, { tenant: string; until: number }>();
  /** Cookies ignore ports: the name keeps two daemons of one machine apart. */
  readonly cookieName = `almanac-${randomBytes(6).toString("hex")}`;

  constructor(tokens: readonly TenantToken[]) {
    this.#tokens = tokens.map(({ tenant, token }) => ({ tenant, digest: digestOf(token) }));
  }

  /** The tenant a token opens; every token is compared, so that the time taken tells nothing. */
  tenantOf(token: string): string | undefined {
    const digest = digestOf(token);
    let found: string | undefined;
    for (const known of this.#tokens) {
      found = timingSafeEqual(known.digest, digest) ? known.tenant : found;
    }
    return found;
  }

  /** A code that opens one session, once, within a minute. */
  createLink(tenant: string = localTenant): { code: string; seconds: number } {
    dropOld(this.#links);
    const code = newToken();
    this.#links.set(digestOf(code).toString("hex"), { tenant, until: performance.now() + LINK_SECONDS * 1_000 });
    return { code, seconds: LINK_SECONDS };
  }

  /** Trades a link's code for a session; undefined where the code is unknown, used or too old. */
  openSession(code: string): { session: string; seconds: number } | undefined {
    const key = digestOf(code).toString("hex");
    const link = this.#links.get(key);
    this.#links.delete(key);
    if (!link || link.until < performance.now()) {
      return undefined;
    }
    dropOld(this.#sessions);
    const session = newToken();
    const until = performance.now() + SESSION_SECONDS * 1_000;
    this.#sessions.set(digestOf(session).toString("hex"), { tenant: link.tenant, until });
    return { session, seconds: SESSION_SECONDS };
  }

  /** Who sends these headers. */
  identify(headers: { authorization?: string | undefined; cookie?: string | undefined }): Identity | undefined {
    const bearer = /^Bearer ([\w-]{20,500})$/i.exec(headers.authorization ?? "");
    if (bearer) {
      const tenant = this.tenantOf(bearer[1]!);
      return tenant === undefined ? undefined : { tenant, by: "token" };
    }
    const cookie = (headers.cookie ?? "").split(/; */).find((pair) => pair.startsWith(`${this.cookieName}=`));
    const key = cookie === undefined ? "" : digestOf(cookie.slice(this.cookieName.length + 1)).toString("hex");
    const session = this.#sessions.get(key);
    if (session && session.until < performance.now()) {
      this.#sessions.delete(key);
      return undefined;
    }
    return session && { tenant: session.tenant, by: "session" };
  }
}

function dropOld(secrets: Map<string, { until: number }>): void {
  for (const [key, { until }] of secrets) if (until < performance.now()) secrets.delete(key);
}

/**
 * Refuses requests that another web page may have caused: a `Host` that is not ours (DNS rebinding) and an `Origin` that is
 * not ours (cross-site requests). `hosts` are host names with port, in lower case.
 */
export function sameOriginOnly(hosts: () => ReadonlySet<string>): RequestHandler {
  return (request, _response, next) => {
    const allowed = hosts();
    // Of two, a proxy in front may have looked at the other one.
    const [host = "", ...others] = request.headersDistinct.host ?? [];
    if (others.length > 0 || !allowed.has(host.toLowerCase())) {
      throw new HttpProblem(403, "foreign-host", "This daemon does not answer to that host name.", {
        fix: "Use the address that `almanac serve` printed.",
      });
    }
    const { origin } = request.headers;
    if (origin !== undefined && !allowed.has(origin.toLowerCase().replace(/^https?:\/\//, ""))) {
      throw new HttpProblem(403, "foreign-origin", "Requests from other web pages are refused.");
    }
    const site = request.headers["sec-fetch-site"];
    if (origin === undefined && site !== undefined && !["same-origin", "none"].includes(String(site))) {
      throw new HttpProblem(403, "foreign-origin", "Requests from other web pages are refused.");
    }
    next();
  };
}

import { createRequire } from "node:module";
import { join } from "node:path";

/** What a load test found; latencies in milliseconds. */
export interface Load {
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly errors: number;
}

export interface LoadOptions {
  readonly url: string;
  readonly token: string;
  readonly method: "GET" | "POST";
  readonly body?: string;
  readonly connections: number;
  readonly seconds: number;
}

interface Percentiles {
  readonly p50: number;
  readonly p97_5: number;
  readonly p95?: number;
  readonly p99: number;
}

type Autocannon = (options: object) => Promise<{
  readonly requests: { readonly average: number };
  readonly latency: Percentiles;
  readonly errors: number;
  readonly non2xx: number;
}>;

/** Where autocannon is looked for, and how to install it there. */
export const installHint = "npm install --no-save --no-package-lock --prefix bench/.venv autocannon@8";

/** The load tool; undefined where it is not installed. */
export function loadTool(): ((options: LoadOptions) => Promise<Load>) | undefined {
  let autocannon: Autocannon;
  try {
    autocannon = createRequire(join(import.meta.dirname, "../.venv/node_modules/"))("autocannon") as Autocannon;
  } catch {
    return undefined;
  }
  return async ({ url, token, method, body, connections, seconds }) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const result = await autocannon({ url, method, headers, body, connections, duration: seconds });
    const { latency, requests, errors, non2xx } = result;
    // autocannon reports the 97.5th percentile in place of the 95th.
    return { requestsPerSecond: requests.average, ...latency, p95: latency.p97_5, errors: errors + non2xx };
  };
}

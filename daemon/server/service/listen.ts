import { readFileSync, statSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createServer, type Server } from "node:http";
import { isIP } from "node:net";
import { z } from "zod";
import { SetupError } from "../../../protocol/errors.ts";
import type { TenantToken } from "../access/access.ts";

export interface ListenOptions {
  /** `host:port`; loopback and a random port when left out. */
  readonly listen?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  /** A proxy in front speaks TLS. */
  readonly behindProxy: boolean;
  /** Address that clients use, where it is not the one listened on. */
  readonly publicUrl?: string | undefined;
  /** JSON file of tokens: `[{tenant, token}]`. */
  readonly tokens?: string | undefined;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly loopback: boolean;
}

const tokensSchema = z
  .array(
    z.strictObject({
      tenant: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
      token: z.string().regex(/^[\w-]{32,500}$/),
    }),
  )
  .min(1);

/** Reads where to listen, and refuses what would expose the daemon. Throws a SetupError that says what is missing. */
export function endpointOf(options: ListenOptions): Endpoint {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(options.listen ?? "127.0.0.1:0");
  const host = match?.[1] ?? match?.[2] ?? "";
  const port = Number(match?.[3]);
  if (!match || port > 65_535) {
    throw new SetupError(`"${options.listen}" is no address to listen on.`, { fix: "Such as 127.0.0.1:4711." });
  }
  const loopback = host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
  const encrypted = options.tlsCert !== undefined && options.tlsKey !== undefined;
  if (!loopback && !encrypted && !options.behindProxy) {
    throw new SetupError(
      `Listening on ${host} without encryption is refused: tokens and data would travel in the open.`,
      {
        fix: "Give --tls-cert and --tls-key, or --behind-proxy where a proxy in front speaks TLS.",
      },
    );
  }
  if (!loopback && options.tokens === undefined) {
    throw new SetupError(`Listening on ${host} needs tokens of its own.`, {
      fix: 'Give --tokens FILE, a JSON file such as [{"tenant": "local", "token": "…at least 32 characters…"}].',
    });
  }
  return { host, port, loopback };
}

/** Reads the tokens file. Throws a SetupError where it is not usable. */
export function readTokens(path: string | undefined): TenantToken[] {
  if (path === undefined) {
    return [];
  }
  refuseOpenModes(path);
  try {
    return tokensSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (cause) {
    throw new SetupError(`The tokens file ${path} is not usable.`, {
      fix: 'It is JSON: [{"tenant": "local", "token": "…at least 32 characters…"}].',
      cause,
    });
  }
}

/** Others of the machine must not read tokens. Windows has no such modes. */
function refuseOpenModes(path: string): void {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  if (process.platform === "win32" || mode === undefined || (mode & 0o077) === 0) return;
  throw new SetupError(`The tokens file ${path} can be read by other users (mode ${(mode & 0o777).toString(8)}).`, {
    fix: `Keep it to yourself: chmod 600 ${path}`,
  });
}

/** A caller that has not sent its headers after this long is let go, in milliseconds. */
const HEADERS = 15_000;
/** Connections at once; further ones are closed unread. */
const CONNECTIONS = 2_000;

/** Makes the HTTP or HTTPS server and waits until it listens; resolves with the port it got. */
export async function listen(
  handler: RequestListener,
  endpoint: Endpoint,
  { tlsCert, tlsKey }: ListenOptions,
): Promise<{ server: Server; port: number }> {
  let server: Server;
  if (tlsCert !== undefined && tlsKey !== undefined) {
    const { createServer: createSecureServer } = await import("node:https");
    server = createSecureServer({ cert: readFileSync(tlsCert), key: readFileSync(tlsKey) }, handler);
  } else {
    server = createServer(handler);
  }
  server.requestTimeout = 120_000;
  server.headersTimeout = HEADERS;
  server.maxConnections = CONNECTIONS;
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why = cause.code === "EADDRINUSE" ? "is taken" : `cannot be listened on (${cause.code})`;
      reject(
        new SetupError(`${endpoint.host}:${endpoint.port} ${why}.`, { fix: "Choose another with --listen.", cause }),
      );
    });
    server.listen(endpoint.port, endpoint.host, resolve);
  });
  const address = server.address();
  return { server, port: typeof address === "object" && address ? address.port : endpoint.port };
}

/** Names under which requests may address the daemon. */
export function hostsOf({ host }: Endpoint, port: number, publicUrl: string | undefined): ReadonlySet<string> {
  const names = ["127.0.0.1", "localhost", "[::1]", isIP(host) === 6 ? `[${host}]` : host];
  const hosts = names.filter((name) => name !== "0.0.0.0" && name !== "[::]").map((name) => `${name}:${port}`);
  return new Set(
    [...hosts, ...(publicUrl === undefined ? [] : [new URL(publicUrl).host])].map((name) => name.toLowerCase()),
  );
}

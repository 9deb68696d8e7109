import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TestPostgres {
  readonly address: string;
  /** Ends every connection and comes back on the same address. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Folder of the newest installed PostgreSQL server, as Debian's `postgresql` package lays it out. */
export function postgresFolder(): string | undefined {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(root, version, "bin")).find((folder) => existsSync(join(folder, "initdb")));
}

/** PostgreSQL refuses to run as root: then it runs as the user its package made. */
function serverUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) {
    return {};
  }
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith("postgres:"))!;
  const [, , uid, gid] = line.split(":");
  return { uid: Number(uid), gid: Number(gid) };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Starts a PostgreSQL of its own in a temporary folder, on loopback, and waits until it answers. */
export async function startPostgres(folder: string): Promise<TestPostgres> {
  const user = serverUser();
  const data = mkdtempSync(join(tmpdir(), "almanac-postgres-"));
  if (user.uid !== undefined) {
    chownSync(data, user.uid, user.gid!);
  }
  const options = { ...user, cwd: data, stdio: "ignore", env: { PATH: process.env.PATH!, LC_ALL: "C" } } as const;
  const cluster = join(data, "cluster");
  execFileSync(
    join(folder, "initdb"),
    ["-D", cluster, "-U", "almanac", "-A", "trust", "--no-sync", "-E", "UTF8"],
    options,
  );
  const port = await freePort();
  const settings = ["-h", "127.0.0.1", "-p", String(port), "-c", `unix_socket_directories=${data}`, "-c", "fsync=off"];
  const start = async (): Promise<ChildProcess> => {
    const server = spawn(join(folder, "postgres"), ["-D", cluster, ...settings], {
      ...options,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    // Read to the end of its life, so that it never waits for a reader.
    server.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("ready to accept connections")) server.emit("ready");
    });
    const end = once(server, "exit").then(() => Promise.reject(new Error(said)));
    await Promise.race([once(server, "ready"), end]);
    end.catch(() => undefined);
    return server;
  };
  const end = async (server: ChildProcess): Promise<void> => {
    const gone = once(server, "exit");
    server.kill("SIGINT");
    await gone;
  };
  let server = await start();
  return {
    address: `postgres://almanac@127.0.0.1:${port}/postgres`,
    restart: async () => {
      await end(server);
      server = await start();
    },
    stop: async () => {
      await end(server);
      rmSync(data, { recursive: true, force: true });
    },
  };
}

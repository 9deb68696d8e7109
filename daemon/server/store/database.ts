import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import {
  CamelCasePlugin,
  type Dialect,
  Kysely,
  type LogEvent,
  PostgresDialect,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteStatement,
} from "kysely";
import { SetupError } from "../../../protocol/errors.ts";

/** Tables by name with free columns: `table.ts`, the only place that queries, types them. */
export type Database = Kysely<Record<string, Record<string, unknown>>>;

export type DatabaseKind = "sqlite" | "postgres";

export interface OpenDatabase {
  readonly kind: DatabaseKind;
  readonly database: Database;
}

/** PostgreSQL's type number of 64-bit integers, which `pg` hands out as text unless told otherwise. */
const BIGINT = 20;

/**
 * Opens a database: a `postgres://` address or the path of an SQLite file, whose folder is made. Drivers are loaded when
 * asked for, so that a daemon on SQLite never pays for PostgreSQL's. `onQuery` sees every statement (tests use it).
 */
export async function openDatabase(address: string, onQuery?: (event: LogEvent) => void): Promise<OpenDatabase> {
  const kind: DatabaseKind = /^postgres(ql)?:\/\//.test(address) ? "postgres" : "sqlite";
  const dialect = kind === "postgres" ? await postgres(address) : await sqlite(address);
  const plugins = [new CamelCasePlugin({ maintainNestedObjectKeys: true })];
  const database: Database = new Kysely({ dialect, plugins, ...(onQuery ? { log: onQuery } : {}) });
  return { kind, database };
}

async function sqlite(path: string): Promise<Dialect> {
  const { default: Sqlite } = await import("better-sqlite3");
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // SQLite gives the files beside it the same mode: tokens of remotes and secrets of webhooks are in here.
  closeSync(openSync(path, "a", 0o600));
  chmodSync(path, 0o600);
  const connection = new Sqlite(path);
  await useWriteAheadLog(connection);
  refuseDamage(connection, path);
  // NORMAL: a killed process loses nothing; a power cut may lose the last moments' commits but never the file's
  // integrity, and whatever is lost is a task or event that the resumed run makes again.
  connection.pragma("synchronous = NORMAL");
  connection.pragma("foreign_keys = ON");
  connection.pragma("busy_timeout = 5000");
  return new SqliteDialect({ database: withPrepared(connection) });
}

/** Throws a SetupError that names the file if SQLite finds its pages damaged. */
function refuseDamage(connection: { pragma(text: string): unknown }, path: string): void {
  let found: unknown;
  try {
    found = connection.pragma("quick_check(1)");
  } catch (error) {
    found = error instanceof Error ? error.message : String(error);
  }
  const [row] = Array.isArray(found) ? found : [];
  const word: unknown = row?.quick_check ?? found;
  if (word === "ok") return;
  throw new SetupError(`The database ${path} is damaged: ${String(word)}.`, {
    fix: "Put back a copy of it, or move the file away: the daemon then begins with an empty one, and files of runs stay.",
  });
}

/** Attempts to convert a file while other processes do so, and milliseconds between them: five seconds, as statements wait. */
const [ATTEMPTS, BETWEEN] = [100, 50];

/**
 * Has the file keep a write-ahead log. Processes that convert a file at the same time would wait for each other forever, so
 * SQLite refuses all but one of them at once, without its busy timeout: they try again. Throws what SQLite says if none of
 * the attempts succeeds.
 */
async function useWriteAheadLog(connection: { pragma(text: string): unknown }): Promise<void> {
  for (let left = ATTEMPTS; ; left--) {
    try {
      connection.pragma("journal_mode = WAL");
      return;
    } catch (error) {
      if ((error as { code?: unknown }).code !== "SQLITE_BUSY" || left === 0) throw error;
      await wait(BETWEEN);
    }
  }
}

/** Statements kept prepared at most; the one used longest ago goes first. */
const PREPARED = 200;

/** The connection with its statements kept: preparing one takes longer than running it does. */
function withPrepared(connection: SqliteDatabase): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>();
  return {
    close: () => connection.close(),
    prepare: (text) => {
      const statement = prepared.get(text) ?? connection.prepare(text);
      prepared.delete(text);
      prepared.set(text, statement);
      if (prepared.size > PREPARED) prepared.delete(prepared.keys().next().value!);
      return statement;
    },
  };
}

async function postgres(address: string): Promise<Dialect> {
  const { default: pg } = await import("pg");
  const types = {
    getTypeParser: (oid: number, format?: "text" | "binary") =>
      oid === BIGINT ? Number : pg.types.getTypeParser(oid, format as "text"),
  };
  const pool = new pg.Pool({ connectionString: address, max: 8, types });
  // A server that restarts ends idle connections: the pool opens new ones, and without a listener the process would end.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return new PostgresDialect({ pool });
}

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { literal, lockDatabase, openDatabase } from "../../../daemon/training/data/database.ts";
import { daily, read } from "./sandbox.ts";

const secret = "s3cr3t-of-another-file";
let folder: string;
let other: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "almanac-sandbox-"));
  other = join(folder, "other.csv");
  writeFileSync(other, `date,y\n${secret},1\n`);
  process.env.ALMANAC_TEST_SECRET = secret;
});
afterAll(() => {
  delete process.env.ALMANAC_TEST_SECRET;
  rmSync(folder, { recursive: true, force: true });
});

/** Ways out that a query may try; `OTHER` stands for the path of a file it must not read, `NEW` for one it must not write. */
const attempts = [
  // Other files, by every reader and by a bare name.
  "SELECT * FROM 'OTHER'",
  'SELECT * FROM "OTHER"',
  "SELECT * FROM read_csv('OTHER')",
  "SELECT * FROM read_csv_auto('OTHER')",
  "SELECT * FROM read_text('OTHER')",
  "SELECT * FROM read_blob('OTHER')",
  "SELECT * FROM read_json('OTHER')",
  "SELECT * FROM read_json_objects('OTHER')",
  "SELECT * FROM read_parquet('OTHER')",
  "SELECT * FROM parquet_metadata('OTHER')",
  "SELECT * FROM parquet_scan('OTHER')",
  "SELECT * FROM sniff_csv('OTHER')",
  "SELECT * FROM glob('/**')",
  "SELECT * FROM glob('/proc/self/*')",
  "SELECT * FROM read_text('/proc/self/environ')",
  "SELECT * FROM '/proc/self/environ'",
  "SELECT * FROM '/dev/stdin'",
  // Hidden inside something else.
  "WITH a AS (SELECT * FROM read_text('OTHER')) SELECT * FROM source, a",
  "WITH RECURSIVE a AS (SELECT 1 AS n UNION ALL SELECT n FROM read_csv('OTHER')) SELECT * FROM source, a",
  "SELECT *, (SELECT content FROM read_text('OTHER')) AS stolen FROM source",
  "SELECT * FROM source WHERE EXISTS (SELECT 1 FROM 'OTHER')",
  "SELECT * FROM source WHERE y IN (SELECT y FROM read_csv('OTHER'))",
  "SELECT * FROM source JOIN LATERAL (SELECT * FROM read_csv('OTHER')) AS o ON true",
  "SELECT * FROM source POSITIONAL JOIN 'OTHER'",
  "SELECT * FROM source UNION ALL SELECT * FROM 'OTHER'",
  "FROM 'OTHER'",
  "PIVOT 'OTHER' ON date USING sum(y)",
  "UNPIVOT 'OTHER' ON y INTO NAME n VALUE v",
  'SELECT * FROM "OTHER", (WITH "OTHER" AS (SELECT 1) SELECT 1) AS t',
  "SELECT * FROM query('SELECT * FROM read_text(''OTHER'')')",
  "SELECT * FROM query_table('OTHER')",
  "SELECT * FROM query_table(['source', 'OTHER'])",
  "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT * FROM read_text(''OTHER'')'))",
  "SELECT * FROM source -- \n; SELECT * FROM 'OTHER'",
  "SELECT * FROM source) AS q; COPY source TO 'NEW'; SELECT * FROM (SELECT 1",
  // Settings, other statements, other databases, code from elsewhere.
  "SELECT getenv('ALMANAC_TEST_SECRET') AS date, y FROM source",
  "SELECT current_setting('allowed_paths') AS date, y FROM source",
  "SELECT getvariable('x') AS date, y FROM source WHERE false",
  "SELECT * FROM duckdb_settings()",
  "SELECT * FROM duckdb_secrets()",
  "SELECT * FROM information_schema.tables",
  "SELECT * FROM pg_catalog.pg_tables",
  "SELECT * FROM sqlite_master",
  "SELECT * FROM pragma_database_list()",
  "DESCRIBE source",
  "SUMMARIZE source",
  "SHOW TABLES",
  "PRAGMA database_list",
  "EXPLAIN ANALYZE SELECT * FROM source",
  "COPY source TO 'NEW'",
  "COPY (SELECT 1) TO 'NEW' (FORMAT parquet)",
  "EXPORT DATABASE 'NEW'",
  "ATTACH 'NEW' AS n",
  "ATTACH 'host=127.0.0.1' AS p (TYPE postgres)",
  "INSTALL httpfs",
  "LOAD httpfs",
  "FORCE INSTALL httpfs FROM 'http://127.0.0.1:1'",
  "SET enable_external_access = true",
  "RESET allowed_paths",
  "SET VARIABLE x = (SELECT content FROM read_text('OTHER'))",
  "CREATE TABLE t AS SELECT * FROM 'OTHER'",
  "CREATE VIEW v AS SELECT * FROM read_text('OTHER')",
  "CREATE MACRO m() AS TABLE SELECT * FROM read_text('OTHER')",
  "CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')",
  "INSERT INTO source VALUES (1, 2)",
  "CALL pragma_version()",
  // The database's own lock lets these two through: the look at the query is what stops them.
  "CALL enable_logging('QueryLog', storage = 'file', storage_path = 'NEW')",
  "SELECT * FROM enable_logging('QueryLog', storage = 'file', storage_path = 'NEW')",
  "PREPARE p AS SELECT 1",
  "SELECT * FROM 'http://127.0.0.1:1/a.csv'",
  "SELECT * FROM read_csv('https://127.0.0.1:1/a.csv')",
  "SELECT * FROM read_parquet('s3://bucket/a.parquet')",
  "SELECT * FROM sqlite_scan('OTHER', 't')",
  "SELECT * FROM postgres_scan('host=127.0.0.1', 'public', 't')",
  "VALUES (1), (2)",
];

const filled = (query: string) => query.replaceAll("OTHER", other).replaceAll("NEW", join(folder, "new.db"));

test.each(attempts)("a query cannot leave its source: %s", async (query) => {
  const error = await read(daily([1, 2, 3, 4, 5, 6]), { query: filled(query) }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: "DataError" });
  expect(JSON.stringify(error) + String(error)).not.toContain(secret);
  expect(readdirSync(folder)).toEqual(["other.csv"]);
});

test("what a query raises itself is no message of the program", async () => {
  for (const text of ["ALMANAC [oops]", "ALMANAC []", 'ALMANAC [{"a": 1}]']) {
    const query = `SELECT *, error(${literal(text)}) AS e FROM source`;
    await expect(read(daily([1, 2, 3]), { query })).rejects.toMatchObject({ code: "query-failed" });
  }
});

describe("the database itself, were the look at the query deceived", () => {
  test.each([
    ...["read_csv", "read_text", "read_blob", "read_json", "read_parquet", "sniff_csv", "glob"].map(
      (reader) => `SELECT * FROM ${reader}('OTHER')`,
    ),
    "SELECT * FROM 'OTHER'",
    "SELECT * FROM '/proc/self/environ'",
    "SELECT * FROM glob('/**')",
    "SELECT * FROM read_csv('LINK')",
    "SELECT * FROM read_csv('FOLDER/../other.csv')",
    "SELECT * FROM read_csv('FOLDER/data.csv/../other.csv')",
    "SELECT * FROM read_csv('file://OTHER')",
    "COPY (SELECT 1) TO 'NEW'",
    "COPY (SELECT 1) TO 'FOLDER/data.csv/x'",
    "ATTACH 'NEW' AS n",
    "EXPORT DATABASE 'NEW'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD 'OTHER'",
    "SET enable_external_access = true",
    "SET allowed_paths = ['OTHER']",
    "SET allowed_directories = ['/']",
    "SET lock_configuration = false",
    "RESET enable_external_access",
    "SET temp_directory = '/tmp'",
    "PRAGMA enable_logging",
    "SET enable_logging = true",
    "IMPORT DATABASE 'FOLDER'",
    "CREATE PERSISTENT SECRET s (TYPE http, BEARER_TOKEN 'x')",
  ])("refuses %s", async (statement) => {
    const inner = join(folder, "inner");
    mkdirSync(inner, { recursive: true });
    const own = join(inner, "data.csv");
    writeFileSync(own, "date,y\n2024-01-01,1\n");
    const link = join(inner, "link.csv");
    if (!existsSync(link)) symlinkSync(other, link);
    const connection = await openDatabase(inner);
    try {
      await connection.run(`CREATE VIEW data AS SELECT * FROM read_csv(${literal(own)})`);
      await lockDatabase(connection, [own]);
      const text = filled(statement).replaceAll("LINK", link).replaceAll("FOLDER", inner);
      const answer = await connection.runAndReadAll(text).then(
        (reader) => JSON.stringify(reader.getRowsJson()),
        () => "refused",
      );
      expect(answer).toBe("refused");
      expect(existsSync(join(folder, "new.db"))).toBe(false);
      expect((await connection.runAndReadAll("SELECT * FROM data")).currentRowCount).toBe(1);
    } finally {
      connection.closeSync();
      rmSync(inner, { recursive: true, force: true });
    }
  });
});

import { type Expression, type ExpressionBuilder, type SqlBool, sql } from "kysely";
import type { Database } from "./database.ts";
import { jsonColumns, type TableName, type Tables } from "./tables.ts";

type Row<T extends TableName> = Tables[T];
type Stored = Record<string, unknown>;

/** What a column must be: a value, one of several, or within bounds. */
export type Condition<V> = V | { readonly in: readonly V[] } | { readonly gt?: V; readonly gte?: V; readonly lt?: V };

/** Conditions that must all hold. */
export type Where<T extends TableName> = { readonly [C in keyof Row<T>]?: Condition<Row<T>[C]> };

export interface FindOptions<T extends TableName> {
  readonly limit?: number;
  readonly orderBy?: readonly (readonly [keyof Row<T> & string, "asc" | "desc"])[];
}

/** A row to insert: the tenant is added here, and the database numbers events. */
export type NewRow<T extends TableName> = Omit<Row<T>, "tenant" | "sequence">;

type Builder = ExpressionBuilder<Record<string, Record<string, unknown>>, string>;

/**
 * One table as one tenant sees it. All of the program's queries are made here, and each of them names the tenant.
 */
export class Table<T extends TableName> {
  readonly #database: Database;
  readonly #tenant: string;
  readonly #name: string;
  readonly #json: readonly string[];

  constructor(database: Database, tenant: string, name: T) {
    this.#database = database;
    this.#tenant = tenant;
    this.#name = name;
    this.#json = jsonColumns[name];
  }

  /** The first row that matches. */
  async get(where: Where<T>): Promise<Row<T> | undefined> {
    return (await this.find(where, { limit: 1 }))[0];
  }

  async find(where: Where<T> = {}, options: FindOptions<T> = {}): Promise<Row<T>[]> {
    let query = this.#database.selectFrom(this.#name).selectAll().where(this.#matching(where));
    for (const [column, direction] of options.orderBy ?? []) {
      query = query.orderBy(column, direction);
    }
    const rows = await (options.limit === undefined ? query : query.limit(options.limit)).execute();
    return rows.map((row) => this.#decode(row));
  }

  async count(where: Where<T> = {}): Promise<number> {
    const counted = this.#database.selectFrom(this.#name).select((build) => build.fn.countAll().as("count"));
    return Number((await counted.where(this.#matching(where)).executeTakeFirstOrThrow()).count);
  }

  async insert(row: NewRow<T>): Promise<void> {
    await this.#database.insertInto(this.#name).values(this.#encode(row)).execute();
  }

  /** Inserts many rows, in statements that fit every database's limit on parameters. */
  async insertAll(rows: readonly NewRow<T>[]): Promise<void> {
    for (let start = 0; start < rows.length; start += 500) {
      const part = rows.slice(start, start + 500).map((row) => this.#encode(row));
      await this.#database.insertInto(this.#name).values(part).execute();
    }
  }

  /** Inserts a row and returns the value the database gave `column`. */
  async insertReturning<C extends keyof Row<T> & string>(row: NewRow<T>, column: C): Promise<Row<T>[C]> {
    const insert = this.#database.insertInto(this.#name).values(this.#encode(row));
    const wanted: string = column;
    const inserted: Stored = await insert.returning(wanted).executeTakeFirstOrThrow();
    // SAFETY: the statement returns exactly this column.
    return inserted[column] as Row<T>[C];
  }

  /** Inserts a row, or does nothing where `key` is taken; says whether it inserted. */
  async insertNew(row: NewRow<T>, key: readonly (keyof Row<T> & string)[]): Promise<boolean> {
    const insert = this.#database.insertInto(this.#name).values(this.#encode(row));
    const result = await insert
      .onConflict((conflict) => conflict.columns(this.#keyOf(key)).doNothing())
      .executeTakeFirstOrThrow();
    return Number(result.numInsertedOrUpdatedRows ?? 0) > 0;
  }

  /** Inserts a row or, where `key` is taken, overwrites the other columns. */
  async put(row: NewRow<T>, key: readonly (keyof Row<T> & string)[]): Promise<void> {
    const values = this.#encode(row);
    const others = Object.fromEntries(
      Object.entries(values).filter(([column]) => column !== "tenant" && !(key as readonly string[]).includes(column)),
    );
    const insert = this.#database.insertInto(this.#name).values(values);
    await insert.onConflict((conflict) => conflict.columns(this.#keyOf(key)).doUpdateSet(others)).execute();
  }

  /** As `put`, for many rows with different keys. */
  async putAll(rows: readonly NewRow<T>[], key: readonly (keyof Row<T> & string)[]): Promise<void> {
    const columns = Object.keys(rows[0] ?? {}).filter((column) => !(key as readonly string[]).includes(column));
    for (let start = 0; start < rows.length; start += 500) {
      const part = rows.slice(start, start + 500).map((row) => this.#encode(row));
      await this.#database
        .insertInto(this.#name)
        .values(part)
        .onConflict((conflict) =>
          conflict
            .columns(this.#keyOf(key))
            .doUpdateSet((build) =>
              Object.fromEntries(columns.map((column) => [column, build.ref(`excluded.${column}` as never)])),
            ),
        )
        .execute();
    }
  }

  /** Changes every row that matches and says how many did: with the old state in `where`, a compare-and-set. */
  async update(where: Where<T>, patch: Partial<NewRow<T>>): Promise<number> {
    const { tenant: _, ...values } = this.#encode(patch);
    const update = this.#database.updateTable(this.#name).set(values).where(this.#matching(where));
    const updated = await update.executeTakeFirstOrThrow();
    return Number(updated.numUpdatedRows);
  }

  async remove(where: Where<T>): Promise<number> {
    const removal = this.#database.deleteFrom(this.#name).where(this.#matching(where));
    const removed = await removal.executeTakeFirstOrThrow();
    return Number(removed.numDeletedRows);
  }

  /** The conditions, and always the tenant. */
  #matching(where: Where<T>): (build: Builder) => Expression<SqlBool> {
    return (build) =>
      build.and([
        build("tenant", "=", this.#tenant),
        ...Object.entries(where).flatMap(([column, condition]) => conditionsOf(build, column, condition)),
      ]);
  }

  #keyOf(key: readonly string[]): string[] {
    return ["tenant", ...key];
  }

  #encode(row: Partial<NewRow<T>>): Stored {
    const stored: Stored = { ...(row as Stored), tenant: this.#tenant };
    for (const column of this.#json) {
      if (column in stored) {
        stored[column] = stored[column] === null ? null : JSON.stringify(stored[column]);
      }
    }
    return stored;
  }

  #decode(stored: Stored): Row<T> {
    const row: Stored = { ...stored };
    for (const column of this.#json) {
      row[column] = typeof row[column] === "string" ? JSON.parse(row[column]) : null;
    }
    // SAFETY: the columns are those of the table, written through #encode.
    return row as unknown as Row<T>;
  }
}

function conditionsOf(build: Builder, column: string, condition: unknown): Expression<SqlBool>[] {
  if (condition === undefined) {
    return [];
  }
  if (condition === null) {
    return [build(column, "is", null)];
  }
  if (typeof condition !== "object") {
    return [build(column, "=", condition)];
  }
  if ("in" in condition) {
    const values = condition.in as unknown[];
    return [values.length === 0 ? sql<SqlBool>`1 = 0` : build(column, "in", values)];
  }
  const { gt, gte, lt } = condition as { gt?: unknown; gte?: unknown; lt?: unknown };
  const bounds = [[">", gt] as const, [">=", gte] as const, ["<", lt] as const];
  return bounds.flatMap(([operator, bound]) => (bound === undefined ? [] : [build(column, operator, bound)]));
}

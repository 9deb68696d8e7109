import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { LogEvent } from "kysely";
import { AlmanacError, SetupError } from "../../../protocol/errors.ts";
import { type BlobStore, DiskBlobStore } from "./blobs.ts";
import { type OpenDatabase, openDatabase } from "./database.ts";
import { migrate } from "./migrate.ts";
import { Table } from "./table.ts";
import { type TableName, tableNames } from "./tables.ts";

/** Everything one tenant owns: a table each, its files, and its folders. */
export type TenantStore = { readonly [T in TableName]: Table<T> } & {
  readonly tenant: string;
  readonly blobs: BlobStore;
  /** Folder of the tenant's runs, task cache and files. */
  readonly directory: string;
};

export interface StoreOptions {
  /** Data folder. */
  readonly home: string;
  /** `postgres://…`; SQLite in the data folder when left out. */
  readonly database?: string | undefined;
  readonly onQuery?: (event: LogEvent) => void;
}

/** Name of the tenant of a daemon that serves one user. */
export const localTenant = "local";

const tenantPattern = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** The database and files of one daemon. Rows are reached through a tenant only. */
export class Store {
  readonly home: string;
  readonly #open: OpenDatabase;
  readonly #tenants = new Map<string, TenantStore>();

  private constructor(home: string, open: OpenDatabase) {
    this.home = home;
    this.#open = open;
  }

  /** Opens the store and brings its tables to the newest version. Throws a SetupError where the database does not open. */
  static async open({ home, database, onQuery }: StoreOptions): Promise<Store> {
    let open: OpenDatabase | undefined;
    try {
      open = await openDatabase(database ?? join(home, "almanac.db"), onQuery);
      await migrate(open);
      return new Store(home, open);
    } catch (cause) {
      await open?.database.destroy().catch(() => undefined);
      if (cause instanceof AlmanacError) throw cause;
      const fix =
        database === undefined
          ? `Is ${home} writable, and its almanac.db whole? Another folder is named with --home.`
          : "Check that PostgreSQL runs, and user, password and name of the database in its address.";
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new SetupError(`The database cannot be opened: ${reason}.`, { fix, cause });
    }
  }

  /** Makes the tenant where it is new. */
  async createTenant(tenant: string): Promise<TenantStore> {
    const scoped = this.forTenant(tenant);
    await mkdir(scoped.directory, { recursive: true, mode: 0o700 });
    await scoped.tenants.insertNew({ name: tenant, createdAt: Date.now() }, []);
    return scoped;
  }

  /** The store as `tenant` sees it. */
  forTenant(tenant: string): TenantStore {
    const known = this.#tenants.get(tenant);
    if (known) {
      return known;
    }
    if (!tenantPattern.test(tenant)) {
      throw new RangeError(`"${tenant}" is no name of a tenant: lower-case letters, digits and hyphens.`);
    }
    const directory = join(this.home, "tenants", tenant);
    const tables = Object.fromEntries(
      tableNames.map((name) => [name, new Table(this.#open.database, tenant, name)]),
    ) as unknown as { readonly [T in TableName]: Table<T> };
    const scoped: TenantStore = { ...tables, tenant, directory, blobs: new DiskBlobStore(join(directory, "blobs")) };
    this.#tenants.set(tenant, scoped);
    return scoped;
  }

  /** Every tenant there is: what the queue and the housekeeping go through, one at a time. */
  async tenants(): Promise<TenantStore[]> {
    const rows = await this.#open.database.selectFrom("tenants").select("tenant").orderBy("tenant").execute();
    return rows.map((row) => this.forTenant(String(row.tenant)));
  }

  async close(): Promise<void> {
    await this.#open.database.destroy();
  }
}

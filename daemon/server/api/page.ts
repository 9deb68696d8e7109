import type { Table, Where } from "../store/table.ts";
import type { TableName, Tables } from "../store/tables.ts";

type Identified = { [T in TableName]: Tables[T] extends { id: string } ? T : never }[TableName];

/** One page of a table, newest first: identifiers ascend with time, so that the last one is the cursor. */
export async function pageOf<T extends Identified, V>(
  table: Table<T>,
  where: Where<T>,
  query: { limit: number; after?: string | undefined },
  view: (row: Tables[T]) => V | Promise<V>,
): Promise<{ items: V[]; next: string | null }> {
  const cursor = query.after === undefined ? {} : { id: { lt: query.after } };
  const orderBy = [["id", "desc"]] as unknown as readonly (readonly [keyof Tables[T] & string, "desc"])[];
  const rows = await table.find({ ...where, ...cursor } as Where<T>, { orderBy, limit: query.limit + 1 });
  const items = rows.slice(0, query.limit);
  const last = items.at(-1) as { id: string } | undefined;
  return { items: await Promise.all(items.map(view)), next: rows.length > items.length && last ? last.id : null };
}

/** A moment as the API writes it. */
export function moment(time: number): string;
export function moment(time: number | null): string | null;
export function moment(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

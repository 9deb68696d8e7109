import type { TenantStore } from "./store.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How long things are kept, in milliseconds. */
export interface Retention {
  readonly events: number;
  readonly idempotencyKeys: number;
  readonly deliveries: number;
  /** A file without an owner is spared while it is this young: its row may be about to be written. */
  readonly orphanedBlobs: number;
}

export const defaultRetention: Retention = {
  events: 90 * DAY,
  idempotencyKeys: DAY,
  deliveries: 30 * DAY,
  orphanedBlobs: HOUR,
};

/** Removes what a tenant no longer needs: old events, keys and deliveries, and files that no row names. */
export async function collectGarbage(
  store: TenantStore,
  now: number,
  retention: Retention = defaultRetention,
): Promise<{ rows: number; blobs: number }> {
  let rows = await store.events.remove({ time: { lt: now - retention.events } });
  rows += await store.idempotencyKeys.remove({ createdAt: { lt: now - retention.idempotencyKeys } });
  rows += await store.webhookDeliveries.remove({
    state: { in: ["delivered", "dead"] },
    createdAt: { lt: now - retention.deliveries },
  });
  let blobs = 0;
  for await (const { digest, writtenAt } of store.blobs.list()) {
    if (writtenAt < now - retention.orphanedBlobs && (await store.artifacts.count({ digest })) === 0) {
      await store.blobs.delete(digest);
      blobs++;
    }
  }
  return { rows, blobs };
}

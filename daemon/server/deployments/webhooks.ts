import { randomBytes } from "node:crypto";
import type { StoredEvent } from "../../../protocol/api/runs.ts";
import { sentToWebhooks } from "../../../protocol/event-types.ts";
import type { EventLog } from "../queue/event-log.ts";
import { derivedId } from "../store/ids.ts";
import type { Store, TenantStore } from "../store/store.ts";
import type { WebhookDeliveryRow, WebhookRow } from "../store/tables.ts";
import { sendWebhook } from "./webhook-request.ts";

export interface WebhookSenderOptions {
  readonly store: Store;
  readonly log: EventLog;
  /** Milliseconds to wait after the nth failed attempt; after the last the delivery is dead. */
  readonly delays?: readonly number[];
  readonly report?: (message: string, details: Record<string, unknown>) => void;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const defaultDelays = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 60 * MINUTE, 6 * 60 * MINUTE];
const AT_ONCE = 8;
/** Setting of a tenant: the last event whose deliveries are rows. */
const cursor = "webhook-cursor";

/** Sends events to webhooks: each delivery is a row first, sent until it is accepted or its attempts are used up. */
export class WebhookSender {
  readonly #options: WebhookSenderOptions;
  readonly #delays: readonly number[];
  readonly #listening = new Map<string, () => void>();
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();
  #keeping: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: WebhookSenderOptions) {
    this.#options = options;
    this.#delays = options.delays ?? defaultDelays;
  }

  /** Takes up what is waiting and what happened while nobody listened, and listens to every tenant's events. */
  async start(): Promise<void> {
    for (const store of await this.#options.store.tenants()) {
      this.#listen(store);
      await this.#catchUp(store);
    }
    this.#wake(0);
  }

  /** Events that were written down just before this program was killed have no deliveries yet. */
  async #catchUp(store: TenantStore): Promise<void> {
    const seen = (await store.settings.get({ name: cursor }))?.value;
    if (seen === undefined || (await store.webhooks.count({ enabled: 1 })) === 0) return;
    for (let last = Number(seen), more = true; more; ) {
      const events = await this.#options.log.after(store, undefined, last);
      for (const event of events) await this.#enqueue(store, event);
      last = events.at(-1)?.sequence ?? last;
      more = events.length > 0;
    }
  }

  /** A secret for a new webhook: the key of its signatures. */
  newSecret(): string {
    return `whsec_${randomBytes(32).toString("base64url")}`;
  }

  /** Called before a webhook is made: a tenant's first one gets what happens from now on. */
  async expect(store: TenantStore): Promise<void> {
    if ((await store.webhooks.count({ enabled: 1 })) > 0) return;
    const [newest] = await store.events.find({}, { orderBy: [["sequence", "desc"]], limit: 1 });
    await store.settings.put({ name: cursor, value: newest?.sequence ?? 0 }, ["name"]);
  }

  /** Sends a delivery again, from its first attempt. Says whether there is such a delivery. */
  async resend(store: TenantStore, id: string): Promise<boolean> {
    const found = await store.webhookDeliveries.update({ id }, { state: "waiting", attempts: 0, nextAt: Date.now() });
    this.#wake(0);
    return found > 0;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const stop of this.#listening.values()) stop();
    await this.#keeping;
    await this.#sending;
  }

  #listen(store: TenantStore): void {
    if (!this.#listening.has(store.tenant)) {
      const stop = this.#options.log.listen(store, (event) => {
        // One after the other, so that the cursor never runs ahead of a delivery.
        this.#keeping = this.#keeping
          .then(() => this.#enqueue(store, event))
          .catch((error: unknown) => this.#report("A delivery could not be kept.", error));
      });
      this.#listening.set(store.tenant, stop);
    }
  }

  async #enqueue(store: TenantStore, event: StoredEvent): Promise<void> {
    const type = sentToWebhooks(event.event.type);
    if (type === undefined) return;
    const webhooks = await store.webhooks.find({ enabled: 1 });
    if (webhooks.length === 0) return;
    const wanting = webhooks.filter(({ types }) => types.length === 0 || types.includes(type));
    for (const webhook of wanting) {
      // The same event is the same delivery, whoever comes upon it and however often.
      const id = derivedId("dlv", Date.parse(event.time), `${webhook.id} ${event.sequence}`);
      const body = cloudEvent(store, event, type, id);
      const state = { state: "waiting", attempts: 0, nextAt: Date.now(), status: null, reason: null } as const;
      const row = { id, webhook: webhook.id, type, body, ...state, createdAt: Date.now() };
      await store.webhookDeliveries.insertNew(row, ["id"]);
    }
    await store.settings.put({ name: cursor, value: event.sequence }, ["name"]);
    if (wanting.length > 0) this.#wake(0);
  }

  #wake(delay: number): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#sending = this.#sending
        .then(() => this.#sendDue())
        .catch((error: unknown) => {
          this.#report("Deliveries could not be read.", error);
          this.#wake(MINUTE);
        });
    }, delay);
    this.#timer.unref();
  }

  async #sendDue(): Promise<void> {
    let soonest = Number.POSITIVE_INFINITY;
    for (const store of await this.#options.store.tenants()) {
      this.#listen(store);
      const orderBy = [["nextAt", "asc"]] as const;
      const waiting = await store.webhookDeliveries.find({ state: "waiting" }, { orderBy, limit: AT_ONCE });
      const now = Date.now();
      // A moment further away than the longest delay was written by a clock that has since been set back.
      const longest = Math.max(0, ...this.#delays);
      const due = waiting.filter(({ nextAt }) => nextAt <= now || nextAt > now + 2 * longest + MINUTE);
      await Promise.all(due.map((delivery) => this.#attempt(store, delivery)));
      const [next] = await store.webhookDeliveries.find({ state: "waiting" }, { orderBy, limit: 1 });
      soonest = Math.min(soonest, next?.nextAt ?? Number.POSITIVE_INFINITY);
    }
    if (soonest < Number.POSITIVE_INFINITY) {
      this.#wake(Math.min(Math.max(soonest - Date.now(), 0), MINUTE));
    }
  }

  async #attempt(store: TenantStore, delivery: WebhookDeliveryRow): Promise<void> {
    const webhook = await store.webhooks.get({ id: delivery.webhook });
    if (!webhook) return;
    const { status, reason } = await send(webhook, delivery);
    const attempts = delivery.attempts + 1;
    const delay = this.#delays[attempts - 1];
    const failed =
      delay === undefined
        ? ({ state: "dead" } as const)
        : ({ state: "waiting", nextAt: Date.now() + Math.round(delay * (0.8 + 0.4 * Math.random())) } as const);
    const outcome = reason === null ? ({ state: "delivered" } as const) : failed;
    await store.webhookDeliveries.update({ id: delivery.id }, { ...outcome, attempts, status, reason });
  }

  #report(message: string, error: unknown): void {
    this.#options.report?.(message, { error: String(error) });
  }
}

async function send(
  webhook: WebhookRow,
  delivery: WebhookDeliveryRow,
): Promise<{ status: number | null; reason: string | null }> {
  const { url, secret } = webhook;
  const body = JSON.stringify(delivery.body);
  try {
    const status = await sendWebhook({ id: delivery.id, url, secret, body, allowPrivate: webhook.allowPrivate === 1 });
    return { status, reason: status >= 200 && status < 300 ? null : `The receiver answered ${status}.` };
  } catch (error) {
    return { status: null, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** The event as CloudEvents 1.0, structured JSON. */
function cloudEvent(store: TenantStore, event: StoredEvent, type: string, id: string): Record<string, unknown> {
  return {
    specversion: "1.0",
    id,
    type,
    source: `/tenants/${store.tenant}`,
    time: event.time,
    ...(event.run === null ? {} : { subject: event.run }),
    datacontenttype: "application/json",
    data: event.event,
  };
}

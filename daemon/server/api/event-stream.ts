import type { Response } from "express";
import type { StoredEvent } from "../../../protocol/api/runs.ts";
import type { EventLog } from "../queue/event-log.ts";
import type { Caller } from "./mount.ts";
import { HttpProblem } from "./problem.ts";

/** A listener that reads slower than this many bytes is let go: it comes back with Last-Event-ID and misses nothing. */
const MAXIMUM_BACKLOG = 4 * 2 ** 20;
const HEARTBEAT = 15_000;
const LAST_EVENT = 1_000;

export interface StreamOptions {
  /** Events of this run only. */
  readonly run?: string;
  /** Where to begin when the client names no Last-Event-ID; undefined: from now on. */
  readonly from?: number;
  /** Whether nothing follows this event: the stream then ends. */
  readonly isLast?: (event: StoredEvent) => boolean;
  /** Whether the run has ended already, asked once the stored events are sent. */
  readonly hasEnded?: () => Promise<boolean>;
}

/** Streams of a tenant at once: each holds a connection, a listener and a timer. */
const STREAMS = 500;
const streams = new Map<string, number>();

/** Counts a stream of a tenant; returns how to end it. Throws where the tenant has too many. */
function admit(tenant: string): () => void {
  const count = streams.get(tenant) ?? 0;
  if (count >= STREAMS) {
    const fix = "Close one: a single stream of /events carries the events of all runs.";
    throw new HttpProblem(429, "too-many-streams", "Too many event streams are open.", { fix });
  }
  streams.set(tenant, count + 1);
  return () => streams.set(tenant, streams.get(tenant)! - 1);
}

/** Resolves when the listener has read what was written, or has left. */
function drained(response: Response): Promise<void> {
  return new Promise((resolve) => {
    response.once("drain", resolve);
    response.once("close", resolve);
  });
}

/**
 * Streams events as Server-Sent Events: first what is stored after Last-Event-ID, then what happens, without a gap or a
 * repetition between the two. Ends with an `end` message after the last event, or when the client leaves.
 */
export async function streamEvents(caller: Caller, log: EventLog, options: StreamOptions): Promise<void> {
  const { store, request, response } = caller;
  const release = admit(store.tenant);
  const named = Number(request.get("last-event-id") || Number.NaN);
  let sent = Number.isSafeInteger(named) ? named : options.from;
  let live = false;
  let ended = false;
  const waiting: StoredEvent[] = [];
  const wanted = (event: StoredEvent) => options.run === undefined || event.run === options.run;
  const stop = log.listen(store, (event) => wanted(event) && (live ? send(event) : waiting.push(event)));
  const heartbeat = setInterval(() => response.write(": still here\n\n"), HEARTBEAT);
  response.on("close", () => {
    release();
    stop();
    clearInterval(heartbeat);
  });
  response.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  });
  response.flushHeaders();

  function end(): void {
    // Without an id: a browser that comes back goes on after the last event that it has.
    response.end("event: end\ndata: {}\n\n");
  }
  function send(event: StoredEvent): void {
    if (response.destroyed || response.writableEnded || (sent !== undefined && event.sequence <= sent)) {
      return;
    }
    sent = event.sequence;
    response.write(`id: ${event.sequence}\nevent: ${event.event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    ended = options.isLast?.(event) ?? false;
    if (ended && live) {
      end();
    } else if (response.writableLength > MAXIMUM_BACKLOG) {
      response.destroy();
    }
  }

  await log.ready(store);
  if (sent !== undefined) {
    for (let more = true; more && !response.destroyed && !response.writableEnded; ) {
      const stored = await log.after(store, options.run, sent);
      stored.forEach(send);
      more = stored.length > 0;
      if (response.writableNeedDrain) await drained(response);
    }
  }
  waiting.forEach(send);
  live = true;
  if (await options.hasEnded?.()) {
    // A run's state is written a moment before its last event is: that event may still be on its way.
    const timer = setTimeout(() => response.writableEnded || end(), ended ? 0 : LAST_EVENT);
    response.on("close", () => clearTimeout(timer));
  }
}

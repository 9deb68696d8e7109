import { z } from "zod";
import { sha256 } from "../../training/files/digest.ts";
import { newId } from "../store/ids.ts";
import type { Caller } from "./mount.ts";
import { conflict, HttpProblem } from "./problem.ts";

interface Made {
  readonly status: number;
  readonly body: unknown;
}

/** Keys whose first request this process is answering now. */
const underWay = new Set<string>();

const reservationSchema = z.object({ reserved: z.string() });

/**
 * Answers a repeated POST of the same `Idempotency-Key` with its first answer, without doing it again. A request that
 * fails frees its key, so that it may be tried again. One that died with its daemon is done again under the identifier that
 * was reserved for what it makes (handed to `make`), so that a run it had queued already is found and not queued twice.
 */
export async function withIdempotency(
  caller: Caller,
  body: unknown,
  make: (reserved?: string) => Promise<Made>,
): Promise<Made> {
  const { store, request, response } = caller;
  const key = request.get("idempotency-key");
  if (key === undefined) {
    return make();
  }
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw new HttpProblem(400, "bad-key", "Idempotency-Key is 1 to 200 printable characters.");
  }
  const digest = sha256(`${request.method} ${request.path}\n${JSON.stringify(body)}`);
  const name = `${store.tenant} ${key}`;
  let reserved = newId("run");
  const row = { key, request: digest, status: null, response: { reserved }, createdAt: Date.now() };
  if (!(await store.idempotencyKeys.insertNew(row, ["key"]))) {
    const known = await store.idempotencyKeys.get({ key });
    if (known?.request !== digest) {
      throw new HttpProblem(422, "key-reused", "This Idempotency-Key was used for another request.");
    }
    if (known.status !== null) {
      response.set("idempotency-replayed", "true");
      return { status: known.status, body: known.response };
    }
    if (underWay.has(name)) {
      throw conflict(
        "key-in-use",
        "The first request of this Idempotency-Key has not ended yet.",
        "Try again shortly.",
      );
    }
    reserved = reservationSchema.parse(known.response).reserved;
  }
  underWay.add(name);
  try {
    const made = await make(reserved);
    await store.idempotencyKeys.update({ key }, { status: made.status, response: made.body });
    return made;
  } catch (error) {
    await store.idempotencyKeys.remove({ key });
    throw error;
  } finally {
    underWay.delete(name);
  }
}

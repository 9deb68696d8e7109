import { sha256 } from "../store/blobs.ts";
import type { Caller } from "./mount.ts";
import { conflict, HttpProblem } from "./problem.ts";

interface Made {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Answers a repeated POST of the same `Idempotency-Key` with its first answer, without doing it again. A request that
 * fails frees its key, so that it may be tried again.
 */
export async function withIdempotency(caller: Caller, body: unknown, make: () => Promise<Made>): Promise<Made> {
  const { store, request, response } = caller;
  const key = request.get("idempotency-key");
  if (key === undefined) {
    return make();
  }
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw new HttpProblem(400, "bad-key", "Idempotency-Key is 1 to 200 printable characters.");
  }
  const digest = sha256(`${request.method} ${request.path}\n${JSON.stringify(body)}`);
  const row = { key, request: digest, status: null, response: null, createdAt: Date.now() };
  if (!(await store.idempotencyKeys.insertNew(row, ["key"]))) {
    const known = await store.idempotencyKeys.get({ key });
    if (known?.request !== digest) {
      throw new HttpProblem(422, "key-reused", "This Idempotency-Key was used for another request.");
    }
    if (known.status === null) {
      throw conflict(
        "key-in-use",
        "The first request of this Idempotency-Key has not ended yet.",
        "Try again shortly.",
      );
    }
    response.set("idempotency-replayed", "true");
    return { status: known.status, body: known.response };
  }
  try {
    const made = await make();
    await store.idempotencyKeys.update({ key }, { status: made.status, response: made.body });
    return made;
  } catch (error) {
    await store.idempotencyKeys.remove({ key });
    throw error;
  }
}

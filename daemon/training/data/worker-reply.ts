import type { Problem } from "../../../protocol/errors.ts";
import type { ProblemCode } from "../../../protocol/problems/codes.ts";
import type { SourceDescription } from "./describe.ts";

/** What the reading process answers. */
export type WorkerReply =
  | {
      readonly kind: "panel";
      readonly snapshot: string;
      readonly warnings: readonly Problem[];
      readonly fingerprint: string;
    }
  | { readonly kind: "description"; readonly description: SourceDescription }
  | {
      readonly kind: "error";
      readonly message: string;
      readonly where: {
        readonly code: ProblemCode;
        readonly file?: string | undefined;
        readonly column?: string | undefined;
        readonly row?: number | undefined;
        readonly value?: string | undefined;
        readonly fix?: string | undefined;
      };
    }
  | { readonly kind: "crash"; readonly message: string };

import type { Problem } from "../../../protocol/errors.ts";
import type { EditorCode } from "../../../protocol/problems/codes.ts";
import type { Path } from "./document.ts";

/** One thing the data say about the text; `repair` is what a quick fix needs. */
export interface Finding {
  readonly severity: Problem["severity"];
  readonly code: EditorCode;
  readonly message: string;
  readonly fix?: string | undefined;
  readonly path: Path;
  /** Exact offsets where the path alone does not tell, such as for a key. */
  readonly at?: { readonly from: number; readonly to: number };
  readonly repair?: Repair | undefined;
}

/** What a quick fix does. */
export type Repair =
  | { readonly kind: "replace"; readonly text: string }
  | { readonly kind: "set"; readonly path: Path; readonly text: string; readonly title: string }
  | { readonly kind: "move-to-observed"; readonly column: string };

/** How a delimited text file is written. */
export interface Dialect {
  readonly delimiter: string;
  readonly quote: string;
  /** Physical lines before the header, or before the first row where there is no header. */
  readonly skip: number;
  /** Whether a line names the columns. */
  readonly header: boolean;
  /** Column names, unique and without surrounding blanks. */
  readonly columns: readonly string[];
  /** Whether a name stood twice in the header. */
  readonly repeated: readonly string[];
  /** Lines above the header that were left out without being asked for, blank ones aside. */
  readonly skipped: readonly string[];
}

/** What the experiment says of a text file (`data.format`); the rest is guessed. */
export interface DeclaredDialect {
  readonly delimiter?: string | undefined;
  /** Line of the header from 1; 0 where there is none. */
  readonly header?: number | undefined;
  /** Lines above the header. */
  readonly skip?: number | undefined;
}

const delimiters = [",", ";", "\t", "|", "^", "~"] as const;
const recordsLooked = 50;
/** Lines of a title above the header that are looked through. */
const mostTitleLines = 30;

/**
 * Guesses delimiter, quote and header of a text file from its beginning.
 * The delimiter is the one that splits most records into the same number of fields, more than one; a file without any
 * has a single column. Lines above the header are left out: `sep=;`, comments and titles that have fewer fields than the records below.
 */
export function sniffDialect(head: string, fileName: string, declared: DeclaredDialect = {}): Dialect {
  const marked = head.charCodeAt(0) === 0xfeff ? head.slice(1) : head;
  const lines = marked.replace(/\r\n?/g, "\n").split("\n");
  const separator = /^"?sep=(.)"?$/i.exec(lines[0]!.trim())?.[1];
  const fixed = declared.skip ?? (declared.header === undefined ? undefined : Math.max(0, declared.header - 1));
  const above = fixed ?? linesAbove(lines, separator);
  const body = lines.slice(above).join("\n");
  const quote = likelyQuote(body);
  const preferred = /\.(tsv|tab)(\.gz)?$/i.test(fileName) ? "\t" : ",";
  const { delimiter, first } = layoutOf(body, quote, {
    delimiters: [declared.delimiter ?? separator ?? []].flat(),
    preferred,
    firstIsHeader: fixed !== undefined || declared.header === 0,
  });
  const skip = above + first;
  const names = splitRecords(lines.slice(skip).join("\n"), delimiter, quote, 1)[0] ?? [];
  const header = declared.header !== 0;
  return {
    delimiter,
    quote,
    skip,
    header,
    ...(header ? uniqueNames(names) : { columns: names.map((_, index) => `column${index + 1}`), repeated: [] }),
    skipped: fixed === undefined ? lines.slice(0, skip).filter((line) => line.trim() !== "") : [],
  };
}

/** Lines that cannot be a header: blank ones, `sep=;`, and comments that end before one. */
function linesAbove(lines: readonly string[], separator: string | undefined): number {
  let above = separator === undefined ? 0 : 1;
  while (above < lines.length - 1 && /^\s*$|^\s*(#|\/\/)/.test(lines[above]!) && !isCommentedHeader(lines, above))
    above++;
  return above;
}

/** A header may begin with `#`, as NumPy writes it: then the next line has as many fields and is no comment. */
function isCommentedHeader(lines: readonly string[], at: number): boolean {
  const next = lines[at + 1] ?? "";
  const count = (line: string, delimiter: string) => line.split(delimiter).length;
  const fits = delimiters.some((d) => count(lines[at]!, d) > 1 && count(lines[at]!, d) === count(next, d));
  return fits && !/^\s*(#|\/\/)/.test(next) && /^\s*#?\s*[\p{L}"]/u.test(lines[at]!) && /\d/.test(next);
}

interface LayoutRequest {
  /** The delimiter where it is known. */
  readonly delimiters: readonly string[];
  readonly preferred: string;
  readonly firstIsHeader: boolean;
}

/** The delimiter, and the number of title lines above the first record that has as many fields as most. */
function layoutOf(body: string, quote: string, request: LayoutRequest): { delimiter: string; first: number } {
  const candidates = request.delimiters.length > 0 ? request.delimiters : [request.preferred, ...delimiters];
  const best = { delimiter: candidates[0]!, first: 0, score: 0 };
  for (const delimiter of candidates) {
    const score = consistency(splitRecords(body, delimiter, quote));
    if (score > best.score) Object.assign(best, { delimiter, score });
  }
  if (request.firstIsHeader || best.score > titledScore) return best;
  for (const delimiter of candidates) {
    const titled = belowTitle(body, delimiter, quote);
    if (titled !== undefined && titled.score > best.score) Object.assign(best, { ...titled, delimiter });
  }
  return best;
}

/** Score of a file from which no title is looked for: at least nine in ten records have as many fields as the first. */
const titledScore = 0.9 ** 2 * (1 + Math.log(2));

/** The lines to leave out so that all records have the same number of fields; undefined where that does not help. */
function belowTitle(body: string, delimiter: string, quote: string): { first: number; score: number } | undefined {
  const records = splitRecords(body, delimiter, quote);
  const usual = commonest(records.slice(1).map((record) => record.length));
  if (usual === undefined || usual < 2 || (records[0]?.length ?? 0) >= usual) return undefined;
  const lines = body.split("\n").slice(0, mostTitleLines);
  const first = lines.findIndex((line) => splitRecords(line, delimiter, quote, 1)[0]?.length === usual);
  if (first <= 0) return undefined;
  const below = splitRecords(body.split("\n").slice(first).join("\n"), delimiter, quote);
  return below.length < 2 ? undefined : { first, score: consistency(below) };
}

function commonest(counts: readonly number[]): number | undefined {
  const tally = new Map<number, number>();
  for (const count of counts) tally.set(count, (tally.get(count) ?? 0) + 1);
  return [...tally].sort((a, b) => b[1] - a[1])[0]?.[0];
}

/** The double quote, unless only single quotes enclose fields. */
function likelyQuote(text: string): string {
  if (text.includes('"')) return '"';
  return /(^|[,;\t|])'[^'\n]*'([,;\t|\n]|$)/.test(text) ? "'" : '"';
}

/** Agreement of records on their number of fields, weighted by that number: 0 where nothing splits. */
function consistency(records: string[][]): number {
  const fields = records[0]?.length ?? 0;
  if (fields < 2) return 0;
  const agreeing = records.filter((record) => record.length === fields).length;
  return (agreeing / records.length) ** 2 * (1 + Math.log(fields));
}

/** Splits the first records of `text`; a last record cut off by the end of the sample is dropped. */
export function splitRecords(text: string, delimiter: string, quote: string, limit = recordsLooked): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let field = "";
  let quoted = false;
  const endRecord = () => {
    record.push(field);
    if (record.length > 1 || record[0] !== "") records.push(record);
    record = [];
    field = "";
  };
  for (let i = 0; i < text.length && records.length < limit; i++) {
    const char = text[i]!;
    if (quoted) {
      if (char !== quote) field += char;
      else if (text[i + 1] === quote) field += text[++i];
      else quoted = false;
    } else if (char === quote && field === "") quoted = true;
    else if (char === delimiter) {
      record.push(field);
      field = "";
    } else if (char === "\n") endRecord();
    else field += char;
  }
  if (records.length < limit && !quoted && (field !== "" || record.length > 0)) endRecord();
  return records;
}

function uniqueNames(header: readonly string[]): { columns: string[]; repeated: string[] } {
  const seen = new Map<string, number>();
  const repeated: string[] = [];
  const columns = header.map((raw, index) => {
    const name = raw.trim() || `column${index + 1}`;
    // SQL names are compared without case.
    const count = seen.get(name.toLowerCase()) ?? 0;
    seen.set(name.toLowerCase(), count + 1);
    if (count > 0) repeated.push(name);
    return count > 0 ? `${name}_${count}` : name;
  });
  return { columns, repeated };
}

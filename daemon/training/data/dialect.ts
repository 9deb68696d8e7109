/** How a delimited text file is written. */
export interface Dialect {
  readonly delimiter: string;
  readonly quote: string;
  /** Physical lines before the header. */
  readonly skip: number;
  /** Column names, unique and without surrounding blanks. */
  readonly columns: readonly string[];
  /** Whether a name stood twice in the header. */
  readonly repeated: readonly string[];
}

const delimiters = [",", ";", "\t", "|", "^", "~"] as const;
const recordsLooked = 50;

/**
 * Guesses delimiter, quote and header of a text file from its beginning.
 * The delimiter is the one that splits most records into the same number of fields, more than one; a file without any
 * has a single column.
 */
export function sniffDialect(head: string, fileName: string): Dialect {
  const marked = head.charCodeAt(0) === 0xfeff ? head.slice(1) : head;
  const text = marked.replace(/\r\n?/g, "\n");
  const skip = /^(?:[ \t]*\n)*/.exec(text)![0].split("\n").length - 1;
  const body = text.split("\n").slice(skip).join("\n");
  const preferred = /\.(tsv|tab)(\.gz)?$/i.test(fileName) ? "\t" : ",";
  const quote = likelyQuote(body);
  let best = { delimiter: preferred as string, score: 0 };
  for (const delimiter of [preferred, ...delimiters]) {
    const score = consistency(splitRecords(body, delimiter, quote));
    if (score > best.score) best = { delimiter, score };
  }
  const header = splitRecords(body, best.delimiter, quote)[0] ?? [];
  return { delimiter: best.delimiter, quote, skip, ...uniqueNames(header) };
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

import { expect, test } from "vitest";
import { thinned } from "../../scripts/release/thin.ts";

/** A universal file with these parts, one after the other from byte 64 on. */
function universal(parts: readonly { processor: number; text: string }[]): Buffer {
  const file = Buffer.alloc(64 + parts.reduce((sum, { text }) => sum + text.length, 0));
  file.writeUInt32BE(0xcafebabe, 0);
  file.writeUInt32BE(parts.length, 4);
  let offset = 64;
  parts.forEach(({ processor, text }, index) => {
    [processor, 0, offset, text.length, 6].forEach((value, field) => {
      file.writeUInt32BE(value, 8 + 20 * index + 4 * field);
    });
    file.write(text, offset);
    offset += text.length;
  });
  return file;
}

const both = universal([
  { processor: 0x01000007, text: "for Intel" },
  { processor: 0x0100000c, text: "for Apple's own" },
]);

test("a universal library is cut down to the part for the processor", () => {
  expect(thinned(both, "x64").toString()).toBe("for Intel");
  expect(thinned(both, "arm64").toString()).toBe("for Apple's own");
});

test("a part that is missing is an error, and any other file stays as it is", () => {
  const one = universal([{ processor: 0x01000007, text: "for Intel" }]);
  expect(() => thinned(one, "arm64")).toThrow("The universal library has no part for arm64.");
  const plain = Buffer.from("\x7fELF and so on");
  expect(thinned(plain, "arm64")).toBe(plain);
});

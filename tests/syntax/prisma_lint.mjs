// Answers, for each line of JSON [[path, text], ...] on standard input, with the diagnostics of Prisma's own parser.
// Usage: node prisma_lint.mjs FOLDER, where FOLDER/node_modules holds @prisma/prisma-schema-wasm.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { resolve } from "node:path";

const wasm = createRequire(resolve(process.argv[2]) + "/")("@prisma/prisma-schema-wasm");

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = JSON.parse(wasm.lint(line));
  } catch (error) {
    answer = [{ text: `crash: ${error.message}`, is_warning: false }];
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}

// Puts a `.br` and a `.gz` beside every file of a build that gets smaller by it, so that the hub need compress nothing.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const SMALLER = 0.9; // of the file's size, or it is not worth a second file
const WORTH = /\.(html|js|css|json|svg|ttf|wasm|webmanifest)$/;

const folder = process.argv[2];
for (const name of readdirSync(folder, { recursive: true })) {
  if (!WORTH.test(name)) continue;
  const path = join(folder, name);
  const body = readFileSync(path);
  const brotli = brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: body.length } });
  if (brotli.length > body.length * SMALLER) continue;
  writeFileSync(`${path}.br`, brotli);
  writeFileSync(`${path}.gz`, gzipSync(body, { level: 9 }));
}

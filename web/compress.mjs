// Writes .br and .gz beside the files of dist, for servers that hand out such, and copies of them for the program into build/embed.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const embed = "build/embed";
rmSync(embed, { recursive: true, force: true });
const names = readdirSync("dist", { recursive: true, withFileTypes: true })
  .filter((file) => file.isFile())
  .map((file) => join(file.parentPath, file.name).slice("dist/".length))
  .sort();
await Promise.all(
  names.map(async (name) => {
    const data = readFileSync(join("dist", name));
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: data.length };
    const packed = { br: await promisify(brotliCompress)(data, { params }), gz: await promisify(gzip)(data, { level: 9 }) };
    for (const [ending, bytes] of Object.entries(packed)) {
      const file = join("dist", `${name}.${ending}`);
      writeFileSync(file, bytes);
      mkdirSync(join(embed, dirname(name)), { recursive: true });
      copyFileSync(file, join(embed, `${name}.${ending}`));
    }
  }),
);

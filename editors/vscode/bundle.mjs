// Bundles the extension into dist, with the licences of what is in the bundle.
import { build } from 'esbuild';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const { metafile } = await build({
  entryPoints: ['src/extension.ts'],
  outfile: 'dist/extension.js',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
  minify: true,
  legalComments: 'none', // they are in the file of notices
  metafile: true,
  logLevel: 'warning',
});

const packages = new Set();
for (const input of Object.keys(metafile.inputs)) {
  const found = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input);
  if (found) {
    packages.add(found[0]);
  }
}
let notices = 'The extension has these packages in it.\n';
for (const folder of [...packages].sort()) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file || !existsSync(join(folder, file))) {
    throw new Error(`${name} has no file with its licence`);
  }
  notices += `\n${'-'.repeat(80)}\n${name} ${version} (${typeof license === 'string' ? license : 'see below'})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
}
writeFileSync('dist/NOTICES.txt', notices);

import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { find, type Surroundings, Unusable, version } from './program.ts';

let top = '';
let around: Surroundings;

before(async () => {
  top = await mkdtemp(path.join(tmpdir(), 'syncguard-'));
  for (const folder of ['bin', 'home/go/bin', 'project/tools']) {
    await mkdir(path.join(top, folder), { recursive: true });
  }
  around = {
    setting: 'syncguard',
    folders: [path.join(top, 'project')],
    trusted: true,
    home: path.join(top, 'home'),
    env: { PATH: ['', '.', 'bin', path.join(top, 'bin')].join(path.delimiter) },
    platform: 'linux',
  };
});
after(() => rm(top, { recursive: true }));

async function program(name: string, script = 'echo'): Promise<string> {
  const file = path.join(top, name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

const unusable = (words: RegExp) => (error: unknown) => error instanceof Unusable && words.test(error.message);

test('a name is looked for on PATH, then in the usual folders', async () => {
  await assert.rejects(find({ ...around, setting: 'syncguard-none' }), unusable(/syncguard-none is not on PATH.*syncguard\.path/));
  const usual = await program('home/go/bin/syncguard');
  assert.equal(await find(around), usual);
  const first = await program('bin/syncguard');
  assert.equal(await find(around), first);
  assert.equal(await find({ ...around, setting: ' ' }), first);
});

test('what is no program is passed over', async () => {
  await mkdir(path.join(top, 'bin/folder'));
  await writeFile(path.join(top, 'bin/text'), 'text');
  for (const setting of ['folder', 'text']) {
    await assert.rejects(find({ ...around, setting }), unusable(/not on PATH/));
  }
  await assert.rejects(find({ ...around, setting: path.join(top, 'bin/text') }), unusable(/no program at .*bin.text, the path in the setting/));
});

test('a path may begin with ~ or the folder of the workspace, or be relative to it', async () => {
  const usual = await program('home/go/bin/syncguard');
  const own = await program('project/tools/syncguard');
  assert.equal(await find({ ...around, setting: '~/go/bin/syncguard' }), usual);
  assert.equal(await find({ ...around, setting: '${workspaceFolder}/tools/syncguard' }), own);
  assert.equal(await find({ ...around, setting: 'tools/syncguard' }), own);
});

test('a program in a folder that is not trusted is not run, wherever its path comes from', async () => {
  const own = await program('project/tools/syncguard');
  const link = path.join(top, 'bin/link');
  await symlink(own, link);
  const untrusted = { ...around, trusted: false };
  for (const setting of [own, 'tools/syncguard', '${workspaceFolder}/tools/syncguard', 'link']) {
    await assert.rejects(find({ ...untrusted, setting }), unusable(/do not trust/), setting);
  }
  await assert.rejects(find({ ...untrusted, env: { PATH: path.dirname(own) } }), unusable(/do not trust/));
  assert.equal(await find({ ...untrusted, setting: '~/go/bin/syncguard' }), path.join(top, 'home/go/bin/syncguard'));
});

test('on Windows a name gets .exe, and nothing is looked for in the current folder', async () => {
  const windows = { ...around, platform: 'win32' as const };
  const file = await program('bin/other.exe');
  assert.equal(await find({ ...windows, setting: 'other' }), file);
  assert.equal(await find({ ...windows, setting: 'other.exe' }), file);
});

test('another program and a syncguard without a server are told apart', async () => {
  const good = await program('good', 'echo "syncguard 0.1.0 (go1.26.8, linux/amd64)"');
  assert.equal(await version(good), '0.1.0');
  const other = await program('other', 'echo "hello"');
  await assert.rejects(version(other), unusable(/is not syncguard: .* “hello”/));
  const silent = await program('silent', 'exit 3');
  await assert.rejects(version(silent), unusable(/is not syncguard/));
  const old = await program('old', '[ "$1" = version ] || exit 2; echo "syncguard 0.0.9 (go1.20)"');
  await assert.rejects(version(old), unusable(/syncguard 0\.0\.9, which has no language server\. Install a newer one/));
});

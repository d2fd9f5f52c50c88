// Where the program is: no part of the editor is used here, so that plain tests run it.
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import * as path from 'node:path';

/** What decides where a program is looked for. */
export interface Surroundings {
  setting: string; // syncguard.path
  folders: string[]; // of the workspace
  trusted: boolean; // whether programs in them may be run
  home: string;
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
}

/** A program that cannot be used: what is wrong, and what to do. */
export class Unusable extends Error {}

/** Returns the absolute path of the program. Never the name alone: Windows would look in the current folder first. */
export async function find(s: Surroundings): Promise<string> {
  const wanted = expand(s.setting.trim() || 'syncguard', s);
  const isName = path.basename(wanted) === wanted;
  const candidates = isName ? onPath(wanted, s) : [wanted];
  for (const candidate of candidates) {
    if (!(await isExecutable(candidate, s.platform))) {
      continue;
    }
    if (!s.trusted && (await isBelow(candidate, s.folders))) {
      throw new Unusable(`${candidate} is in a folder that you do not trust, so it is not run.`);
    }
    return candidate;
  }
  throw new Unusable(
    isName
      ? `The program ${wanted} is not on PATH. Install it, or set syncguard.path to where it is.`
      : `There is no program at ${wanted}, the path in the setting syncguard.path.`,
  );
}

function expand(setting: string, s: Surroundings): string {
  const folder = s.folders[0];
  let wanted = setting.replace(/^~(?=$|[\\/])/, () => s.home);
  if (folder !== undefined) {
    wanted = wanted.replaceAll('${workspaceFolder}', () => folder);
  }
  if (path.basename(wanted) === wanted || path.isAbsolute(wanted)) {
    return wanted;
  }
  return path.resolve(folder ?? s.home, wanted);
}

/** Editors started from a dock or a menu often miss what a shell adds to PATH, so the usual folders come after it. */
function onPath(name: string, s: Surroundings): string[] {
  const windows = s.platform === 'win32';
  const folders = (s.env['PATH'] ?? s.env['Path'] ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  folders.push(path.join(s.home, 'go', 'bin'));
  if (!windows) {
    folders.push('/opt/homebrew/bin', '/usr/local/bin', path.join(s.home, '.local', 'bin'));
  }
  return folders.map((folder) => path.join(folder, windows && path.extname(name) === '' ? `${name}.exe` : name));
}

async function isExecutable(file: string, platform: NodeJS.Platform): Promise<boolean> {
  try {
    await access(file, platform === 'win32' ? constants.F_OK : constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

async function isBelow(file: string, folders: string[]): Promise<boolean> {
  const real = await realpath(file);
  for (const folder of folders) {
    for (const [from, to] of [[folder, file], [await realpath(folder).catch(() => folder), real]] as const) {
      const relative = path.relative(from, to);
      if (relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative)) {
        return true;
      }
    }
  }
  return false;
}

/** Finds out whether a program is a syncguard with a language server, and returns its version. */
export async function version(program: string): Promise<string> {
  const asked = await run(program, ['version']);
  if (!asked.text.startsWith('syncguard ')) {
    throw new Unusable(`${program} is not syncguard: asked for its version it says ${quote(asked)}.`);
  }
  const named = asked.text.split(/[\s(]+/)[1] ?? '';
  const server = await run(program, ['lsp', '--help']);
  if (server.failed) {
    throw new Unusable(`${program} is syncguard ${named}, which has no language server. Install a newer one.`);
  }
  return named;
}

interface Answer {
  text: string;
  failed: boolean;
}

function run(program: string, args: string[]): Promise<Answer> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { timeout: 20_000, maxBuffer: 1 << 20, windowsHide: true }, (error, stdout, stderr) => {
      resolve({ text: (error ? stderr || stdout || error.message : stdout).trim(), failed: error !== null });
    });
    child.stdin?.end();
  });
}

function quote(answer: Answer): string {
  const line = answer.text.split('\n')[0] ?? '';
  return line === '' ? 'nothing' : `“${line.slice(0, 120)}”`;
}

// Drives a real VS Code in a browser, at ADDRESS, with the files of FOLDER.
// Nothing waits for a time: each step waits for what it brings, and one that does not come ends the play.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { SYNCGUARD_VSCODE: library, SYNCGUARD_SCREENSHOTS: shots, SYNCGUARD_CHROMIUM: executablePath } = process.env;
const [address, folder] = process.argv.slice(2);
const { chromium } = createRequire(library + '/')('playwright-core');

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
export const page = await browser.newPage({ viewport: { width: 1280, height: 1100 }, colorScheme: 'dark' });
page.setDefaultTimeout(120_000);
export const { keyboard } = page;
export const group = page.locator('.editor-group-container.active');
export const editor = group.locator('.editor-instance .monaco-editor').first();
export const widget = page.locator('.quick-input-widget:visible'); // hidden ones stay in the page
export const input = widget.locator('input[type=text]').last();
export const rows = (list) => list.locator('.monaco-list-row');
const flat = (text) => text.replace(/\s+/g, ' ').trim();

let pictures = 0;
export async function picture(name) {
  if (!shots) return;
  const path = join(shots, `${String(++pictures).padStart(2, '0')}-${name.replaceAll(' ', '-')}`);
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.locator(scheme === 'dark' ? '.monaco-workbench.vs-dark' : '.monaco-workbench.vs').waitFor();
    await page.screenshot({ path: `${path}.${scheme}.png`, animations: 'disabled' });
  }
}

let now;
export async function scene(name, play) {
  now = name;
  const before = pictures;
  const result = await play();
  console.log(`${name}: ${flat([result ?? []].flat().join(' '))}`);
  if (pictures === before) await picture(name);
}

// until presses keys until they bring something: VS Code drops some while it loads or while the server thinks.
export async function until(thing, ...keys) {
  for (let left = 6; ; left--) {
    for (const key of keys) await keyboard.press(key);
    try {
      return await thing.first().waitFor({ timeout: 20_000 });
    } catch (error) {
      if (left === 0) throw error;
      await keyboard.press('Escape');
    }
  }
}

export const disk = (file) => readFileSync(join(folder, file), 'utf8');
// find is where a text is in a file that is saved: its offset in UTF-16 and its line, from 0 and from 1.
export function find(file, text, nth = 0) {
  const content = disk(file);
  let offset = -1;
  for (let n = 0; n <= nth; n++) offset = content.indexOf(text, offset + 1);
  if (offset < 0) throw new Error(`${file} has no ${text}`);
  return [offset, content.slice(0, offset).split('\n').length];
}
export const shown = (text) => editor.locator('.view-line', { hasText: text });
export const at = (line) => page.locator('#status\\.editor\\.selection', { hasText: `Ln ${line}, ` });
export const tab = (file) => group.locator('.tab.active', { hasText: file });

export async function pick(key, text, row) {
  await until(input, key);
  await input.fill(text);
  if (row) await rows(widget).and(page.locator('.focused')).filter({ hasText: row }).waitFor();
  await keyboard.press('Enter');
}
export const command = (title) => pick('F1', '>' + title, title);

export async function open(file) {
  await rows(page.locator('.explorer-folders-view')).filter({ hasText: file }).dblclick();
  await tab(file).waitFor();
}

// place puts the cursor into a text of a file that is saved, or behind it. A column would not do: VS Code counts tabs and wide signs.
export async function place(file, text, { behind = false } = {}) {
  const [offset, line] = find(file, text);
  await pick('Control+g', `::${offset + (behind ? text.length : 1) + 1}`);
  await at(line).waitFor();
  await editor.and(page.locator('.focused')).waitFor();
}

export async function save(file) {
  await keyboard.press('Control+s');
  await tab(file).and(page.locator(':not(.dirty)')).waitFor();
}

// heighten makes the panel so high that all findings are in it: VS Code keeps only the rows that are seen.
export async function heighten() {
  const { y: top } = await page.locator('.part.panel').boundingBox();
  const boxes = await Promise.all((await page.locator('.monaco-sash.horizontal:visible').all()).map((sash) => sash.boundingBox()));
  const { x, y, width, height } = boxes.find((box) => box && Math.abs(box.y - top) < 12);
  await page.mouse.move(x + width / 3, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width / 3, y - 330, { steps: 5 });
  await page.mouse.up();
  await page.mouse.move(10, 10);
}

// pageOf returns what the page in a tab says, and closes it.
export async function pageOf(name, wanted) {
  const text = page.frameLocator('iframe.webview').frameLocator('#active-frame').locator('body');
  await text.filter({ hasText: wanted }).waitFor();
  const said = await text.innerText();
  await picture(now);
  await page.locator('.tab.active', { hasText: name }).locator('.tab-actions a').click();
  await page.locator('iframe.webview').waitFor({ state: 'detached' });
  return said;
}

// problem waits for a finding of a file in the panel of problems and returns its text, gone waits until it is not there.
const problems = (file, code, wanted) => page.waitForFunction(([file, code, wanted]) => {
  const list = document.querySelector('.markers-panel .monaco-list');
  if (!list) return false;
  let inFile = false;
  const all = [...list.querySelectorAll('.monaco-list-row')].sort((a, b) => a.dataset.index - b.dataset.index);
  for (const row of all) {
    if (row.ariaLevel === '1') inFile = row.ariaLabel.includes(`in file ${file} `);
    else if (inFile && row.innerText.includes(code)) return wanted && row.innerText;
  }
  return !wanted;
}, [file, code, wanted]).then((found) => found.jsonValue());
export const problem = (file, code) => problems(file, code, true);
export const gone = (file, code) => problems(file, code, false).then(() => 'gone');

export async function hover(file, text, wanted) {
  const box = page.locator('.monaco-hover:visible', { hasText: wanted });
  await place(file, text);
  await until(box, 'Control+k', 'Control+i');
  return box.first().innerText();
}

export async function complete(label) {
  const row = rows(page.locator('.suggest-widget.visible')).filter({ has: page.locator('.label-name', { hasText: new RegExp(`^${label}$`) }) });
  await until(row, 'Control+Space');
  await picture(`${now} offered`);
  await row.first().click();
}

export async function rename(name, ...changed) {
  await until(page.locator('.rename-box input:visible'), 'F2');
  await page.locator('.rename-box input:visible').fill(name);
  await picture(`${now} asked`);
  await keyboard.press('Enter');
  for (const text of changed) await shown(text).first().waitFor();
}

// play runs scenes in the folder and ends the browser. The scene that cannot be played ends the play.
export async function play(scenes) {
  try {
    await page.goto(`${address}/?folder=${encodeURIComponent(folder)}`);
    await scenes();
  } catch (error) {
    console.log(`${now}: failed: ${error.stack}`);
    await picture(`${now} failed`);
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
}

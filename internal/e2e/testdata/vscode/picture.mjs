// Makes the picture of the documentation: findings, what a key will really do on each target, and the line above a payload.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { play, page, keyboard, editor, scene, until, open, problem, hover } from './driver.mjs';

await play(async () => {
  await page.setViewportSize({ width: 1120, height: 760 });
  await scene('finding', async () => {
    await open('ipads.mobileconfig');
    await until(page.locator('.markers-panel:visible'), 'Control+Shift+m');
    return problem('ipads.mobileconfig', 'needs-supervision');
  });
  await scene('lens', () => editor.locator('.codelens-decoration', { hasText: 'targets' }).first().innerText());
  await scene('hover', async () => {
    await keyboard.press('Control+b');
    await page.locator('.part.sidebar').waitFor({ state: 'hidden' });
    return hover('ipads.mobileconfig', 'forceAutomaticDateAndTime', 'default false');
  });
  if (!process.env.SYNCGUARD_PICTURES) return;
  const browser = await page.context().newCDPSession(page);
  const { data } = await browser.send('Page.captureScreenshot', { format: 'webp', quality: 85 });
  writeFileSync(join(process.env.SYNCGUARD_PICTURES, 'editors.webp'), Buffer.from(data, 'base64'));
});

// Plays scenes of an editor. Each prints a line, SCENE: what came of it.
import { play, page, keyboard, group, editor, widget, input, rows, picture, scene, until, disk, find, shown, at, tab, command, open, place, save, heighten, pageOf, problem, gone, hover, complete, rename } from './driver.mjs';

await play(async () => {
  await scene('open', async () => {
    await open('wifi.mobileconfig');
    await until(page.locator('.markers-panel:visible'), 'Control+Shift+m');
    await heighten();
    return problem('wifi.mobileconfig', 'value-not-in-rangelist');
  });
  await scene('type', async () => {
    await place('wifi.mobileconfig', '<integer>1</integer>', { behind: true });
    await keyboard.press('Enter');
    await keyboard.type('<key>NoSuchKey</key><string>😀</string>');
    return problem('wifi.mobileconfig', 'unknown-key');
  });
  await scene('type back', async () => {
    for (let n = 0; await group.locator('.tab.active.dirty').count(); n++) {
      if (n === 100) throw new Error('undoing does not bring the file back');
      await keyboard.press('Control+z');
    }
    return gone('wifi.mobileconfig', 'unknown-key');
  });
  await scene('hover', () => hover('wifi.mobileconfig', 'EncryptionType', 'Any'));
  await scene('hover a type', () => hover('wifi.mobileconfig', 'com.apple.wifi.managed', 'com.apple.wifi.managed'));
  await scene('fix', async () => {
    const menu = rows(page.locator('.action-widget:visible')).filter({ hasText: 'write' });
    await place('wifi.mobileconfig', 'wpa2');
    await until(menu, 'Control+.');
    const title = await menu.first().innerText();
    await picture('fix offered');
    await menu.first().click();
    await shown('WPA2').waitFor();
    return title;
  });
  await scene('fixed', () => gone('wifi.mobileconfig', 'value-not-in-rangelist'));
  await scene('fixed text', async () => {
    await save('wifi.mobileconfig');
    return disk('wifi.mobileconfig').split('\n').find((line) => line.includes('EncryptionType'));
  });
  await scene('complete a key', async () => {
    await place('wifi.mobileconfig', '<integer>1</integer>', { behind: true });
    await keyboard.press('Enter');
    await keyboard.type('Hidden_NET');
    await complete('HIDDEN_NETWORK');
    await shown('<true/>').waitFor();
    await save('wifi.mobileconfig');
    return disk('wifi.mobileconfig').split('\n').slice(17, 19);
  });
  await scene('complete a value', async () => {
    await place('wifi.mobileconfig', 'WPA2');
    await complete('WPA3');
    await save('wifi.mobileconfig');
    return disk('wifi.mobileconfig').includes('<string>WPA3</string>');
  });
  await scene('definition', async () => {
    const [, line] = find('wifi.mobileconfig', 'AAAAAAAA-3C0A', 1);
    await place('wifi.mobileconfig', 'AAAAAAAA-3C0A');
    await until(at(line), 'F12');
    return disk('wifi.mobileconfig').split('\n')[line - 2];
  });
  await scene('references', async () => {
    const view = page.locator('.part.sidebar', { hasText: 'results in' });
    await until(view, 'Shift+Alt+F12');
    await rows(view).filter({ hasText: 'AAAAAAAA' }).nth(1).waitFor();
    return [await rows(view).filter({ hasText: 'AAAAAAAA' }).count(), await view.locator('.message').innerText()];
  });
  await scene('rename', async () => {
    await until(page.locator('.explorer-folders-view:visible'), 'Control+Shift+e');
    await place('wifi.mobileconfig', 'AAAAAAAA-3C0A');
    await rename('BBBBBBBB-3C0A-4C2E-8F3A-7D1B8C1B2A00', 'BBBBBBBB');
    await save('wifi.mobileconfig');
    return ['BBBBBBBB', 'AAAAAAAA'].map((uuid) => disk('wifi.mobileconfig').split(uuid).length - 1);
  });
  await scene('outline', async () => {
    await until(input, 'Control+Shift+o');
    await rows(widget).filter({ hasText: 'com.apple.security.scep' }).first().waitFor();
    return (await rows(widget).allInnerTexts()).join(', ');
  });
  await scene('lens', async () => {
    await keyboard.press('Escape');
    const lens = editor.locator('.codelens-decoration', { hasText: 'target' }).first();
    await lens.waitFor();
    return lens.innerText();
  });
  await scene('format', async () => {
    await command('Format Document');
    await tab('wifi.mobileconfig').and(page.locator('.dirty')).waitFor();
    await save('wifi.mobileconfig');
    return [disk('wifi.mobileconfig').includes('\n\t\t\t<key>EncryptionType</key>\n\t\t\t<string>WPA3</string>\n'), disk('wifi.mobileconfig').split('\n')[2]];
  });
  await scene('crlf', async () => {
    await open('crlf.mobileconfig');
    await page.locator('#status\\.editor\\.eol', { hasText: 'CRLF' }).waitFor();
    return ['CRLF', await problem('crlf.mobileconfig', 'value-not-in-rangelist')];
  });
  await scene('fix all', async () => {
    await place('crlf.mobileconfig', '<string>crlf', { behind: true });
    await keyboard.type('-office');
    await save('crlf.mobileconfig');
    await gone('crlf.mobileconfig', 'value-not-in-rangelist');
    return ['gone', disk('crlf.mobileconfig').split('\r\n').length === disk('crlf.mobileconfig').split('\n').length, disk('crlf.mobileconfig').includes('WPA2')];
  });
  await scene('set', () => problem('wifi.mobileconfig', 'payload-uuid-in-two-profiles'));
  await scene('no set', async () => {
    await place('crlf.mobileconfig', 'CCCCCCCC', { behind: true });
    for (let n = 0; n < 8; n++) await keyboard.press('Shift+ArrowLeft');
    await keyboard.type('DDDDDDDD');
    return gone('wifi.mobileconfig', 'payload-uuid-in-two-profiles');
  });
  await save('crlf.mobileconfig');
  await scene('template', async () => {
    await open('overlay.yaml');
    return problem('overlay.yaml', 'unknown-key');
  });
  await scene('variable', async () => {
    await place('overlay.yaml', 'ssid}');
    await until(tab('base.yaml'), 'F12');
    await at(5).waitFor();
    return [await tab('base.yaml').getAttribute('data-resource-name'), await page.locator('#status\\.editor\\.selection').innerText()];
  });
  await scene('rename in two files', async () => {
    await open('overlay.yaml');
    await place('overlay.yaml', 'ssid}');
    await rename('network', '${network}');
    await keyboard.press('Control+k');
    await keyboard.press('s');
    await page.waitForFunction(() => !document.querySelector('.tab.dirty'));
    return ['overlay.yaml', 'base.yaml'].map((file) => disk(file).split('\n').find((line) => line.includes('network')));
  });
  await scene('declaration', async () => {
    await open('passcode.json');
    return problem('passcode.json', 'wrong-type');
  });
  await scene('hover in a declaration', () => hover('passcode.json', 'MinimumLength', 'integer'));
  await scene('project', async () => {
    await open('.syncguard.yaml');
    await editor.locator('.view-lines').click();
    await keyboard.press('Control+a');
    await keyboard.type('ignore: [{rule: unknown-key, reason: a test}]');
    return gone('overlay.yaml', 'unknown-key');
  });
  const file = (name) => rows(page.locator('.explorer-folders-view')).filter({ hasText: name });
  await scene('signed', async () => {
    const found = await problem('signed.mobileconfig', 'value-not-in-rangelist');
    await keyboard.press('Control+j'); // room for pages
    await page.locator('.markers-panel').waitFor({ state: 'hidden' });
    await file('signed.mobileconfig').dblclick();
    return [await pageOf('signed.mobileconfig', 'Signed by'), found];
  });
  await scene('binary', async () => {
    await file('binary.mobileconfig').dblclick();
    return pageOf('binary.mobileconfig', 'Signed by');
  });
  await scene('coverage', async () => {
    await open('wifi.mobileconfig');
    await command('syncguard: Coverage');
    return pageOf('Coverage', 'HIDDEN_NETWORK');
  });
  await scene('inspect', async () => {
    await command('syncguard: Inspect');
    return pageOf('Content', 'Signed by');
  });
  await scene('explain', async () => {
    await place('wifi.mobileconfig', 'EncryptionType');
    await command('syncguard: Explain This Key');
    return pageOf('Explain', 'Platforms');
  });
  await scene('build', async () => {
    await open('base.yaml');
    await command('syncguard: Build');
    await file('dist').waitFor();
    return 'dist';
  });
  await scene('no complaint', async () => {
    await command('Notifications: Show Notifications');
    const center = page.locator('.notifications-center.visible');
    await center.waitFor();
    return `notifications: ${await rows(center).count()} ${(await rows(center).allInnerTexts()).join('; ')}`;
  });
});

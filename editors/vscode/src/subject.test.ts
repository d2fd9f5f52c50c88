import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUnreadable, type Kind, kindOf } from './subject.ts';

const cases: [string, string, string, Kind | undefined][] = [
  ['xml', '/a/Wi-Fi.mobileconfig', '', 'profile'],
  ['plaintext', '/a/Wi-Fi.MobileConfig', '', 'profile'],
  ['xml', '/a/Info.plist', '<key>CFBundleName</key>', undefined],
  ['xml', '/a/profile.plist', '<key>PayloadType</key>', 'profile'],
  ['xml', '/a/pom.xml', '<PayloadType/>', undefined],
  ['json', '/a/passcode.json', '{\n  "Type" : "com.apple.configuration.passcode.settings"\n}', 'declaration'],
  ['json', '/a/package.json', '{"type": "module"}', undefined],
  ['yaml', '/a/.syncguard.yaml', '', 'project'],
  ['yaml', 'C:\\a\\syncguard.yaml', '', 'template'],
  ['yaml', '/a/wifi.yaml', '# Acme\npayloads:\n  - id: wifi\n', 'template'],
  ['yaml', '/a/compose.yaml', 'services:\n  payloads: none\n', undefined],
  ['go', '/a/main.go', 'payloads:\n', undefined],
];

for (const [language, path, text, want] of cases) {
  test(`${path} is ${want ?? 'for other programs'}`, () => {
    assert.equal(kindOf(language, path, () => text), want);
  });
}

test('signed and binary profiles are unreadable, other files are not', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const profile = '/a/b.mobileconfig';
  assert.equal(isUnreadable(profile, new Uint8Array([0x30, 0x82, 0x12, 0x34])), true);
  assert.equal(isUnreadable(profile, new Uint8Array([0x30, 0x80, 0x06, 0x09])), true);
  assert.equal(isUnreadable('/a/b.plist', new Uint8Array([0x30, 0x82, 0x12, 0x34])), true);
  assert.equal(isUnreadable(profile, bytes('bplist00')), true);
  assert.equal(isUnreadable('/a/com.apple.finder.plist', bytes('bplist00')), false);
  for (const text of ['<?xml version="1.0"?>', '\ufeff<?xml', '', 'bpl', '0', '01', '-----BEGIN PKCS7-----']) {
    assert.equal(isUnreadable(profile, bytes(text)), false, text);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSubject, isUnreadable } from './subject.ts';

const cases: [string, string, string, boolean][] = [
  ['xml', '/a/Wi-Fi.mobileconfig', '', true],
  ['plaintext', '/a/Wi-Fi.MobileConfig', '', true],
  ['xml', '/a/Info.plist', '<key>CFBundleName</key>', false],
  ['xml', '/a/profile.plist', '<key>PayloadType</key>', true],
  ['xml', '/a/pom.xml', '<PayloadType/>', false],
  ['json', '/a/passcode.json', '{\n  "Type" : "com.apple.configuration.passcode.settings"\n}', true],
  ['json', '/a/package.json', '{"type": "module"}', false],
  ['yaml', '/a/.syncguard.yaml', '', true],
  ['yaml', 'C:\\a\\syncguard.yaml', '', true],
  ['yaml', '/a/wifi.yaml', '# Acme\npayloads:\n  - id: wifi\n', true],
  ['yaml', '/a/compose.yaml', 'services:\n  payloads: none\n', false],
  ['go', '/a/main.go', 'payloads:\n', false],
];

for (const [language, path, text, want] of cases) {
  test(`${path} ${want ? 'starts' : 'does not start'} the server`, () => {
    assert.equal(isSubject(language, path, () => text), want);
  });
}

test('DER and binary property lists are unreadable, XML is not', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  assert.equal(isUnreadable(new Uint8Array([0x30, 0x82, 0x12, 0x34])), true);
  assert.equal(isUnreadable(bytes('bplist00')), true);
  for (const text of ['<?xml version="1.0"?>', '\ufeff<?xml', '', 'bpl', '-----BEGIN PKCS7-----']) {
    assert.equal(isUnreadable(bytes(text)), false, text);
  }
});

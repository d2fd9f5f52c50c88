import assert from 'node:assert/strict';
import { test } from 'node:test';
import { themed } from './theme.ts';

test('a page keeps its policy and its text, and gets a style after its own', () => {
  const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`;
  const page = themed(`<html><head>${policy}<style>a{}</style></head><body>a </head> in a text</body></html>`);
  assert.match(page, /default-src 'none'/);
  assert.ok(page.indexOf('a{}') < page.indexOf('--vscode-editor-background'));
  assert.ok(page.indexOf('--vscode-editor-background') < page.indexOf('<body>'));
  assert.equal(page.split('<style>').length, 3);
  assert.doesNotMatch(page, /<script|url\(|@import/);
});

test('what is no page stays as it is', () => {
  assert.equal(themed('text'), 'text');
});

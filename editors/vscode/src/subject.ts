// Which texts make the server start. The server itself decides what it checks: this only keeps it away from people who
// have other YAML and JSON open. No part of the editor is used here.

/** Whether a text is worth starting the server for. */
export function isSubject(language: string, path: string, text: () => string): boolean {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).toLowerCase();
  if (name.endsWith('.mobileconfig') || name === '.syncguard.yaml' || name === 'syncguard.yaml') {
    return true;
  }
  switch (language) {
    case 'xml':
      return name.endsWith('.plist') && text().includes('PayloadType');
    case 'json':
      return /"Type"\s*:\s*"com\.apple\./.test(text());
    case 'yaml':
      return /^(payloads|prevention|declarations|extends|targets)\s*:/m.test(text());
  }
  return false;
}

/** Whether the beginning of a file is something that a text editor cannot show: a signed profile in DER, or a binary one. */
export function isUnreadable(beginning: Uint8Array): boolean {
  return beginning[0] === 0x30 || String.fromCharCode(...beginning.slice(0, 6)) === 'bplist';
}

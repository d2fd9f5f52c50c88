// What a text is, as far as menus and starting the server need it. The server itself decides what it checks: this only
// keeps it away from people who have other YAML and JSON open. No part of the editor is used here.

export type Kind = 'profile' | 'declaration' | 'template' | 'project';

/** Tells what a text is by its name and its beginning; undefined for what is not for syncguard. */
export function kindOf(language: string, path: string, beginning: () => string): Kind | undefined {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).toLowerCase();
  switch (true) {
    case name.endsWith('.mobileconfig'):
      return 'profile';
    case name === '.syncguard.yaml':
      return 'project';
    case name === 'syncguard.yaml':
      return 'template';
    case language === 'xml' && name.endsWith('.plist'):
      return beginning().includes('PayloadType') ? 'profile' : undefined;
    case language === 'json':
      return /"Type"\s*:\s*"com\.apple\./.test(beginning()) ? 'declaration' : undefined;
    case language === 'yaml':
      return /^(payloads|prevention|declarations|extends|targets)\s*:/m.test(beginning()) ? 'template' : undefined;
  }
  return undefined;
}

/**
 * Whether the beginning of a file is something that a text editor cannot show: a signed profile, which is a long sequence in
 * DER or BER, or a binary property list. Of files of other programs, such as preferences, the binary ones are none of ours.
 */
export function isUnreadable(path: string, beginning: Uint8Array): boolean {
  const isSigned = beginning[0] === 0x30 && (beginning[1] ?? 0) >= 0x80;
  const isBinary = String.fromCharCode(...beginning.slice(0, 6)) === 'bplist';
  return isSigned || (isBinary && /\.mobileconfig$/i.test(path));
}

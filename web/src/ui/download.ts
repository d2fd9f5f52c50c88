// save hands a file over as a download.
export function save(name: string, bytes: Uint8Array<ArrayBuffer>, type: string) {
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

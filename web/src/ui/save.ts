// save hands a file to the browser as a download.
export function save(name: string, data: Uint8Array | string, type = "application/octet-stream") {
  const url = URL.createObjectURL(new Blob([data as BlobPart], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name.split("/").pop()!;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

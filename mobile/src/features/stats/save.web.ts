/** Hands a file to its owner: as a download. */
export async function save(name: string, type: string, text: string): Promise<void> {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

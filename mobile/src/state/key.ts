/** A key for a request: the same sent twice is done once. Browsers have `randomUUID` only where the page came safely. */
export function newKey(): string {
  return Array.from({ length: 24 }, () => Math.floor(Math.random() * 36).toString(36)).join("");
}

/** A phone has its own decoder. */
export function prepareDecoder(): void {}

export function canScan(): boolean {
  return true;
}

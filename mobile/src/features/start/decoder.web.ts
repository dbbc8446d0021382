/** Where a browser has no decoder of its own, the box brings one: the package would fetch it from the internet. */
export function prepareDecoder(): void {
  if ("BarcodeDetector" in globalThis) return;
  void import("barcode-detector/ponyfill").then(({ prepareZXingModule }) => {
    prepareZXingModule({
      overrides: { locateFile: (path: string, prefix: string) => (path.endsWith(".wasm") ? `/wasm/${path}` : prefix + path) },
    });
  });
}

/** Over plain HTTP a browser gives nobody its camera. */
export function canScan(): boolean {
  return "mediaDevices" in navigator;
}

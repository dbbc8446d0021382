import { Platform } from "react-native";

/** Keeps the app's own files in the browser, where the origin allows it: over plain HTTP it does not. */
export function keepOffline(): void {
  if (Platform.OS !== "web" || !("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register("/sw.js").catch(() => undefined); // the app does without
}

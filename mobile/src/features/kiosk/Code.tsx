import { useQuery } from "@tanstack/react-query";
import { View } from "react-native";
import Svg, { Path } from "react-native-svg";

import { askAsScreen } from "@/state/operator";
import { radius } from "@/ui";

/** A code is drawn anew this long before it expires, so that nobody scans one that just did. */
const EARLY_MS = 60_000;
/** Of light, around: scanners need it. */
const MARGIN = 3;

/** A QR code by which a phone takes over one person's visit. */
export function Code({ session, label, size }: { session: string; label: string; size: number }) {
  const code = useQuery({
    queryKey: ["code", session],
    queryFn: () => askAsScreen("invite", { body: { session_id: session } }),
    staleTime: Infinity,
    gcTime: 0,
    refetchInterval: ({ state }) =>
      state.data ? Math.max(5_000, Date.parse(state.data.expires_at) - Date.now() - EARLY_MS) : 5_000,
  });
  const rows = code.data?.matrix ?? [];
  return (
    <View
      role="img"
      aria-label={label}
      testID="code"
      style={{ width: size, height: size, borderRadius: radius.m, backgroundColor: "#ffffff", overflow: "hidden" }}
    >
      {rows.length > 0 && (
        <Svg width={size} height={size} viewBox={`${-MARGIN} ${-MARGIN} ${rows.length + 2 * MARGIN} ${rows.length + 2 * MARGIN}`} aria-hidden>
          <Path d={outline(rows)} fill="#000000" />
        </Svg>
      )}
    </View>
  );
}

/** The dark modules as one path, a run of them at a time. */
export function outline(rows: readonly string[]): string {
  return rows
    .flatMap((row, y) => [...row.matchAll(/1+/g)].map((run) => `M${run.index} ${y}h${run[0].length}v1h-${run[0].length}z`))
    .join("");
}

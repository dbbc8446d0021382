import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Image, View } from "react-native";
import type { GestureResponderEvent } from "react-native";
import Svg, { Polygon } from "react-native-svg";

import { grasped, moved, rectangle } from "@/features/admin/zones";
import type { Corner, Handle, Zone } from "@/features/admin/zones";
import { radius, useTheme } from "@/ui";

/** How near to a corner a finger grasps it, and how large a corner looks. */
const REACH = 26;
const KNOB = 16;
/** Of the picture's side, for each press of an arrow key. */
const STEP = 0.01;
const ARROWS: Record<string, Corner> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

type Props = { picture: string | null; zones: Zone[]; onChange: (zones: Zone[]) => void; most: number };

/** The picture, and zones over it: a drag paints one, a drag at a corner bends it, arrow keys do as well. */
export function Canvas({ picture, zones, onChange, most }: Props) {
  const { t } = useTranslation();
  const theme = useTheme();
  const [size, setSize] = useState({ width: 1, height: 1 });
  const [shape, setShape] = useState(16 / 9);
  const [drawn, setDrawn] = useState<Zone | null>(null);
  const drag = useRef<{ start: Corner; handle: Handle | null }>({ start: [0, 0], handle: null });

  const at = ({ nativeEvent }: GestureResponderEvent): Corner => [
    nativeEvent.locationX / size.width,
    nativeEvent.locationY / size.height,
  ];
  const begin = (event: GestureResponderEvent) => {
    const start = at(event);
    drag.current = { start, handle: grasped(zones, start, size, REACH) };
  };
  const move = (event: GestureResponderEvent) => {
    const { start, handle } = drag.current;
    if (handle) onChange(moved(zones, handle, at(event)));
    else if (zones.length < most) setDrawn(rectangle(start, at(event)));
  };
  const end = () => {
    if (drawn) onChange([...zones, drawn]);
    setDrawn(null);
  };

  const knob = (corner: Corner, zone: number, turn: number) => {
    const keys = {
      onKeyDown: (event: { key: string; preventDefault: () => void }) => {
        const step = ARROWS[event.key];
        if (!step) return;
        event.preventDefault();
        onChange(moved(zones, { zone, corner: turn }, [corner[0] + step[0], corner[1] + step[1]]));
      },
    };
    return (
      <View
        key={`${zone}-${turn}`}
        {...keys}
        role="button"
        tabIndex={0}
        aria-label={t("corner", { zone: zone + 1, corner: turn + 1 })}
        style={{
          position: "absolute",
          left: corner[0] * size.width - KNOB / 2,
          top: corner[1] * size.height - KNOB / 2,
          width: KNOB,
          height: KNOB,
          borderRadius: radius.pill,
          borderWidth: 2,
          borderColor: theme.color.onAccent,
          backgroundColor: theme.color.accent,
          pointerEvents: "none",
        }}
      />
    );
  };

  const points = (zone: Zone) => zone.map(([x, y]) => `${x * size.width},${y * size.height}`).join(" ");
  return (
    <View
      testID="canvas"
      onLayout={({ nativeEvent }) => setSize({ width: nativeEvent.layout.width, height: nativeEvent.layout.height })}
      style={{ width: "100%", aspectRatio: shape, borderRadius: radius.s, backgroundColor: theme.color.raised }}
    >
      {picture && (
        <Image
          source={{ uri: picture }}
          alt=""
          onLoad={() => Image.getSize(picture, (width, height) => setShape(width / height))}
          style={{ width: "100%", height: "100%", borderRadius: radius.s }}
        />
      )}
      <Svg width="100%" height="100%" style={{ position: "absolute", pointerEvents: "none" }} aria-hidden>
        {[...zones, ...(drawn ? [drawn] : [])].map((zone, place) => (
          <Polygon key={place} points={points(zone)} fill="#000000" fillOpacity={0.82} stroke={theme.color.accent} strokeWidth={2} />
        ))}
      </Svg>
      {zones.flatMap((zone, place) => zone.map((corner, turn) => knob(corner, place, turn)))}
      <View
        onStartShouldSetResponder={() => true}
        onResponderTerminationRequest={() => false}
        onResponderGrant={begin}
        onResponderMove={move}
        onResponderRelease={end}
        onResponderTerminate={end}
        testID="paint"
        style={{ position: "absolute", inset: 0, cursor: "pointer", touchAction: "none", userSelect: "none" } as object}
      />
    </View>
  );
}

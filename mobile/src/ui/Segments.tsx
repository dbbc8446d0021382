import { Pressable, View } from "react-native";

import { Text } from "@/ui/Text";
import { radius, space, touch, useTheme } from "@/ui/theme";

type Props<Value extends string> = {
  label: string;
  options: readonly { value: Value; title: string }[];
  value: Value;
  onChange: (value: Value) => void;
};

/** One of a few. */
export function Segments<Value extends string>({ label, options, value, onChange }: Props<Value>) {
  const theme = useTheme();
  return (
    <View
      role="radiogroup"
      aria-label={label}
      style={{ flexDirection: "row", padding: 3, borderRadius: radius.pill, backgroundColor: theme.color.raised }}
    >
      {options.map((option) => {
        const chosen = option.value === value;
        return (
          <Pressable
            key={option.value}
            role="radio"
            aria-checked={chosen}
            aria-label={option.title}
            onPress={() => onChange(option.value)}
            style={{
              flex: 1,
              minHeight: touch - 4,
              alignItems: "center",
              justifyContent: "center",
              paddingHorizontal: space.m,
              borderRadius: radius.pill,
              backgroundColor: chosen ? theme.color.accent : "transparent",
            }}
          >
            <Text kind="label" color={chosen ? "onAccent" : "text"}>
              {option.title}
            </Text>
          </Pressable>
        );
      })}
    </View>
  );
}

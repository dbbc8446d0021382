import { ActivityIndicator, Pressable } from "react-native";
import type { ViewStyle } from "react-native";

import { Icon } from "@/ui/Icon";
import type { IconName } from "@/ui/Icon";
import { Text } from "@/ui/Text";
import { radius, space, touch, useTheme } from "@/ui/theme";
import type { Palette } from "@/ui/theme";

type Kind = "primary" | "plain" | "danger";

type Props = {
  title: string;
  onPress: () => void;
  kind?: Kind;
  icon?: IconName;
  busy?: boolean;
  disabled?: boolean;
  style?: ViewStyle;
  testID?: string;
};

const looks: Record<Kind, { fill: keyof Palette; ink: keyof Palette }> = {
  primary: { fill: "accent", ink: "onAccent" },
  plain: { fill: "raised", ink: "text" },
  danger: { fill: "raised", ink: "bad" },
};

export function Button({ title, onPress, kind = "primary", icon, busy = false, disabled = false, style, testID }: Props) {
  const theme = useTheme();
  const { fill, ink } = looks[kind];
  return (
    <Pressable
      role="button"
      aria-label={title}
      aria-busy={busy}
      aria-disabled={disabled || busy}
      disabled={disabled || busy}
      onPress={onPress}
      testID={testID}
      style={({ pressed }) => [
        {
          minHeight: touch + 4,
          paddingHorizontal: space.xl,
          paddingVertical: space.s,
          borderRadius: radius.pill,
          backgroundColor: theme.color[fill],
          flexDirection: "row",
          alignItems: "center",
          justifyContent: "center",
          gap: space.s,
          opacity: pressed ? 0.75 : disabled ? 0.45 : 1,
        },
        style,
      ]}
    >
      {busy ? <ActivityIndicator aria-hidden color={theme.color[ink]} /> : icon && <Icon name={icon} size={20} color={ink} />}
      <Text kind="heading" color={ink}>
        {title}
      </Text>
    </Pressable>
  );
}

type SignProps = {
  icon: IconName;
  label: string;
  onPress: () => void;
  color?: keyof Palette;
  pressed?: boolean;
  testID?: string;
};

/** A button that is only a sign; `pressed` where it is one that stays down. */
export function Sign({ icon, label, onPress, color = "text", pressed, testID }: SignProps) {
  return (
    <Pressable
      role="button"
      aria-label={label}
      aria-pressed={pressed}
      onPress={onPress}
      testID={testID}
      style={({ pressed: down }) => ({
        width: touch,
        height: touch,
        alignItems: "center",
        justifyContent: "center",
        opacity: down ? 0.6 : 1,
      })}
    >
      <Icon name={icon} color={color} />
    </Pressable>
  );
}

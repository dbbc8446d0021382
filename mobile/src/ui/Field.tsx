import { TextInput, View } from "react-native";
import type { TextInputProps } from "react-native";

import { Text } from "@/ui/Text";
import { fonts, radius, space, touch, useTheme } from "@/ui/theme";

type Props = TextInputProps & { label: string };

/** A line to write in, with its label above. */
export function Field({ label, style, ...rest }: Props) {
  const theme = useTheme();
  return (
    <View style={{ gap: space.xs }}>
      <Text kind="label" color="soft" aria-hidden>
        {label}
      </Text>
      <TextInput
        aria-label={label}
        placeholderTextColor={theme.color.soft}
        autoCapitalize="none"
        autoCorrect={false}
        {...rest}
        style={[
          {
            minHeight: touch,
            borderRadius: radius.m,
            borderWidth: 1.5,
            borderColor: theme.color.line,
            backgroundColor: theme.color.page,
            paddingHorizontal: space.l,
            fontFamily: fonts.text,
            fontSize: 16,
            color: theme.color.text,
          },
          style,
        ]}
      />
    </View>
  );
}

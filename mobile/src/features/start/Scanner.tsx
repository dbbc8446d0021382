import { CameraView, useCameraPermissions } from "expo-camera";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { View } from "react-native";

import { prepareDecoder } from "@/features/start/decoder";
import { Notice, Text, radius, space, useTheme } from "@/ui";

type Props = { onCode: (text: string) => void };

/** The camera, until it sees a code; each code is told once. */
export function Scanner({ onCode }: Props) {
  const { t } = useTranslation();
  const theme = useTheme();
  const [permission, request] = useCameraPermissions();
  const last = useRef("");

  useEffect(prepareDecoder, []);
  useEffect(() => {
    // Asked once: where there is no camera to be had, the answer stays no, and asking again would never end.
    if (permission?.status === "undetermined") void request();
  }, [permission, request]);

  if (permission && !permission.granted && permission.status !== "undetermined") return <Notice text={t("cameraDenied")} />;
  return (
    <View style={{ gap: space.s }}>
      <View style={{ height: 300, borderRadius: radius.l, overflow: "hidden", backgroundColor: theme.color.raised }}>
        {permission?.granted && (
          <CameraView
            style={{ flex: 1 }}
            barcodeScannerSettings={{ barcodeTypes: ["qr"] }}
            onBarcodeScanned={({ data }) => {
              if (data === last.current) return;
              last.current = data;
              onCode(data);
            }}
          />
        )}
      </View>
      <Text kind="small" color="soft" style={{ textAlign: "center" }}>
        {t("scanHint")}
      </Text>
    </View>
  );
}

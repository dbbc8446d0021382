import { useRouter } from "expo-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ActivityIndicator, View } from "react-native";

import { pair } from "@/features/start/pair";
import type { Failure } from "@/features/start/pair";
import { Start } from "@/features/start/Start";
import { language } from "@/i18n";
import { useBox } from "@/state/box";
import { useTheme } from "@/ui";

/** Where a QR code leads a phone's browser: what it says stands behind the `#`. */
export default function Join() {
  const { t } = useTranslation();
  const theme = useTheme();
  const router = useRouter();
  const { link, ready } = useBox();
  const [failure, setFailure] = useState<Failure | null>(null);

  useEffect(() => {
    if (!ready) return;
    const code = window.location.href;
    window.history.replaceState(null, "", "/join"); // it is good once: a reload must not try it again
    void pair(code, language()).then((failed) => {
      if (failed === null || link) router.replace("/");
      else setFailure(failed);
    });
    // Once, as soon as what was kept has been read.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [ready]);
  useEffect(() => {
    if (failure && link) router.replace("/"); // the code was typed again, and worked
  }, [failure, link, router]);

  if (failure) return <Start failed={failure} />;
  return (
    <View style={{ flex: 1, alignItems: "center", justifyContent: "center" }}>
      <ActivityIndicator aria-label={t("connecting")} size="large" color={theme.color.accent} />
    </View>
  );
}

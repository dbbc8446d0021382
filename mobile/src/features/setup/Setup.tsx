import { useQuery } from "@tanstack/react-query";
import { Redirect, useRouter } from "expo-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { View } from "react-native";

import { BackupsCard } from "@/features/admin/BackupsCard";
import { CamerasPage } from "@/features/admin/CamerasPage";
import { MachineCard } from "@/features/admin/MachineCard";
import { WifiCard } from "@/features/admin/WifiCard";
import { FirstPassword } from "@/features/setup/FirstPassword";
import { askWith, useOperator } from "@/state/operator";
import { Button, Notice, Screen, Text, radius, space, useTheme } from "@/ui";

const STEPS = ["password", "machine", "network", "cameras", "backups"] as const;

/** Whether somebody has to set the box up. */
export function useNewness() {
  return useQuery({ queryKey: ["setup"], queryFn: () => askWith(null)("setupState"), staleTime: 0 });
}

/** A new box, from the code on its screen to its first camera; each step but the first can be left for later. */
export function Setup() {
  const { t } = useTranslation();
  const router = useRouter();
  const { token, ready, enter } = useOperator();
  const newness = useNewness();
  const [step, setStep] = useState(0);
  if (!ready || newness.isPending) return null;
  if (newness.error) return <Screen title={t("setUp")}>{<Notice text={t("unreachable")} />}</Screen>;
  if (newness.data?.done && step === 0) return <Redirect href="/admin" />;
  const next = () => (step + 1 < STEPS.length ? setStep(step + 1) : router.replace("/admin"));
  const entered = (made: string) => {
    enter(made);
    setStep(1);
  };
  const now = token === null ? "password" : (STEPS[step] ?? "backups");
  return (
    <Screen testID="setup">
      <Progress step={step} />
      <Text kind="display" heading={1}>
        {t(`setUp_${now}`)}
      </Text>
      <Text color="soft">{t(`setUp_${now}Text`)}</Text>
      {now === "password" && <FirstPassword onToken={entered} />}
      {now === "machine" && <MachineCard onDone={next} />}
      {now === "network" && <WifiCard />}
      {now === "cameras" && <CamerasPage />}
      {now === "backups" && <BackupsCard />}
      {step > 1 && <Button title={step + 1 < STEPS.length ? t("goOn") : t("setUpDone")} onPress={next} testID="go-on" />}
    </Screen>
  );
}

/** How far it is. */
function Progress({ step }: { step: number }) {
  const { t } = useTranslation();
  const theme = useTheme();
  return (
    <View
      role="progressbar"
      aria-label={t("setUpStep", { step: step + 1, of: STEPS.length })}
      aria-valuemin={1}
      aria-valuemax={STEPS.length}
      aria-valuenow={step + 1}
      style={{ flexDirection: "row", gap: space.s }}
    >
      {STEPS.map((name, place) => (
        <View
          key={name}
          style={{ flex: 1, height: 6, borderRadius: radius.pill, backgroundColor: theme.color[place <= step ? "accent" : "raised"] }}
        />
      ))}
    </View>
  );
}

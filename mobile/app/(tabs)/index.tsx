import { useTranslation } from "react-i18next";

import { Screen } from "@/ui";

export default function Page() {
  const { t } = useTranslation();
  return <Screen title={t("live")}>{null}</Screen>;
}

import { View } from "react-native";

import { DevicesCard } from "@/features/admin/DevicesCard";
import { HealthCard } from "@/features/admin/HealthCard";
import { IncidentsCard } from "@/features/admin/IncidentsCard";
import { StorageCard } from "@/features/admin/StorageCard";
import { UpdatesCard } from "@/features/admin/UpdatesCard";
import { space } from "@/ui";

const column = { flexGrow: 1, flexBasis: 420, gap: space.xl } as const;

/** The box itself: its disk, its health, its version, what happened, and who may come in. */
export function BoxPage() {
  return (
    <View style={{ flexDirection: "row", flexWrap: "wrap", gap: space.xl }}>
      <View style={column}>
        <StorageCard />
        <DevicesCard />
      </View>
      <View style={column}>
        <HealthCard />
        <UpdatesCard />
        <IncidentsCard />
      </View>
    </View>
  );
}

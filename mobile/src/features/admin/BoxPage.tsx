import { View } from "react-native";

import { BackupsCard } from "@/features/admin/BackupsCard";
import { DevicesCard } from "@/features/admin/DevicesCard";
import { HealthCard } from "@/features/admin/HealthCard";
import { IncidentsCard } from "@/features/admin/IncidentsCard";
import { MachineCard } from "@/features/admin/MachineCard";
import { StorageCard } from "@/features/admin/StorageCard";
import { UpdatesCard } from "@/features/admin/UpdatesCard";
import { WifiCard } from "@/features/admin/WifiCard";
import { space } from "@/ui";

const column = { flexGrow: 1, flexBasis: 420, gap: space.xl } as const;

/** The box itself: its disk, backups, health and version, what happened, who may come in, and its place in the network. */
export function BoxPage() {
  return (
    <View style={{ flexDirection: "row", flexWrap: "wrap", gap: space.xl }}>
      <View style={column}>
        <StorageCard />
        <BackupsCard />
        <DevicesCard />
      </View>
      <View style={column}>
        <HealthCard />
        <UpdatesCard />
        <IncidentsCard />
        <MachineCard />
        <WifiCard />
      </View>
    </View>
  );
}

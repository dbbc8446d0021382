/** Boxes on the network, found by mDNS (`_gymbox._tcp`). */
import { useEffect, useState } from "react";
import * as ServiceDiscovery from "@inthepocket/react-native-service-discovery";
import type { Service } from "@inthepocket/react-native-service-discovery";

export type Nearby = { name: string; base: string };

const KIND = "gymbox";

export function useNearby(): Nearby[] {
  const [found, setFound] = useState<Nearby[]>([]);
  useEffect(() => {
    const here = [
      ServiceDiscovery.addEventListener("serviceFound", (service) => {
        const box = nearby(service);
        if (box) setFound((known) => [...known.filter((other) => other.name !== box.name), box]);
      }),
      ServiceDiscovery.addEventListener("serviceLost", (service) => {
        setFound((known) => known.filter((other) => other.name !== service.name));
      }),
    ];
    void ServiceDiscovery.startSearch(KIND);
    return () => {
      for (const each of here) each.remove();
      void ServiceDiscovery.stopSearch(KIND);
    };
  }, []);
  return found;
}

function nearby(service: Service): Nearby | null {
  const host = service.addresses.find((address) => /^\d+(\.\d+){3}$/.test(address)) ?? service.hostName;
  if (!host) return null;
  return { name: service.name, base: `http://${host.replace(/\.$/, "")}:${service.port}` };
}

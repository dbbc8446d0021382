/** The floor as it is now, over a WebSocket that comes back by itself. */
import { useEffect, useState } from "react";

import { base } from "@/state/box";
import { useScreen } from "@/state/operator";
import { WireError } from "@/wire/check";
import { Socket } from "@/wire/socket";
import { SentToWatchers } from "@/wire/wire";
import type { People } from "@/wire/wire";

/** The hub's close code for a token that is no longer good. */
const GONE = 4401;
/** A connection that is lost for so long is said to be; what is on the screen until then may be that old. */
const PATIENCE_MS = 3000;

/** Nothing until the box has said something; `lost` while it has not for a while. */
export function useFloor(): { floor: People | null; lost: boolean } {
  const token = useScreen((screen) => screen.token);
  const [floor, setFloor] = useState<People | null>(null);
  const [lost, setLost] = useState(false);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const address = () => `${base().replace(/^http/, "ws")}/ws/floor`;
    const socket = new Socket(address, ["gymbox", `bearer.${token}`], {
      onMessage: (data) => {
        const people = read(data);
        if (people) setFloor(people);
      },
      onPhase: (phase) => {
        if (phase === "open") {
          clearTimeout(timer);
          timer = undefined;
          setLost(false);
        } else timer ??= setTimeout(() => setLost(true), PATIENCE_MS);
      },
      onEnd: (code) => code === GONE && useScreen.getState().leave(),
    });
    return () => {
      clearTimeout(timer);
      socket.close();
    };
  }, [token]);

  return { floor, lost };
}

function read(data: string): People | null {
  try {
    const message = SentToWatchers(JSON.parse(data));
    return message.type === "floor" ? message.data : null;
  } catch (error) {
    if (error instanceof WireError || error instanceof SyntaxError) return null; // of a newer box
    throw error;
  }
}

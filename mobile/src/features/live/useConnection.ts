/** Keeps this device connected to a visit, and does what its messages ask for. */
import { useEffect } from "react";
import { AppState, Platform } from "react-native";

import { felt } from "@/features/live/feel";
import { connected, heard, nothing } from "@/features/live/live";
import { useLive, usePose } from "@/features/live/store";
import { hush, say } from "@/features/live/voice";
import { base, useBox } from "@/state/box";
import { usePreferences } from "@/state/preferences";
import { refresh } from "@/state/queries";
import { WireError } from "@/wire/check";
import { Socket } from "@/wire/socket";
import { Sent } from "@/wire/wire";
import type { Session } from "@/wire/wire";

/** The hub's close codes after which a new try by the same way is useless: the token, or the visit, is another's. */
const ENDED = [4401, 4403];

export function useConnection(visit: Session | undefined): void {
  const token = useBox((state) => state.link?.token);
  const id = visit?.id;
  const track = visit?.track_ids.at(-1);
  useEffect(() => {
    if (!token || !id || !track) return;
    useLive.setState({ ...nothing, tracks: [track] }, true);
    const socket = new Socket(address, ["gymbox", `bearer.${token}`], {
      onMessage: (data) => receive(data),
      onPhase: (phase) => {
        useLive.setState((live) => connected(live, phase), true);
        if (phase === "open") socket.send({ type: "pose", data: { on: true } });
        else usePose.setState({ figure: null });
      },
      onEnd: (code) => ENDED.includes(code) && refresh(),
    });
    const wake = () => socket.wake();
    const app = AppState.addEventListener("change", (state) => state === "active" && wake());
    if (Platform.OS === "web") window.addEventListener("online", wake);
    return () => {
      app.remove();
      if (Platform.OS === "web") window.removeEventListener("online", wake);
      socket.close();
      hush();
      useLive.setState(nothing, true);
      usePose.setState({ figure: null });
    };
    // The track is only the way to the visit: that it changes is no reason to connect again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [token, id, track === undefined]);
}

/** By way of a track that the person is followed under now, from the last that was heard. */
function address(): string {
  const { tracks, cursor } = useLive.getState();
  return `${base().replace(/^http/, "ws")}/ws/live/${tracks.at(-1)}?after=${encodeURIComponent(cursor)}`;
}

function receive(data: string): void {
  let message: Sent;
  try {
    message = Sent(JSON.parse(data));
  } catch (error) {
    if (error instanceof WireError || error instanceof SyntaxError) return; // a newer box may say more than this app knows
    throw error;
  }
  if (message.type === "pose") {
    usePose.setState({ figure: message.data });
    return;
  }
  const before = useLive.getState();
  useLive.setState(heard(before, message, Date.now()), true);
  if (before.current) happen(message);
  if (["set_finished", "clip_ready", "session_ended", "missed"].includes(message.type)) refresh();
}

/** What a message lets the person hear and feel; what was missed is only shown. */
function happen(message: Sent): void {
  const { voice } = usePreferences.getState();
  if (message.type === "guidance" && voice) {
    const { text, language, kind } = message.data;
    say({ text, language, fleeting: kind === "count" });
  }
  if (message.type === "rep_counted" && message.data.state === "confirmed") felt(message.data.kind ?? "full");
  if (message.type === "form_alert") felt("fault");
}

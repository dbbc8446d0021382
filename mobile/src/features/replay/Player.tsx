import { useQuery } from "@tanstack/react-query";
import { useEvent } from "expo";
import { VideoView, useVideoPlayer } from "expo-video";
import type { VideoPlayer } from "expo-video";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { View } from "react-native";

import { poseAt } from "@/features/replay/poses";
import { ask, base } from "@/state/box";
import { Figure, Notice, Segments, Sign, space, useTheme } from "@/ui";
import type { Replay } from "@/wire/wire";

const SPEEDS = [
  { value: "0.25", title: "¼×" },
  { value: "0.5", title: "½×" },
  { value: "1", title: "1×" },
] as const;

/** A clip, in a loop, with the skeleton over it and as slow as one wants. */
export function Player({ clip }: { clip: Replay }) {
  const { t } = useTranslation();
  const theme = useTheme();
  const [speed, setSpeed] = useState<(typeof SPEEDS)[number]["value"]>("0.5");
  const [bones, setBones] = useState(true);
  // The address changes when it is renewed; what plays goes on.
  const [url] = useState(() => base() + clip.url);
  const player = useVideoPlayer(url, (made) => {
    made.loop = true;
    made.muted = true;
  });
  const { status } = useEvent(player, "statusChange", { status: player.status });
  const { isPlaying } = useEvent(player, "playingChange", { isPlaying: player.playing });
  const poses = useQuery({
    queryKey: ["poses", clip.clip_id],
    staleTime: Infinity,
    queryFn: async () => (await ask("clipPoses", { path: { clip_id: clip.clip_id } })).poses,
  }).data;

  useEffect(() => {
    if (status === "readyToPlay") player.play(); // in a browser it does nothing before
  }, [status, player]);
  useEffect(() => {
    // eslint-disable-next-line react-hooks/immutability -- it is how expo-video's player is told
    player.playbackRate = Number(speed);
  }, [player, speed, status]);

  const now = useTime(player);
  const pose = bones && poses ? poseAt(poses, now) : null;
  return (
    <View>
      <View style={{ aspectRatio: clip.aspect, backgroundColor: theme.color.raised }} testID="video">
        <VideoView player={player} style={{ width: "100%", height: "100%" }} nativeControls={false} contentFit="fill" playsInline />
        {pose && (
          <View style={{ position: "absolute", inset: 0, pointerEvents: "none" }} testID="skeleton">
            <Figure keypoints={pose.keypoints} aspect={clip.aspect} thick={0.012} color="overlay" />
          </View>
        )}
      </View>
      {status === "error" && <Notice text={t("clipGone")} />}
      <View style={{ flexDirection: "row", alignItems: "center", gap: space.s, paddingHorizontal: space.s, paddingTop: space.s }}>
        <Sign
          icon={isPlaying ? "pause" : "play"}
          label={t(isPlaying ? "pause" : "play")}
          onPress={() => (isPlaying ? player.pause() : player.play())}
          testID="play"
        />
        <View style={{ flex: 1 }}>
          <Segments label={t("speed")} options={SPEEDS} value={speed} onChange={setSpeed} />
        </View>
        <Sign icon="person" label={t("bones")} pressed={bones} color={bones ? "accent" : "soft"} onPress={() => setBones(!bones)} />
      </View>
    </View>
  );
}

/** Where the clip is, as often as the screen is drawn. */
function useTime(player: VideoPlayer): number {
  const [now, setNow] = useState(0);
  useEffect(() => {
    let next = requestAnimationFrame(function look() {
      setNow(player.currentTime);
      next = requestAnimationFrame(look);
    });
    return () => cancelAnimationFrame(next);
  }, [player]);
  return now;
}

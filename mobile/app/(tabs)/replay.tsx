export { Replay as default } from "@/features/replay/Replay";

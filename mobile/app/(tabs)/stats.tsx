export { Stats as default } from "@/features/stats/Stats";

export { Kiosk as default } from "@/features/kiosk/Kiosk";

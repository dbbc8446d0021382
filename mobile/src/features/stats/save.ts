/** Hands a file to its owner: a phone's own way to share. */
import { Share } from "react-native";

export async function save(_name: string, _type: string, text: string): Promise<void> {
  await Share.share({ message: text });
}

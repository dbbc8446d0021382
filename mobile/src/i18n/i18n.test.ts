import { de } from "@/i18n/de";
import { en } from "@/i18n/en";

const gaps = (text: string) => text.match(/{{\w+}}/g)?.sort() ?? [];

test("both languages fill the same gaps, and leave no text empty", () => {
  for (const [key, text] of Object.entries(en)) {
    const translated = de[key as keyof typeof en];
    expect([key, gaps(translated)]).toEqual([key, gaps(text)]);
    expect([key, translated.trim()]).not.toEqual([key, ""]);
  }
});

const expo = require("eslint-config-expo/flat");
const { defineConfig } = require("eslint/config");

module.exports = defineConfig([
  expo,
  { ignores: ["dist*/", "android/", "ios/", ".expo/"] },
  {
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "@typescript-eslint/no-redeclare": "off", // a check and its type have one name
      "import/no-named-as-default-member": "off", // i18next is one object, and named again
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
    },
    files: ["**/*.ts", "**/*.tsx"],
  },
  { files: ["jest.setup.js"], languageOptions: { globals: { jest: "readonly" } } },
]);

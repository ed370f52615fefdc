import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import { defineConfig } from "eslint/config";
import ts from "typescript-eslint";

export default defineConfig(
  { ignores: ["dist/", "src/api/own.ts", "node_modules/"] },
  js.configs.recommended,
  ts.configs.strict,
  hooks.configs.flat["recommended-latest"],
  {
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      // Text from the API is text: nothing may turn it into markup.
      "no-restricted-syntax": [
        "error",
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "text from the API is never markup" },
        { selector: "MemberExpression[property.name='innerHTML']", message: "text from the API is never markup" },
      ],
    },
  },
);

import { defineConfig } from "vite";

// The map alone, as a module for notebooks: beside the page, under fixed names, with a style sheet that touches nothing
// outside of its own element.
export default defineConfig({
  build: {
    outDir: "../src/contrafact/app/static",
    emptyOutDir: false,
    target: "es2022",
    lib: {
      entry: "src/widget.ts",
      formats: ["es"],
      fileName: () => "widget.js",
      cssFileName: "widget",
    },
  },
});

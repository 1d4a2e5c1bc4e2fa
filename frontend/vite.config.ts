import { defineConfig } from "vite";

// One script and one style sheet under fixed names: the page changes with the package, and nothing is inlined, since the
// content security policy allows no inline script or style.
export default defineConfig({
  base: "./",
  build: {
    outDir: "../src/contrafact/app/static",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: false,
    target: "es2022",
    rollupOptions: {
      output: {
        entryFileNames: "app.js",
        assetFileNames: "app[extname]",
      },
    },
  },
});

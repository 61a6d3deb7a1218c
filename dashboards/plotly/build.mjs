// Makes plotly.min.js of the kinds of traces that our charts have; run when plotly is upgraded:
//   cd dashboards/plotly && npm install --no-package-lock && node build.mjs
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const TRACES = ["bar", "choropleth", "heatmap", "scatter"]; // scatter is part of the core
const PLACE = "../../registry/static/dashboards/plotly.min.js";
const described = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`));

const parts = TRACES.filter((name) => name !== "scatter").map((name) => `require("plotly.js/lib/${name}")`);
const { metafile } = await build({
  stdin: {
    contents: `const it = require("plotly.js/lib/core"); it.register([${parts}]); module.exports = it;`,
    resolveDir: ".",
  },
  outfile: PLACE,
  bundle: true, minify: true, metafile: true, legalComments: "none", target: "es2016",
  format: "iife", globalName: "Plotly",
  // As plotly's own build has it; its style sheet is that of maps made of tiles.
  alias: { stream: "stream-browserify" }, define: { global: "window", "define.amd": "false" },
  loader: { ".css": "empty" },
  banner: { js: `/*! plotly.js ${described("plotly.js").version}: ${TRACES.join(" ")}. Licences: plotly.licences.txt */` },
});

const kept = Object.entries(Object.values(metafile.outputs)[0].inputs).filter(([, { bytesInOutput }]) => bytesInOutput);
const found = kept.map(([path]) => path.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]);
const licences = [...new Set(found.filter(Boolean))].sort().map((name) => {
  const file = readdirSync(`node_modules/${name}`).find((entry) => /^licen[cs]e/i.test(entry));
  const { version, license } = described(name);
  return `${name} ${version} (${license})\n\n${file ? readFileSync(`node_modules/${name}/${file}`, "utf8").trim() : ""}\n`;
});
writeFileSync(PLACE.replace("min.js", "licences.txt"), licences.join(`\n${"-".repeat(72)}\n\n`));

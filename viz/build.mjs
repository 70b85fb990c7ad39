// Bundles the visualization: dist/visualization.js (one AMD module for Splunk Web), visualization.css, LICENSES.txt. Usage:
// node build.mjs [folder]. Refuses what may not be shipped: other licences than MIT, ISC or BSD, eval, addresses, source maps.

import { build } from 'esbuild';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ALLOWED = new Set(['MIT', 'ISC', 'BSD-3-Clause']);
const SHARED = { bundle: true, minify: true, write: false, logLevel: 'error', metafile: true, target: 'es2019', legalComments: 'none', absWorkingDir: HERE };
const BANNER = "/* zeek_graph, Apache-2.0. Code of others in this file: see LICENSES.txt beside it. */\ndefine(['api/SplunkVisualizationBase','api/SplunkVisualizationUtils'],function(Base,Utils){";
const FOOTER = 'return ZeekGraph.makeVisualization(Base,Utils);});';
const inputs = new Set();

/** `worker:` imports are the text of a bundle of their own: the worker starts from it without a second file. */
const WORKER = {
  name: 'worker',
  setup(building) {
    building.onResolve({ filter: /^worker:/ }, (found) => ({ path: path.resolve(found.resolveDir, found.path.slice(7)), namespace: 'worker' }));
    building.onLoad({ filter: /.*/, namespace: 'worker' }, async (found) => {
      const made = await build({ ...SHARED, entryPoints: [found.path], format: 'iife' });
      Object.keys(made.metafile.inputs).forEach((name) => inputs.add(name));
      return { contents: made.outputFiles[0].text, loader: 'text' };
    });
  },
};

async function licences() {
  const folders = new Set();
  for (const name of inputs) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(name);
    if (match) folders.add(match[1]);
  }
  const parts = [];
  for (const folder of [...folders].sort()) {
    const told = JSON.parse(await readFile(path.join(HERE, folder, 'package.json'), 'utf8'));
    if (!ALLOWED.has(told.license)) throw new Error(`${told.name} is under ${told.license}; only ${[...ALLOWED].join(', ')} may be bundled`);
    parts.push(`${told.name} ${told.version} (${told.license})\n\n${await licenceText(path.join(HERE, folder), told)}`);
  }
  return `Code of others in visualization.js.\n\n${parts.join(`\n${'-'.repeat(78)}\n`)}`;
}

async function licenceText(folder, told) {
  for (const name of ['LICENSE', 'LICENSE.txt', 'LICENSE.md', 'license']) {
    try {
      return await readFile(path.join(folder, name), 'utf8');
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  throw new Error(`${told.name} ${told.version} has no licence text to ship`);
}

function refuse(text) {
  const found = [
    [/\beval\(|new Function\(/, 'eval or new Function'], [/sourceMappingURL/, 'a source map'],
    [/(fetch|XMLHttpRequest|importScripts|WebSocket)\s*\(/, 'a request'], [/innerHTML|outerHTML|insertAdjacentHTML|document\.write/, 'markup from text'],
  ].filter(([pattern]) => pattern.test(text));
  if (found.length) throw new Error(`the bundle holds ${found.map(([, word]) => word).join(', ')}`);
}

const out = path.resolve(process.argv[2] || path.join(HERE, 'dist'));
await mkdir(out, { recursive: true });
const made = await build({ ...SHARED, entryPoints: ['src/main.js'], format: 'iife', globalName: 'ZeekGraph', plugins: [WORKER], banner: { js: BANNER }, footer: { js: FOOTER } });
Object.keys(made.metafile.inputs).forEach((name) => inputs.add(name));
const styles = await build({ ...SHARED, entryPoints: ['src/view.css'] });
refuse(made.outputFiles[0].text);
await writeFile(path.join(out, 'visualization.js'), made.outputFiles[0].text);
await writeFile(path.join(out, 'visualization.css'), styles.outputFiles[0].text);
await writeFile(path.join(out, 'LICENSES.txt'), await licences());

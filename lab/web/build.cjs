// Bundles the page (dist/page.js, for the browser) and the validator (dist/validate.cjs, for Node). Usage: node build.cjs
const esbuild = require('esbuild');
const path = require('node:path');

const shared = { bundle: true, minify: true, logLevel: 'error', define: { 'process.env.NODE_ENV': '"production"' }, absWorkingDir: __dirname };

// The validator needs each visualization's description, not its drawing code, which expects a browser.
const ONLY_CONFIG = {
  name: 'only-config',
  setup(build) {
    build.onResolve({ filter: /^@splunk\/visualizations\/[A-Za-z]+$/ }, (found) => ({
      path: require.resolve(`${found.path}.config`, { paths: [found.resolveDir] }),
      namespace: 'described',
    }));
    build.onLoad({ filter: /.*/, namespace: 'described' }, (found) => ({
      contents: `exports.__esModule = true; exports.default = { config: require(${JSON.stringify(found.path)}).default };`,
      resolveDir: path.dirname(found.path),
    }));
    const drawing = /^(@splunk\/react-search|ace-builds|maplibre-gl|jspdf|html2canvas)(\/|$)/;
    build.onResolve({ filter: drawing }, (found) => ({ path: found.path, namespace: 'nothing' }));
    build.onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'module.exports = new Proxy(function () {}, { get: (_, key) => (key === "__esModule" ? true : function () {}) });' }));
  },
};
const NO_BROWSER = [
  'globalThis.window = globalThis;',
  'globalThis.self = globalThis;',
  'Object.defineProperty(globalThis, "navigator", {value: {userAgent: "node", platform: "", language: "en-US"}, configurable: true, writable: true});',
  'const noElement = () => new Proxy(function () {}, {get: (_, key) => (key === Symbol.toPrimitive ? () => "" : key === "length" ? 0 : noElement()), set: () => true, apply: () => noElement()});',
  'globalThis.document = noElement(); globalThis.addEventListener = () => {}; globalThis.removeEventListener = () => {};',
  'globalThis.location = {href: "http://localhost/", pathname: "/", search: "", hash: "", origin: "http://localhost", protocol: "http:", host: "localhost"};',
  'globalThis.matchMedia = () => ({matches: false, addListener() {}, removeListener() {}, addEventListener() {}, removeEventListener() {}});',
].join('\n');

async function main() {
  await esbuild.build({
    ...shared,
    entryPoints: ['page.jsx'],
    outfile: 'dist/page.js',
    format: 'iife',
    platform: 'browser',
    jsx: 'automatic',
    define: { ...shared.define, global: 'window' },
  });
  await esbuild.build({
    ...shared,
    entryPoints: ['validate.js'],
    outfile: path.join('dist', 'validate.cjs'),
    format: 'cjs',
    platform: 'node',
    banner: { js: NO_BROWSER },
    plugins: [ONLY_CONFIG],
  });
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});

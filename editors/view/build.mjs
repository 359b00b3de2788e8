// Bundles the view into dist/view.js and dist/view.css. `--check` fails if the committed bundle is not that of the sources,
// `--tests` bundles the unit tests for node:test.
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const here = new URL('.', import.meta.url).pathname;
const flag = process.argv[2];

if (flag === '--tests') {
  rmSync(`${here}test/built`, { recursive: true, force: true });
  await build({
    entryPoints: readdirSync(`${here}test`).filter((f) => f.endsWith('.test.ts')).map((f) => `${here}test/${f}`),
    outdir: `${here}test/built`,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
} else {
  const { outputFiles } = await build({
    entryPoints: { view: `${here}src/main.ts` },
    outdir: `${here}dist`,
    bundle: true,
    minify: true,
    charset: 'utf8',
    format: 'iife',
    target: ['chrome120', 'firefox121', 'safari17.5'],
    write: flag !== '--check',
    metafile: true,
  });
  if (flag === '--check') {
    const stale = outputFiles.filter((file) => {
      try {
        return readFileSync(file.path, 'utf8') !== file.text;
      } catch {
        return true;
      }
    });
    for (const file of stale) console.error(`${file.path} is not what the sources give: run npm run build`);
    process.exitCode = stale.length ? 1 : 0;
  }
}

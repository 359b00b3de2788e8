// Bundles the extension into dist/, with the run view, the types and the grammars it brings; `--tests` bundles the unit tests.
// CALLSHEET_BUNDLE names a callsheet program to bring along, for a package of one platform:
//   CALLSHEET_BUNDLE=target/release/callsheet npm run package -- --target linux-x64
import { chmodSync, cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const here = new URL('.', import.meta.url).pathname;
const shared = { bundle: true, platform: 'node', target: 'node20', charset: 'utf8' };

if (process.argv[2] === '--tests') {
  rmSync(`${here}test/built`, { recursive: true, force: true });
  const tests = readdirSync(`${here}test`).filter((file) => file.endsWith('.test.ts'));
  await build({ ...shared, entryPoints: tests.map((file) => `${here}test/${file}`), outdir: `${here}test/built`, format: 'esm', outExtension: { '.js': '.mjs' },
    alias: { vscode: `${here}test/vscode.ts` } });
} else {
  rmSync(`${here}dist`, { recursive: true, force: true });
  await build({ ...shared, entryPoints: [`${here}src/extension.ts`], outfile: `${here}dist/extension.js`, format: 'cjs', external: ['vscode'], minify: true });
  mkdirSync(`${here}dist/grammars`);
  for (const name of ['view.js', 'view.css']) cpSync(`${here}../view/dist/${name}`, `${here}dist/${name}`);
  cpSync(`${here}../../grammars/workflow.d.ts`, `${here}dist/workflow.d.ts`);
  for (const name of ['workflow', 'callsheet']) cpSync(`${here}../../grammars/textmate/${name}.tmLanguage.json`, `${here}dist/grammars/${name}.tmLanguage.json`);
  rmSync(`${here}server`, { recursive: true, force: true });
  const program = process.env.CALLSHEET_BUNDLE;
  if (program) {
    const brought = `${here}server/callsheet${path.extname(program) === '.exe' ? '.exe' : ''}`;
    cpSync(path.resolve(process.env.INIT_CWD ?? '.', program), brought);
    chmodSync(brought, 0o755);
  }
}

import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/** Where a program was looked for, and where it was found. */
export interface Search {
  found: string | null;
  tried: string[];
}

/**
 * Looks for the server's program: the setting, then `CALLSHEET_BIN`, then the one the extension brings, then `PATH`. A place that is
 * named but empty is not passed over: whoever names a program wants that one.
 */
export function search(setting: string, env: NodeJS.ProcessEnv, extension: string, platform: NodeJS.Platform = process.platform): Search {
  const name = platform === 'win32' ? 'callsheet.exe' : 'callsheet';
  for (const [named, from] of [[setting, 'the setting callsheet.server.path'], [env['CALLSHEET_BIN'], 'CALLSHEET_BIN']] as const) {
    if (named) return { found: runs(named) ? named : null, tried: [`${named} (${from})`] };
  }
  const bundled = path.join(extension, 'server', name);
  if (runs(bundled)) return { found: bundled, tried: [bundled] };
  const folders = (env['PATH'] ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  const found = folders.map((folder) => path.join(folder, name)).find(runs) ?? null;
  return { found, tried: [`${bundled} (brought by the extension)`, `${name} on the PATH`] };
}

function runs(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

import type { Server } from '../server/server.ts';

/** A run kept on disk, as `callsheet runs --json` tells of it. `cut`: it has no end, and nothing works on it. */
export interface PastRun {
  id: string;
  folder: string;
  name: string;
  script: string;
  status: 'running' | 'ok' | 'failed' | 'stopped' | 'cut';
  simulated: boolean;
  agents: number;
  tokens: number;
  usd: number;
}

/** The runs kept in a folder; none where there are none, or no program to ask. */
export async function history(server: Server, folder: string): Promise<PastRun[]> {
  try {
    const answer = JSON.parse(await server.once(['runs', '--json'], folder)) as Omit<PastRun, 'folder'>[];
    return answer.map((run) => ({ ...run, folder }));
  } catch (problem) {
    server.log.warn(`The runs of ${folder} cannot be listed: ${String(problem)}`);
    return [];
  }
}

import path from 'node:path';
import type { Event } from '../../../view/src/wire/event.ts';
import type { Server } from '../server/server.ts';

/** A run kept on disk, as `callsheet runs --json` tells of it. */
export interface PastRun {
  run: string;
  /** The folder whose `.callsheet/runs` has it. */
  folder: string;
  name: string;
  script: string;
  /** What was asked, where the run is of no script. */
  question?: string;
  status: 'running' | 'done' | 'failed' | 'stopped' | 'broken off';
  simulated: boolean;
  agents: number;
  tokens: number;
  ms: number;
}

/** The runs kept in a folder; none where there are none, or no program to ask. */
export async function history(server: Server, folder: string): Promise<PastRun[]> {
  try {
    const answer = JSON.parse(await server.once(['runs', '--json'], folder)) as Omit<PastRun, 'folder'>[];
    return answer.map((run) => ({ ...run, folder, script: path.resolve(folder, run.script) }));
  } catch (problem) {
    server.log.warn(`The runs of ${folder} cannot be listed: ${String(problem)}`);
    return [];
  }
}

/** The events of a run kept on disk. */
export async function eventsOf(server: Server, folder: string, run: string): Promise<Event[]> {
  const answer = await server.once(['runs', 'show', run, '--json'], folder);
  return answer.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Event);
}

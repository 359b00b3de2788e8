import type { Agent } from '../run/state.ts';

/** An agent as a stretch of time, in one of the tracks that are needed so that no two overlap. */
export interface Bar {
  agent: Agent;
  track: number;
  from: number;
  to: number;
}

/** Puts agents that have started into tracks: each into the first that is free when it starts. What is drawn stays where it is as time goes on. */
export function bars(agents: readonly Agent[], now: number): Bar[] {
  const started = agents.filter((agent): agent is Agent & { startedMs: number } => agent.startedMs !== null);
  started.sort((a, b) => a.startedMs - b.startedMs);
  const free: number[] = [];
  return started.map((agent) => {
    const from = agent.startedMs;
    const over = agent.endedMs ?? Infinity;
    const first = free.findIndex((until) => until <= from);
    const track = first < 0 ? free.length : first;
    free[track] = over;
    return { agent, track, from, to: Math.min(over, Math.max(now, from)) };
  });
}

export const meta = { name: 'no workflow', agents: [] }
export function agents() {
  return meta.agents
}

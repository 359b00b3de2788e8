// 36 parallel: a fan-out past the agents of the run ends the run; it is no null to filter away
// limits: 3 agents, 1 at once
// expect error: 3 agents
export const meta = { name: "x", description: "d" };
const answers = await parallel(Array.from({ length: 5 }, (_, i) => () => agent(`${i}`)));
return answers.filter(Boolean);

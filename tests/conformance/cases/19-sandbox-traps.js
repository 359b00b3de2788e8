// 19 sandbox: a limit of the run ends it, whatever the script catches (the hostile suite has many more)
// limits: 2 agents
// expect error: 2 agents
// expect calls: 2
export const meta = { name: "x", description: "d" };
let caught = 0;
while (caught < 1000) {
  try {
    await agent(`round ${caught}`);
  } catch {
  } finally {
    caught += 1;
  }
}
return "swallowed";

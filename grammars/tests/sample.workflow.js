// Before meta there is nothing of ours: agent('x')
export const meta = {
  name: 'sample',
  phases: [{ title: 'Review' }, { title: "Verify" }],
}
const answer = await agent(`
# Task
Look at **every** line of ${args.file.map((f) => agent(f))}, and \`quote\`.
<rules>Be kind.</rules>
`, { label: 'a', phase: 'Review' })
phase('Verify')
const rest = await parallel([() => agent('short')])
if (budget.remaining() > 0) log(`left: ${budget.total}`)
const options = { agent: 1, args: 2, title: answer }
other.agent('not ours'); agents('nor this')
/* agent(`in a comment`) */

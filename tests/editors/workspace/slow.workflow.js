export const meta = { name: 'slow', description: 'Runs until somebody stops it' }
for (let i = 0; i < 1000; i++) {
  await agent(`Step ${i}`, { label: `step ${i}`, phase: 'Walk' })
}
return 'arrived'

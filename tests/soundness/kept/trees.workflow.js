export const meta = { name: 'trees', description: 'Trees that use up what bounds them, in a row and at once', phases: [{ title: 'Ask' }] }
phase('Ask')
const said = await agent('Say something')
// Two turns and one call are all there is: it is asked to close.
const closed = await rlm({ question: 'Who?', context: `Ada and Bob ${said}`, maxTurns: 2, budget: { calls: 1 } })
const alone = await parallel(['a', 'b'].map((text) => () => rlm({ question: 'Who?', context: text, maxDepth: 0, maxTurns: 2 })))
return { said, closed, alone }

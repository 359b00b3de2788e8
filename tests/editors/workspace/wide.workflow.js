export const meta = { name: 'wide', description: 'Emoji and CJK keep columns right' }
const greeting = '👩‍🚀 你好'; await agent(greeting); log('after')
return null

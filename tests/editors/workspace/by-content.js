export const meta = { name: 'by-content', description: 'Known by what it says' }
return await agent('Say hello.')

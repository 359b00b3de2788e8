// kill: one agent after the other, each asked with what the one before said
// model: "*" -> after 2 ms "."
// expect: ["............", 12]
export const meta = { name: "chain", description: "Twelve agents in a row" };
let text = "";
for (let i = 0; i < 12; i++) text += await agent(`step ${i} after ${text}`);
return [text, text.length];

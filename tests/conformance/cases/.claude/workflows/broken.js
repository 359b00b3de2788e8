export const meta = { name: "broken", description: "Does not parse" };
return agent(;

export const meta = { name: "echo", description: "Gives back what it was given" };
return { got: args };

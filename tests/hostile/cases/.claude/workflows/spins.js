export const meta = { name: "spins", description: "Never ends" };
while (true) await null;

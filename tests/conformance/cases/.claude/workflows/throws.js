export const meta = { name: "throws", description: "Always fails" };
throw new Error("child says no");

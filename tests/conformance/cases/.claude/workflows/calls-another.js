export const meta = { name: "calls-another", description: "Calls a workflow, which a nested one may not" };
return workflow("echo", 1);

// 06 meta: its name names the workflow, whatever the file is called
// expect: "ran"
export const meta = { name: "anything-else", description: "The file is called otherwise" };
return "ran";

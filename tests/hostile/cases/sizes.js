// One value too large for the border.

// ---- a prompt
// limits: 256 MiB
// expect error: SIZE
// expect calls: 0
export const meta = { name: "hostile", description: "Means harm" };
await agent("x".repeat(40_000_000));
// ^ line

// ---- a schema
// limits: 256 MiB
// expect error: SIZE
// expect calls: 0
export const meta = { name: "hostile", description: "Means harm" };
const properties = {};
for (let i = 0; i < 200_000; i++) properties[`field_${i}`] = { type: "string", description: "x".repeat(100) };
await agent("a", { schema: { type: "object", properties } });
// ^ line

// ---- a log line
// limits: 256 MiB
// expect error: SIZE
export const meta = { name: "hostile", description: "Means harm" };
log("x".repeat(40_000_000));
// ^ line

// ---- a result
// limits: 256 MiB
// expect error: SIZE
export const meta = { name: "hostile", description: "Means harm" };
return "x".repeat(40_000_000);

// ---- an error message
// limits: 256 MiB
// expect error: xxxxxxxx
export const meta = { name: "hostile", description: "Means harm" };
throw new Error("x".repeat(40_000_000));

// ---- a label
// limits: 256 MiB
// expect error: SIZE
// expect calls: 0
export const meta = { name: "hostile", description: "Means harm" };
await agent("a", { label: "x".repeat(40_000_000) });

// ---- a phase title
// limits: 256 MiB
// expect error: SIZE
export const meta = { name: "hostile", description: "Means harm" };
phase("x".repeat(40_000_000));

// ---- args of a nested workflow
// limits: 256 MiB
// expect error: SIZE
export const meta = { name: "hostile", description: "Means harm" };
return workflow("spins", "x".repeat(40_000_000));

// ---- log lines without end
// limits: 1000 ms slice, 128 MiB
// expect error: TIME or MEMORY
export const meta = { name: "hostile", description: "Means harm" };
for (;;) log("again");

// ---- phases without end
// limits: 1000 ms slice, 128 MiB
// expect error: TIME or MEMORY
export const meta = { name: "hostile", description: "Means harm" };
for (let i = 0; ; i++) phase(`Phase ${i}`);

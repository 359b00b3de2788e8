// One value too large for the border.

// ---- a prompt
// limits: 1000 ms slice, 2048 MiB
// expect error: 1000 ms or MiB or bytes
// expect calls: 0
export const meta = { name: "hostile", description: "Means harm" };
await agent("x".repeat(10_000).repeat(8_000));

// ---- a schema
// expect error: 262144
// expect calls: 0
export const meta = { name: "hostile", description: "Means harm" };
const properties = {};
for (let i = 0; i < 5_000; i++) properties[`field_${i}`] = { type: "string", description: "x".repeat(100) };
await agent("a", { schema: { type: "object", properties } });
// ^ line

// ---- a log line
// limits: 1000 ms slice, 2048 MiB
// expect error: 1000 ms or MiB or bytes
export const meta = { name: "hostile", description: "Means harm" };
log("x".repeat(10_000).repeat(8_000));

// ---- a result
// limits: 1000 ms slice, 2048 MiB
// expect error: 1000 ms or MiB or bytes
export const meta = { name: "hostile", description: "Means harm" };
return "x".repeat(10_000).repeat(8_000);

// ---- an error message
// limits: 1000 ms slice, 2048 MiB
// expect error: xxxxxxxx or 1000 ms or MiB or bytes
export const meta = { name: "hostile", description: "Means harm" };
throw new Error("x".repeat(10_000).repeat(8_000));

// ---- a label
// limits: 1000 ms slice, 2048 MiB
// expect error: 1000 ms or MiB or bytes
// expect calls: 0
export const meta = { name: "hostile", description: "Means harm" };
await agent("a", { label: "x".repeat(10_000).repeat(8_000) });

// ---- a phase title
// limits: 1000 ms slice, 2048 MiB
// expect error: 1000 ms or MiB or bytes
export const meta = { name: "hostile", description: "Means harm" };
phase("x".repeat(10_000).repeat(8_000));

// ---- args of a nested workflow
// limits: 1000 ms slice, 2048 MiB
// expect error: 1000 ms or MiB or bytes
export const meta = { name: "hostile", description: "Means harm" };
return workflow("spins", "x".repeat(10_000).repeat(8_000));

// ---- log lines without end
// limits: 300 ms slice, 128 MiB
// expect error: 300 ms or 128 MiB
export const meta = { name: "hostile", description: "Means harm" };
for (;;) log("again");

// ---- phases without end
// limits: 300 ms slice, 128 MiB
// expect error: 300 ms or 128 MiB
export const meta = { name: "hostile", description: "Means harm" };
for (let i = 0; ; i++) phase(`Phase ${i}`);

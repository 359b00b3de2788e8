// 14 determinism: no clock and no chance, but fixed dates and the rest of Math

// ---- the clock
// expect error: Date.now
// expect calls: 0
export const meta = { name: "x", description: "d" };
await agent("never asked");
const t = Date.now();
// ^ line

// ---- today
// expect error: Date
export const meta = { name: "x", description: "d" };
const t = new Date();
// ^ line

// ---- today as text
// expect error: Date
export const meta = { name: "x", description: "d" };
const t = Date();
// ^ line

// ---- chance
// expect error: Math.random
export const meta = { name: "x", description: "d" };
const r = Math.random();
// ^ line

// ---- a given date
// expect: ["1970-01-01T00:00:00.000Z", 86400000, 2, "number"]
export const meta = { name: "x", description: "d" };
return [new Date(0).toISOString(), Date.parse("1970-01-02T00:00:00Z"), Math.max(1, 2), typeof Date.UTC(2026, 0)];

// ---- a dialect without dates refuses fixed ones too
// flags: dateBan=any
// expect: ["new Date(…) is not available in this dialect: pass dates through args, as text", 0, "new Date(…) is not available in this dialect: pass dates through args, as text"]
export const meta = { name: "x", description: "d" };
const told = (make) => { try { return make(); } catch (error) { return error.message; } };
return [told(() => new Date(0)), Date.parse("1970-01-01T00:00:00Z"), told(() => Reflect.construct(Date, [0]))];

// ---- one may refuse to read dates, too
// flags: dateBan=anyAndParse
// expect: "Date.parse() is not available in this dialect: pass dates through args, as numbers"
export const meta = { name: "x", description: "d" };
try { return Date.parse("1970-01-01T00:00:00Z"); } catch (error) { return error.message; }

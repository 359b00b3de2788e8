// 17 sandbox: the inventory of globals is closed; a name more or less is a decision
// expect: ["AggregateError", "Array", "ArrayBuffer", "Atomics", "BigInt", "BigInt64Array", "BigUint64Array", "Boolean",
//    "DataView", "Date", "Error", "EvalError", "FinalizationRegistry", "Float32Array", "Float64Array", "Function",
//    "Infinity", "Int16Array", "Int32Array", "Int8Array", "Iterator", "JSON", "Map", "Math", "NaN", "Number", "Object",
//    "Promise", "Proxy", "RangeError", "ReferenceError", "Reflect", "RegExp", "Set", "SharedArrayBuffer", "String",
//    "Symbol", "SyntaxError", "TypeError", "URIError", "Uint16Array", "Uint32Array", "Uint8Array",
//    "Uint8ClampedArray", "WeakMap", "WeakRef", "WeakSet", "agent", "args", "budget", "decodeURI",
//    "decodeURIComponent", "encodeURI", "encodeURIComponent", "escape", "eval", "globalThis", "isFinite",
//    "isNaN", "log", "parallel", "parseFloat", "parseInt", "phase", "pipeline", "rlm", "undefined", "unescape", "workflow"]
export const meta = { name: "x", description: "d" };
return Object.getOwnPropertyNames(globalThis).sort();

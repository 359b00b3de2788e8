//! Names every script can use without declaring them, and the members of those.

const GLOBALS: [&str; 56] = [
    "AggregateError",
    "Array",
    "ArrayBuffer",
    "BigInt",
    "Boolean",
    "DataView",
    "Date",
    "Error",
    "EvalError",
    "Float32Array",
    "Float64Array",
    "Function",
    "Infinity",
    "Int16Array",
    "Int32Array",
    "Int8Array",
    "Intl",
    "Iterator",
    "JSON",
    "Map",
    "Math",
    "NaN",
    "Number",
    "Object",
    "Promise",
    "Proxy",
    "RangeError",
    "ReferenceError",
    "Reflect",
    "RegExp",
    "Set",
    "String",
    "Symbol",
    "SyntaxError",
    "TypeError",
    "URIError",
    "Uint16Array",
    "Uint32Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "WeakMap",
    "WeakRef",
    "WeakSet",
    "arguments",
    "decodeURI",
    "decodeURIComponent",
    "encodeURI",
    "encodeURIComponent",
    "escape",
    "eval",
    "globalThis",
    "isFinite",
    "isNaN",
    "parseFloat",
    "parseInt",
    "undefined",
];

/// Functions that belong to a global, by their full names.
const MEMBERS: [&str; 72] = [
    "Array.from",
    "Array.isArray",
    "Array.of",
    "Date.UTC",
    "Date.now",
    "Date.parse",
    "JSON.parse",
    "JSON.stringify",
    "Math.abs",
    "Math.cbrt",
    "Math.ceil",
    "Math.cos",
    "Math.exp",
    "Math.floor",
    "Math.hypot",
    "Math.log",
    "Math.log10",
    "Math.log2",
    "Math.max",
    "Math.min",
    "Math.pow",
    "Math.random",
    "Math.round",
    "Math.sign",
    "Math.sin",
    "Math.sqrt",
    "Math.tan",
    "Math.trunc",
    "Number.isFinite",
    "Number.isInteger",
    "Number.isNaN",
    "Number.isSafeInteger",
    "Number.parseFloat",
    "Number.parseInt",
    "Object.assign",
    "Object.create",
    "Object.defineProperty",
    "Object.entries",
    "Object.freeze",
    "Object.fromEntries",
    "Object.getOwnPropertyNames",
    "Object.groupBy",
    "Object.hasOwn",
    "Object.is",
    "Object.isFrozen",
    "Object.keys",
    "Object.seal",
    "Object.values",
    "Promise.all",
    "Promise.allSettled",
    "Promise.any",
    "Promise.race",
    "Promise.reject",
    "Promise.resolve",
    "Promise.try",
    "Promise.withResolvers",
    "Reflect.apply",
    "Reflect.get",
    "Reflect.has",
    "Reflect.ownKeys",
    "Reflect.set",
    "String.fromCharCode",
    "String.fromCodePoint",
    "String.raw",
    "Symbol.for",
    "budget.remaining",
    "budget.spent",
    "globalThis.agent",
    "Object.getPrototypeOf",
    "Object.setPrototypeOf",
    "Math.fround",
    "Math.sumPrecise",
];

const ARRAY_METHODS: [&str; 37] = [
    "at",
    "concat",
    "copyWithin",
    "entries",
    "every",
    "fill",
    "filter",
    "find",
    "findIndex",
    "findLast",
    "findLastIndex",
    "flat",
    "flatMap",
    "forEach",
    "includes",
    "indexOf",
    "join",
    "keys",
    "lastIndexOf",
    "map",
    "next",
    "pop",
    "push",
    "reduce",
    "reduceRight",
    "reverse",
    "shift",
    "slice",
    "some",
    "sort",
    "splice",
    "toReversed",
    "toSorted",
    "toSpliced",
    "unshift",
    "values",
    "with",
];

const STRING_METHODS: [&str; 38] = [
    "at",
    "charAt",
    "charCodeAt",
    "codePointAt",
    "concat",
    "endsWith",
    "includes",
    "indexOf",
    "lastIndexOf",
    "localeCompare",
    "match",
    "matchAll",
    "normalize",
    "padEnd",
    "padStart",
    "repeat",
    "replace",
    "replaceAll",
    "search",
    "slice",
    "split",
    "startsWith",
    "substr",
    "substring",
    "toLocaleLowerCase",
    "toLocaleUpperCase",
    "toLowerCase",
    "toString",
    "toUpperCase",
    "toWellFormed",
    "trim",
    "trimEnd",
    "trimLeft",
    "trimRight",
    "trimStart",
    "valueOf",
    "isWellFormed",
    "anchor",
];

const OTHER_METHODS: [&str; 22] = [
    "then",
    "catch",
    "finally",
    "get",
    "set",
    "has",
    "add",
    "delete",
    "clear",
    "call",
    "apply",
    "bind",
    "hasOwnProperty",
    "toString",
    "toLocaleString",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "valueOf",
    "forEach",
    "entries",
    "keys",
    "values",
];

/// The dialect's own name.
pub(super) fn primitive(name: &str) -> Option<&'static str> {
    crate::vocabulary::primitive(name).map(|p| p.name)
}

/// The language's own name.
pub(super) fn global(name: &str) -> Option<&'static str> {
    GLOBALS.binary_search(&name).ok().map(|i| GLOBALS[i])
}

/// Whether the global of that name is no function.
pub(super) fn is_namespace(name: &str) -> bool {
    matches!(name, "JSON" | "Math" | "Reflect" | "Intl" | "globalThis" | "prototype" | "budget" | "args")
}

/// Whether the global of that name makes objects that `instanceof` knows.
pub(super) fn is_class(name: &str) -> bool {
    let constructs = name.starts_with(char::is_uppercase) && !matches!(name, "Proxy" | "Infinity" | "NaN");
    constructs && !is_namespace(name) && GLOBALS.binary_search(&name).is_ok()
}

/// The full name of a member of a global.
pub(super) fn member(global: &str, name: &str) -> Option<&'static str> {
    MEMBERS.into_iter().find(|m| m.strip_prefix(global).and_then(|m| m.strip_prefix('.')) == Some(name))
}

/// Whether every string has a method of this name.
pub fn is_string_method(name: &str) -> bool {
    STRING_METHODS.contains(&name)
}

/// A method that values of a type have; of any type, for the empty name.
pub(super) fn method(of: &str, name: &str) -> Option<&'static str> {
    let find = |list: &[&'static str]| list.iter().copied().find(|m| *m == name);
    match of {
        "Array" => find(&ARRAY_METHODS),
        "String" => find(&STRING_METHODS),
        "Object" => find(&OTHER_METHODS[12..18]),
        _ => find(&ARRAY_METHODS).or_else(|| find(&STRING_METHODS)).or_else(|| find(&OTHER_METHODS)),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn globals_are_sorted_for_the_search() {
        assert!(super::GLOBALS.is_sorted());
    }
}

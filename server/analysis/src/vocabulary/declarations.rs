//! The dialect for tools that read TypeScript declarations.

use std::fmt::Write;

use super::{
    AGENT_OPTIONS, Field, META_FIELDS, PHASE_FIELDS, PRIMITIVES, Primitive, Profile, RLM_LIMITS, RLM_OPTIONS, Type,
};

/// What a schema says of the value that fits it. Only what TypeScript can know: a schema that is kept in a `const` has lost its literal
/// types, so its properties are all taken as there, and a leaf of unknown type is `any`.
const FROM_SCHEMA: &str = "\
/** The type of a value that fits a JSON Schema. */
type FromSchema<S> = S extends { const: infer C } ? C
  : S extends { enum: readonly (infer E)[] } ? E
  : S extends { anyOf: readonly (infer A)[] } | { oneOf: readonly (infer A)[] } ? FromSchema<A>
  : S extends { properties: infer P } ? FromProperties<P, S extends { required: readonly (infer R)[] } ? R : never>
  : S extends { items: infer I } ? FromSchema<I>[]
  : S extends { type: infer T } ? T extends keyof SchemaTypes ? SchemaTypes[T] : any
  : any;
type FromProperties<P, R> = { -readonly [K in keyof P as K extends R ? K : never]: FromSchema<P[K]> }
  & { -readonly [K in keyof P as K extends R ? never : K]?: FromSchema<P[K]> } extends infer O ? { [K in keyof O]: O[K] } : never;
interface SchemaTypes {
  string: string; number: number; integer: number; boolean: boolean; null: null; array: any[]; object: Record<string, any>;
}
";

/// The most stages of a `pipeline` whose types are followed; those of a longer one are `any`.
const STAGES: usize = 5;

/// `workflow.d.ts`: types of what a script can name, in the dialect `profile`.
pub fn declarations(profile: Profile) -> String {
    let mut text = format!(
        "// Types of a workflow script (profile `{profile}`). Written by `callsheet types`; changes are lost.\n\n\
         type JsonSchema = Readonly<Record<string, unknown>>;\n{FROM_SCHEMA}\n"
    );
    interface(&mut text, "Phase", PHASE_FIELDS, profile);
    interface(&mut text, "Meta", META_FIELDS, profile);
    let but_schema = |fields: &[Field]| fields.iter().copied().filter(|f| f.ty != Type::Schema).collect::<Vec<_>>();
    let primitives: Vec<&Primitive> = PRIMITIVES.iter().filter(|p| p.profiles.has(profile)).collect();
    if primitives.iter().any(|p| p.name == "rlm") {
        interface(&mut text, "RlmLimits", RLM_LIMITS, profile);
        interface(&mut text, "RlmOptions", &but_schema(RLM_OPTIONS), profile);
    }
    interface(&mut text, "AgentOptions", &but_schema(AGENT_OPTIONS), profile);
    for primitive in primitives.iter().filter(|p| !p.members.is_empty()) {
        let _ = writeln!(text, "interface {} {{", primitive.ty);
        for m in primitive.members {
            let _ = writeln!(text, "  /** {} */\n  readonly {}: {};", m.doc, m.name, m.ty);
        }
        text.push_str("}\n\n");
    }
    for primitive in primitives {
        declare(&mut text, primitive);
    }
    text
}

fn declare(text: &mut String, primitive: &Primitive) {
    let Primitive { name, ty, doc, .. } = primitive;
    let _ = writeln!(text, "/** {doc} */");
    match *name {
        "agent" => text.push_str(
            "declare function agent<const S extends JsonSchema>(prompt: string, options: AgentOptions & { schema: S }): \
             Promise<FromSchema<S> | null>;\n\
             declare function agent(prompt: string, options?: AgentOptions): Promise<string | null>;\n",
        ),
        "parallel" => text.push_str(
            "declare function parallel<T extends readonly (() => unknown)[] | []>(thunks: T): \
             Promise<{ -readonly [K in keyof T]: (T[K] extends () => infer R ? Awaited<R> : never) | null }>;\n",
        ),
        "pipeline" => pipelines(text),
        "rlm" => text.push_str(
            "declare function rlm<const S extends JsonSchema>(options: RlmOptions & { schema: S }): Promise<FromSchema<S>>;\n\
             declare function rlm(options: RlmOptions): Promise<any>;\n",
        ),
        "phase" | "log" | "workflow" => {
            let params: Vec<String> = primitive
                .params
                .iter()
                .map(|p| format!("{}{}: {}", p.name, if p.optional { "?" } else { "" }, p.ty))
                .collect();
            let _ = writeln!(text, "declare function {name}({}): {ty};", params.join(", "));
        }
        _ => {
            let _ = writeln!(text, "declare const {name}: {ty};");
        }
    }
}

/// One overload for each number of stages, so that each stage knows what the one before gives.
fn pipelines(text: &mut String) {
    for stages in 1..=STAGES {
        let results: Vec<String> = (1..=stages).map(|n| format!("R{n}")).collect();
        let _ = write!(text, "declare function pipeline<T, {}>(items: readonly T[]", results.join(", "));
        for n in 1..=stages {
            let before = if n == 1 { "T".into() } else { format!("Awaited<R{}>", n - 1) };
            let _ = write!(text, ", stage{n}: (prev: {before}, item: T, index: number) => R{n}");
        }
        let _ = writeln!(text, "): Promise<(Awaited<R{stages}> | null)[]>;");
    }
    text.push_str(
        "declare function pipeline<T>(items: readonly T[], ...stages: ((prev: any, item: T, index: number) => unknown)[]): Promise<any[]>;\n",
    );
}

fn interface(text: &mut String, name: &str, fields: &[Field], profile: Profile) {
    let _ = writeln!(text, "interface {name} {{");
    for f in fields.iter().filter(|f| f.profiles.has(profile)) {
        let mark = if f.required { "" } else { "?" };
        let _ = writeln!(text, "  /** {} */\n  {}{mark}: {};", f.doc, f.name, f.ty.typescript());
    }
    text.push_str("}\n\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_follow_the_profile() {
        assert!(declarations(Profile::Qwen).contains("stepId?: string;"));
        assert!(!declarations(Profile::ClaudeCode).contains("stepId"));
        assert!(declarations(Profile::ClaudeCode).contains("declare function rlm(options: RlmOptions)"));
        assert!(!declarations(Profile::Portable).to_lowercase().contains("rlm"));
    }
}

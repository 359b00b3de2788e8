//! The table as people read it: hover texts and signatures.

use std::fmt::Write;

use super::{Field, Kind, Member, Primitive, Profile};

/// A call's signature, for signature help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// `agent(prompt: string, options?: AgentOptions): Promise<string | null>`.
    pub label: String,
    /// What it does.
    pub doc: &'static str,
    /// The byte range of each parameter in the label, and what it is.
    pub params: Vec<(std::ops::Range<u32>, &'static str)>,
}

/// The signature of a primitive that is called.
pub fn signature(primitive: &Primitive) -> Signature {
    let mut label = format!("{}(", primitive.name);
    let mut params = Vec::new();
    for (i, param) in primitive.params.iter().enumerate() {
        if i > 0 {
            label.push_str(", ");
        }
        let start = label.len() as u32;
        let (dots, mark) = (if param.rest { "..." } else { "" }, if param.optional { "?" } else { "" });
        let brackets = if param.rest { ("Array<", ">") } else { ("", "") };
        let _ = write!(label, "{dots}{}{mark}: {}{}{}", param.name, brackets.0, param.ty, brackets.1);
        params.push((start..label.len() as u32, param.doc));
    }
    let _ = write!(label, "): {}", primitive.ty);
    Signature { label, doc: primitive.doc, params }
}

/// Hover Markdown of a primitive in a dialect.
pub fn hover_primitive(primitive: &Primitive, profile: Profile) -> String {
    let declaration = match primitive.kind {
        Kind::Call => signature(primitive).label,
        Kind::Value => format!("{}: {}", primitive.name, primitive.ty),
    };
    let mut text = format!("```ts\n{declaration}\n```\n{}\n", primitive.doc);
    for param in primitive.params {
        let _ = write!(text, "\n- `{}`: {}", param.name, param.doc);
    }
    let options = match primitive.name {
        "agent" => super::AGENT_OPTIONS,
        "rlm" => super::RLM_OPTIONS,
        _ => &[],
    };
    if !options.is_empty() {
        let known = options.iter().filter(|f| f.profiles.has(profile) || !primitive.profiles.has(profile));
        let options: Vec<String> = known.map(|f| format!("`{}`", f.name)).collect();
        let _ = write!(text, "\n\nOptions: {}.", options.join(", "));
    }
    for member in primitive.members {
        let _ = write!(text, "\n- `{}: {}`: {}", member.name, member.ty, member.doc);
    }
    text
}

/// Hover Markdown of an option or a `meta` field.
pub fn hover_field(field: &Field) -> String {
    let mark = if field.required { "" } else { "?" };
    let text = format!("```ts\n{}{mark}: {}\n```\n{}", field.name, field.ty.typescript(), field.doc);
    hover_beyond_types(field).map_or(text.clone(), |more| format!("{text}\n\n{more}"))
}

/// What of [`hover_field`] `workflow.d.ts` does not say.
pub fn hover_beyond_types(field: &Field) -> Option<&'static str> {
    Some(match field.in_resume_key? {
        true => "Part of the resume key: a change runs this call, and all after it, again.",
        false => "Not part of the resume key: a change repeats no work.",
    })
}

/// Hover Markdown of a member of `budget`.
pub fn hover_member(member: &Member) -> String {
    format!("```ts\n{}: {}\n```\n{}", member.name, member.ty, member.doc)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::{AGENT_OPTIONS, primitive};

    #[test]
    fn a_signature_marks_its_parameters() {
        let signature = signature(primitive("pipeline").expect("in the table"));
        let shown: Vec<&str> =
            signature.params.iter().map(|(r, _)| &signature.label[r.start as usize..r.end as usize]).collect();
        assert_eq!(shown, ["items: T[]", "...stages: Array<(prev, item: T, index: number) => unknown>"]);
    }

    #[test]
    fn hover_of_an_option_says_what_a_change_costs() {
        let label = AGENT_OPTIONS.iter().find(|f| f.name == "effort").expect("in the table");
        expect_test::expect![[r"
            ```ts
            effort?: 'low' | 'medium' | 'high' | 'xhigh' | 'max'
            ```
            How much the model thinks before it answers.

            Part of the resume key: a change runs this call, and all after it, again."]]
        .assert_eq(&hover_field(label));
    }
}

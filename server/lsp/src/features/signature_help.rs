//! The parameters of the call the cursor is in. `textDocument/signatureHelp`.

use analysis::{
    script::cursor::{self, Enclosing},
    vocabulary,
};
use tower_lsp::ls_types::*;

use crate::{features::reasons, snapshot::Snapshot};

/// The signature of the innermost call of a primitive around a position, if no other bracket lies between but objects and arrays.
pub(crate) fn signature_help(script: &Snapshot, position: Position) -> Option<SignatureHelp> {
    let cursor = cursor::at(&script.text, script.offset(position))?;
    let inside = |open: &&Enclosing| matches!(open, Enclosing::Object { .. } | Enclosing::Array);
    let Some(Enclosing::Call { callee, member: false, argument }) =
        cursor.enclosing.iter().rev().find(|open| !inside(open))
    else {
        return None;
    };
    let primitive = vocabulary::primitive(callee.slice(&script.text))?;
    let signature = vocabulary::signature(primitive);
    let last = signature.params.len().checked_sub(1)?;
    let rest = primitive.params.last().is_some_and(|param| param.rest);
    let active = if rest { (*argument).min(last) } else { *argument };
    // Labels are ASCII, so that bytes are any client's units.
    let parameters = signature.params.iter().map(|(range, doc)| ParameterInformation {
        label: ParameterLabel::LabelOffsets([range.start, range.end]),
        documentation: Some(Documentation::String((*doc).into())),
    });
    Some(SignatureHelp {
        signatures: vec![SignatureInformation {
            label: signature.label.clone(),
            documentation: Some(Documentation::MarkupContent(reasons::markdown(signature.doc.into()))),
            parameters: Some(parameters.collect()),
            active_parameter: Some(active as u32),
        }],
        active_signature: Some(0),
        active_parameter: Some(active as u32),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::Script;

    /// The active parameter at `|`.
    fn active(text: &str) -> Option<String> {
        let offset = text.find('|').unwrap();
        let script = Script::of(&text.replacen('|', "", 1));
        let position = script.snapshot.converter().position(offset as u32);
        let help = signature_help(&script.snapshot, position)?;
        let signature = &help.signatures[0];
        let parameter = signature.parameters.as_ref().unwrap().get(help.active_parameter.unwrap() as usize)?;
        let ParameterLabel::LabelOffsets([start, end]) = parameter.label else { panic!() };
        Some(signature.label[start as usize..end as usize].into())
    }

    #[test]
    fn the_parameter_under_the_cursor() {
        assert_eq!(active("agent(|").unwrap(), "prompt: string");
        assert_eq!(active("agent('x', { model: '|' })").unwrap(), "options?: AgentOptions");
        assert_eq!(
            active("pipeline(xs, a, b, |)").unwrap(),
            "...stages: Array<(prev, item: T, index: number) => unknown>"
        );
        assert_eq!(active("rlm({ question: '|' })").unwrap(), "options: RlmOptions");
        assert_eq!(active("parallel([() => { | }])"), None);
        assert_eq!(active("other(|)"), None);
    }
}

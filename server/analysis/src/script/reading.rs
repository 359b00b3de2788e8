//! What the parser says of a text as it is, and the script that comes of it.

use std::sync::{Arc, OnceLock};

use super::{Meta, Pragmas, Script, Tree, explain, parser, prescan, recover};
use crate::{
    carry::{Carry, Places, TextEdit},
    text::{LineIndex, Span},
};

/// A text that was parsed.
pub(crate) struct Reading {
    script: Script,
    /// It has no tree, and nothing forbids to look for that of a part of it.
    is_broken: bool,
}

impl Reading {
    /// Parses `text`.
    pub(crate) fn of(text: Arc<str>) -> Reading {
        let lines = LineIndex::new(&text);
        let pragmas = Pragmas::read(&text, &lines);
        let (module, tree, errors) = (OnceLock::from(None), Tree::None, vec![]);
        let (meta, blank, comments, prose) = (None, None, vec![], vec![]);
        let mut script = Script { text, lines, module, tree, errors, meta, pragmas, blank, comments, prose };
        match prescan::prescan_noting(&script.text) {
            Ok(prose) => script.prose = prose,
            Err(error) => {
                script.errors.push(error);
                return Reading { script, is_broken: false };
            }
        }
        let parsed = parser::parse(&script.text);
        script.errors = explain::explain(&script.text, &parsed.errors);
        script.comments = parsed.comments;
        let is_broken = parsed.module.is_none();
        if let Some(module) = parsed.module {
            script.meta = Meta::read(&module);
            script.module = OnceLock::from(Some(Arc::new(module)));
            script.tree = Tree::Whole;
        }
        Reading { script, is_broken }
    }

    /// The script; where the text as it is has no tree, with that of what is not broken. It came from editing `last`.
    pub(crate) fn recovered(self, last: Option<&Script>) -> Script {
        let Reading { mut script, is_broken } = self;
        if !is_broken {
            return script;
        }
        let found = recover::recover(&script.text, &script.lines, &script.errors, last.map(|last| &*last.text));
        if let Some(recover::Recovered { module, blanked, blank }) = found {
            script.meta = Meta::read(&module);
            script.module = OnceLock::from(Some(Arc::new(module)));
            script.tree = Tree::Recovered { blanked };
            script.blank = blank;
        }
        script
    }

    /// The text.
    pub(crate) fn text(&self) -> &Arc<str> {
        &self.script.text
    }

    /// What was typed since `broken`, where both texts, which came from editing `whole`, are recovered by leaving out the same line, and so
    /// have the same tree at other places.
    pub(crate) fn typed(&self, broken: &Script, whole: &Script) -> Option<Typed> {
        let (script, was) = (&self.script, broken.blank.filter(|_| self.is_broken)?);
        let line = recover::typed(&script.text, &script.lines, &whole.text)?;
        let (from, old, new) = (was.start as usize, &*broken.text, &*script.text);
        if line.start != was.start
            || line.slice(new).contains(recover::LINE_ENDS)
            || old.get(..from)? != new.get(..from)?
            || old.get(was.end as usize..)? != new.get(line.end as usize..)?
        {
            return None;
        }
        let edit = TextEdit::between_characters(old, new);
        let way = Carry::from(edit);
        let (mut meta, mut pragmas) = (broken.meta.clone(), broken.pragmas.clone());
        if !meta.survives(&way) || !pragmas.survives(&way) {
            return None;
        }
        meta.follow(&way);
        pragmas.follow(&way);
        (pragmas == script.pragmas).then_some(Typed { edit, line, meta })
    }

    /// The script without the line that is being typed.
    pub(crate) fn without(self, typed: Typed) -> Script {
        let Typed { edit: _, line, meta } = typed;
        let (tree, blank) = (Tree::Recovered { blanked: vec![line] }, Some(line));
        Script { meta, module: OnceLock::new(), blank, tree, ..self.script }
    }
}

/// An edit of a line that is left out.
pub(crate) struct Typed {
    /// The edit.
    pub(crate) edit: TextEdit,
    /// The line as it is now.
    line: Span,
    meta: Option<Meta>,
}

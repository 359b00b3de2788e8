//! `callsheet.ask`: a question about a file, a selection or a folder, answered by a recursive language model. To an editor its run is as any.

use std::path::{Path, PathBuf};

use runtime::rlm::{ContextFile, Folder, Question};
use serde_json::Value;
use tokio::sync::oneshot;
use tower_lsp::jsonrpc::Result;

use crate::{
    commands::Target,
    execute::{Answer, refusal},
    owner::{Mailbox, Owner},
    run::{confirm, documents, manager::Subject, start::Order, view::Kind},
    workspace::path_of,
};

/// What agrees to a question that is asked about.
const ASK: &str = "Ask";

impl Owner {
    /// `callsheet.ask`: answers with the run's id once it has started, or with null where the person was asked and would not.
    pub(crate) fn ask(&mut self, target: Target) -> Result<Answer> {
        self.is_trusted()?;
        let uri = target.uri.ok_or_else(|| refusal("This command needs the `uri` of what is asked about."))?;
        let question = target.question.map(|question| question.trim().to_owned()).unwrap_or_default();
        if question.is_empty() {
            return Err(refusal("This command needs a `question`."));
        }
        let path = path_of(&uri);
        if path.is_none() && target.text.is_none() {
            return Err(refusal(format!("{} is no file: give its `text`.", uri.as_str())));
        }
        let folder = documents::project(&uri, &self.client.folders).unwrap_or_else(std::env::temp_dir);
        let asked = Asked { path, text: target.text, keep: folder.join(".callsheet").join("asked") };
        let runs_dir = documents::runs_dir(&uri, &self.client.folders);
        let (settings, workspace) = (self.settings.clone(), self.workspace.clone());
        let (outbox, mailbox) = (self.outbox.clone(), self.mailbox.clone());
        let (reply, answer) = oneshot::channel();
        tokio::spawn(async move {
            let context = tokio::task::spawn_blocking(move || asked.context()).await;
            let order = context.unwrap_or_else(|e| Err(e.to_string())).and_then(|context| {
                let spec = Question::about(question.as_str(), vec![context]).run(runs_dir);
                Order::new(spec, &settings.model, &settings, &workspace, folder)
            });
            let order = match order {
                Ok(order) => order,
                Err(message) => return drop(reply.send(Err(refusal(message)))),
            };
            if !confirm::agreed(&outbox, confirm::about(&order, &settings), ASK).await {
                return drop(reply.send(Ok(Value::Null)));
            }
            let subject = Subject::ours(Kind::Question, uri, &question, &order.spec);
            let Some(mailbox) = mailbox.upgrade() else { return };
            Mailbox::from(mailbox).tell(move |owner| owner.begin(subject, order, reply));
        });
        Ok(Answer::Later(answer))
    }
}

/// What a question is about.
struct Asked {
    /// A file or a folder.
    path: Option<PathBuf>,
    /// What an editor has of it: a selection, or a text that is not saved.
    text: Option<String>,
    /// Where texts are kept that are in no file.
    keep: PathBuf,
}

impl Asked {
    /// The file whose text is the context. It reads and writes files.
    fn context(&self) -> std::result::Result<ContextFile, String> {
        let name = self.path.as_deref().and_then(Path::file_name).unwrap_or("untitled".as_ref()).to_string_lossy();
        let context = match (&self.text, &self.path) {
            (Some(text), _) => ContextFile::keep(&self.keep, &name, text),
            (None, Some(folder)) if folder.is_dir() => Folder::open(folder, &self.keep).map(|folder| folder.context),
            (None, Some(file)) => ContextFile::open(file),
            (None, None) => return Err("There is nothing to ask about.".into()),
        };
        context.map_err(|error| format!("{error}."))
    }
}

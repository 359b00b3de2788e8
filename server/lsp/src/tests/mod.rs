//! Whole conversations, and the helpers of the features' own tests.

use serde_json::Value;
use tower_lsp::{LspServiceBuilder, jsonrpc::Result, ls_types::CodeLensParams};

use crate::server::Slot;

mod arguments;
mod asking;
mod client;
mod conversation;
mod draw;
mod reliability;
mod resuming;
mod running;
mod simulating;
mod typing;
mod writing;

pub(crate) use client::TestClient;
pub(crate) use draw::{Script, draw_hints, draw_ranges, ran};

/// Methods that only tests can call.
pub(crate) fn add_methods(service: LspServiceBuilder<Slot>) -> LspServiceBuilder<Slot> {
    service
        .custom_method("callsheet/test/text", Slot::test_text)
        .custom_method("callsheet/test/goesOn", Slot::test_goes_on)
        .custom_method("callsheet/test/panicInOwner", Slot::test_panic_in_owner)
        .custom_method("callsheet/test/panicInFeature", Slot::test_panic_in_feature)
}

impl Slot {
    async fn test_text(&self, params: CodeLensParams) -> Result<Value> {
        let uri = params.text_document.uri;
        self.ask(move |owner| Ok(owner.documents.get(&uri).map(|document| document.text.to_string()).into())).await
    }

    /// Whether a script's analysis goes on from an earlier one.
    async fn test_goes_on(&self, params: CodeLensParams) -> Result<Value> {
        Ok(self.read(params.text_document.uri, |script| script.known.goes_on()).await?.into())
    }

    async fn test_panic_in_owner(&self, _: CodeLensParams) -> Result<Value> {
        self.ask(|_| panic!("a test asked for this")).await
    }

    async fn test_panic_in_feature(&self, params: CodeLensParams) -> Result<Value> {
        let panics = self.read(params.text_document.uri, |_| panic!("a test asked for this"));
        panics.await.map(|_: Option<()>| Value::Null)
    }
}

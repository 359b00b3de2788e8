//! Scripts written by a provider.

use super::{PROVIDERS, called};
use crate::{
    cli::{folder, script},
    faults::{
        server::{Deed, Server},
        wires::{INPUT, OUTPUT},
    },
};

const TASK: &str = "Sag \"hallo\"  zu allen ";

#[tokio::test(flavor = "multi_thread")]
async fn every_provider_is_told_the_language_and_what_is_wrong() {
    for provider in PROVIDERS {
        let server = Server::start(|asked| {
            let options = if asked.prompt == TASK { "shcema: {}" } else { "label: 'hello', model: 'haiku'" };
            Deed::Answer(format!("```js\n{}```", script(&format!("return await agent('Say hello', {{ {options} }})"))))
        })
        .await;
        let (folder, name) = (folder(&[]), provider.name);
        let model = format!("{name}:sonnet");
        let arguments = ["write", TASK, "--model", &model, "--output", "sample.workflow.js", "--json"];
        let variables = [(provider.key, "sk-planted-4711"), (provider.base, server.base.as_str())];
        let written = called(folder.path(), &arguments, &variables).await;
        assert_eq!(written.code, 0, "{name}: {}{}", written.err, written.out);
        let last = written.json_lines().pop().unwrap_or_default();
        let saved = std::fs::read_to_string(folder.path().join("sample.workflow.js")).expect("it is saved");
        assert_eq!(last["script"], saved.as_str(), "{name}");
        assert!(saved.contains("label: 'hello'"), "{name}: {saved}");
        let asked = server.asked();
        assert_eq!((asked.len(), asked[0].prompt.as_str()), (2, TASK), "{name}: the task, verbatim");
        assert!(asked[1].prompt.contains("did you mean `schema`?"), "{name}: {}", asked[1].prompt);
        for asked in &asked {
            let system = asked.wire.system(&asked.body).unwrap_or_default();
            assert!(system.contains("declare function agent("), "{name}: {system}");
            assert!(system.contains("saved as `sample.workflow.js`"), "{name}: {system}");
            assert!(asked.wire.schema(&asked.body).is_null(), "{name}: the script comes as text");
        }
        let usage = &last["totals"]["usage"];
        assert_eq!((usage["input"].as_u64(), usage["output"].as_u64()), (Some(2 * INPUT), Some(2 * OUTPUT)), "{name}");
        assert!(last["totals"]["usd"].as_f64() > Some(0.0), "{name}: {last}");
    }
}

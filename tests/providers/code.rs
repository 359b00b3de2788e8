//! Cells of a recursive language model, by the call of a tool.

use serde_json::json;

use super::{PROVIDERS, called, events};
use crate::{
    cli::folder,
    faults::server::{Deed, Server},
};

#[tokio::test(flavor = "multi_thread")]
async fn cells_come_by_the_call_of_a_tool_where_there_is_one_and_in_blocks_where_not() {
    for provider in PROVIDERS {
        let server =
            Server::start(|asked| match (asked.wire.tool(&asked.body), asked.wire.model(&asked.head, &asked.body)) {
                (Some("repl"), model) if model == "plain" => Deed::Refuse("plain does not support tools".into()),
                (Some("repl"), _) => Deed::Code("const s = '```'\nsubmit(s + await llm_query('part'))".into()),
                (None, _) if asked.prompt == "part" => Deed::Answer("read".into()),
                (None, _) if asked.prompt.contains("== Turn 2/") => {
                    Deed::Answer("```repl\nsubmit('in a block')\n```".into())
                }
                (None, _) => Deed::Answer("```repl\nprint(1)\n```".into()),
                (Some(_), _) => Deed::HangUp,
            })
            .await;
        let folder = folder(&[("a.txt", "A line.\n")]);
        for (model, answer, requests) in [("able", "```read", 2), ("plain", "in a block", 3)] {
            let before = server.asked().len();
            let model = format!("{}:{model}", provider.name);
            let variables = [(provider.key, "sk-planted-4711"), (provider.base, server.base.as_str())];
            let ran =
                called(folder.path(), &["rlm", "--context", "a.txt", "Why?", "--json", "--model", &model], &variables)
                    .await;
            let last = ran.json_lines().pop().unwrap_or_default();
            assert_eq!(last["result"], json!(answer), "{model}: {}{last}", ran.err);
            assert_eq!(
                server.asked().len() - before,
                requests,
                "{model}: what refused tools once is offered none again"
            );
            assert!(events(&ran, "cell").iter().all(|cell| cell["ok"] == json!(true)), "{model}");
        }
    }
}

//! Each wire format: what is sent, what comes back, what it costs.

use analysis::{prices, units::Usage};
use serde_json::json;

use super::{PROVIDERS, events, on};
use crate::{
    cli::{folder, script},
    faults::{
        server::{Deed, Server},
        wires::{INPUT, OUTPUT},
    },
};

const BODY: &str = r#"
const schema = { type: 'object', required: ['n'], additionalProperties: false,
  properties: { n: { type: 'integer', minimum: 3 } } }
const text = await agent('wörd `for` "wörd"\n\ttwice ')
const shaped = await agent('shape', { schema, model: 'haiku', effort: 'max' })
return { text, shaped }
"#;

#[tokio::test(flavor = "multi_thread")]
async fn every_provider_answers_mends_and_is_accounted_for() {
    for provider in PROVIDERS {
        let server = Server::start(|asked| match asked.prompt.as_str() {
            "shape" => Deed::Answer(json!({"n": 1}).to_string()),
            prompt if prompt.starts_with("Your last answer did not satisfy") => {
                Deed::Answer(json!({"n": 7}).to_string())
            }
            prompt => Deed::Answer(format!("re: {prompt}")),
        })
        .await;
        let folder = folder(&[("a.workflow.js", &script(BODY))]);
        let ran = on(&server, &provider, "sonnet", folder.path(), &[]).await;
        let name = provider.name;
        let last = ran.json_lines().pop().unwrap_or_default();
        assert_eq!(ran.code, 0, "{name}: {}{last}", ran.err);
        let prompt = "wörd `for` \"wörd\"\n\ttwice ";
        assert_eq!(last["result"], json!({"text": format!("re: {prompt}"), "shaped": {"n": 7}}), "{name}");

        let asked = server.asked();
        assert_eq!(asked.len(), 3, "{name}");
        let [plain, shaped, mended] = [0, 1, 2].map(|i| (asked[i].wire, &asked[i].body));
        assert!(asked.iter().all(|a| a.wire == provider.wire), "{name}");
        assert!(asked[0].head.contains("sk-planted-4711"), "{name}");
        let (wire, body) = plain;
        let turns: Vec<_> = wire.turns(body).into_iter().filter(|(role, _)| role != "system").collect();
        assert_eq!(turns, [("user".to_owned(), prompt.to_owned())], "{name}: the prompt, verbatim, and nothing else");
        assert_eq!(wire.system(body), None, "{name}: nothing to add");
        let (wire, body) = shaped;
        assert_eq!(wire.schema(body)["type"], "object", "{name}: the provider's own way: {body}");
        assert!(wire.effort(body).is_string(), "{name}: {body}");
        let (wire, body) = mended;
        let turns: Vec<_> = wire.turns(body).into_iter().filter(|(role, _)| role != "system").collect();
        assert_eq!(turns[0].1, "shape", "{name}: the first turn stays as it is");
        assert_eq!(turns[1].1, "{\"n\":1}", "{name}");
        assert!(turns[2].1.contains("/n: 1 is less than the minimum of 3"), "{name}: {}", turns[2].1);

        let models: Vec<String> = asked.iter().map(|a| a.wire.model(&a.head, &a.body)).collect();
        let [first, second] = [&models[0], &models[1]];
        let started = &events(&ran, "runStarted")[0];
        assert_eq!(
            (&started["simulated"], &started["provider"], &started["model"]),
            (&json!(false), &json!(name), &json!(first))
        );
        let done = events(&ran, "agentDone");
        assert_eq!((&done[0]["model"], &done[1]["model"]), (&json!(first), &json!(second)), "{name}: who answered");

        let totals = &last["totals"];
        assert_eq!(
            (&totals["usage"]["input"], &totals["usage"]["output"]),
            (&json!(3 * INPUT), &json!(3 * OUTPUT)),
            "{name}"
        );
        let one = Usage {
            input: analysis::units::Tokens(INPUT),
            output: analysis::units::Tokens(OUTPUT),
            ..Usage::default()
        };
        let cost: Option<f64> = models.iter().map(|model| prices::cost(model, &one).map(|usd| usd.0)).sum();
        match cost {
            Some(cost) => {
                assert!((totals["usd"].as_f64().unwrap_or_default() - cost).abs() < 1e-12, "{name}: {totals}")
            }
            None => assert_eq!(totals["unpriced"], json!(3), "{name}: unknown is not nothing"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_five_answers_off_the_schema_the_script_gets_an_exception() {
    let body = "const schema = { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } }\n\
                try { await agent('shape', { schema }) } catch (error) { return error.message }";
    for provider in PROVIDERS {
        let server = Server::start(|_| Deed::Answer("Certainly! It is seven.".into())).await;
        let folder = folder(&[("a.workflow.js", &script(body))]);
        let ran = on(&server, &provider, "tiny", folder.path(), &[]).await;
        let last = ran.json_lines().pop().expect("a result");
        let told = "no answer satisfied the schema in 5 attempts; the last one: the answer holds no JSON object";
        assert_eq!((last["result"].as_str(), server.asked().len()), (Some(told), 5), "{}", provider.name);
        let system = server.asked().pop().and_then(|a| a.wire.system(&a.body).map(str::to_owned));
        assert!(system.is_some_and(|s| s.contains("JSON Schema")), "{}: told in words too", provider.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_may_name_a_model_of_another_provider() {
    let server = Server::start(|asked| Deed::Answer(format!("{:?}", asked.wire))).await;
    let body =
        "return [await agent('a'), await agent('b', { model: 'gemini:haiku' }), await agent('c', { model: 'cheap' })]";
    let folder = folder(&[("a.workflow.js", &script(body))]);
    let variables = [
        ("ANTHROPIC_BASE_URL", server.base.as_str()),
        ("GOOGLE_GEMINI_BASE_URL", server.base.as_str()),
        ("OPENAI_BASE_URL", server.base.as_str()),
    ];
    let arguments = ["--json", "--model", "anthropic:opus", "--alias", "cheap=openai-compatible:qwen3:8b"];
    let ran = super::run(folder.path(), &arguments, &variables).await;
    let last = ran.json_lines().pop().expect("a result");
    assert_eq!(last["result"], json!(["Anthropic", "Gemini", "Chat"]), "{}{last}", ran.err);
    let named: Vec<_> = events(&ran, "agentQueued").into_iter().map(|e| e["model"].clone()).collect();
    assert_eq!(named, ["claude-opus-5-5", "gemini:gemini-3.5-flash-lite", "openai-compatible:qwen3:8b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_says_once_that_nothing_is_isolated_over_http() {
    let server = Server::start(|_| Deed::Answer("done".into())).await;
    let body = "await agent('plain')\n\
                for (const p of ['a', 'b']) await agent(p, { isolation: 'worktree' })";
    let folder = folder(&[("a.workflow.js", &script(body))]);
    let ran = on(&server, &PROVIDERS[0], "tiny", folder.path(), &[]).await;
    let warnings = events(&ran, "warning");
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let told = warnings[0]["message"].as_str().expect("words");
    assert!(told.starts_with("call \"a\": isolation 'worktree' does nothing here"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_see_what_was_spent_and_by_whom() {
    let server = Server::start(|_| Deed::Answer("hello".into())).await;
    let folder = folder(&[("a.workflow.js", &script("return await agent('hi')"))]);
    let arguments = ["--model", "anthropic:sonnet"];
    let ran = super::run(folder.path(), &arguments, &[("ANTHROPIC_BASE_URL", &server.base)]).await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(!ran.out.contains("simulated") && !ran.out.contains("nothing spent"), "{}", ran.out);
    assert!(ran.out.contains(" tokens   15; estimated"), "{}", ran.out);
}

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::PathBuf,
};

use analysis::{
    estimate::would_cost_at,
    prices::{self, Tier},
    units::Usage,
};
use serde_json::{Value, json};

use super::{answer, call, folder, program, script};

#[test]
fn prices_are_listed_with_their_day_source_and_licence() {
    let folder = folder(&[]);
    let listed = call(folder.path(), &["prices", "--json"]).json();
    assert!(listed["models"].as_array().is_some_and(|models| models.len() > 50));
    assert!(listed["licence"].as_str().is_some_and(|text| text.starts_with("The MIT License")), "{listed}");
    let opus = call(folder.path(), &["prices", "opus", "--json"]).json();
    assert_eq!(opus["models"].as_array().map(Vec::len), Some(1), "the model the name means");
    assert_eq!([&opus["models"][0]["id"], &opus["models"][0]["own"]], [&json!("claude-opus-5-5"), &json!(false)]);
    let some = call(folder.path(), &["prices", "haiku-"]).out;
    assert!(some.contains("claude-haiku-5-5") && some.contains("List prices of 2026-"), "{some}");
    let none = call(folder.path(), &["prices", "no-such-model"]);
    assert_eq!(none.code, 2);
}

#[test]
fn prices_of_ones_own_stand_before_the_tables() {
    let body = "await agent('Check it.', { model: 'local-llama' })";
    let prices = r#"{"local-llama": {"input": 0, "output": 1000000}}"#;
    let folder =
        folder(&[("a.workflow.js", &script(body)), ("prices.json", prices), ("bad.json", r#"{"x": {"input": 1}}"#)]);
    let at = |arguments: &[&str]| call(folder.path(), arguments);
    let without = at(&["plan", "a.workflow.js", "--json"]).json();
    assert_eq!([&without["usd"]["likely"], &without["ownPrice"]], [&json!(null), &json!(false)]);
    let with = at(&["plan", "a.workflow.js", "--json", "--prices", "prices.json"]).json();
    assert_eq!([&with["usd"]["likely"], &with["ownPrice"]], [&json!(300.0), &json!(true)]);
    assert_eq!(without["prices"]["models"]["local-llama"], json!(null));
    assert_eq!(with["prices"]["models"]["local-llama"], "local-llama", "{with}");
    let sheet = at(&["plan", "a.workflow.js", "--prices", "prices.json"]).out;
    assert!(sheet.contains("local-llama, your price"), "{sheet}");

    let ran = at(&["run", "a.workflow.js", "--latency", "0", "--prices", "prices.json"]).out;
    assert!(ran.contains("at your prices"), "{ran}");
    let events = at(&["run", "a.workflow.js", "--latency", "0", "--prices", "prices.json", "--json"]).json_lines();
    let totals = &events.last().expect("a result")["totals"];
    assert_eq!(totals["usd"].as_f64(), totals["usage"]["output"].as_f64(), "a dollar a token");
    let report = |more: &[&str]| {
        assert_eq!(at(&[&["report", "last", "--output", "page.html"], more].concat()).code, 0);
        fs::read_to_string(folder.path().join("page.html")).expect("a page")
    };
    assert!(
        report(&["--prices", "prices.json"]).contains(r#""ownPrice":true"#),
        "a run is held against what it was to cost"
    );
    assert!(report(&[]).contains(r#""ownPrice":false"#));

    at(&["run", "a.workflow.js", "--latency", "0", "--max-agents", "0"]);
    let preview = at(&["resume", "last", "--max-agents", "1", "--prices", "prices.json", "--preview"]).out;
    assert!(
        preview.contains(" cost    nothing is spent: simulated; your prices where it says so, else list"),
        "{preview}"
    );

    let bad = at(&["plan", "a.workflow.js", "--prices", "bad.json"]);
    assert_eq!(bad.code, 2);
    assert!(bad.err.contains("bad.json: `x` takes dollars per million tokens"), "{}", bad.err);
}

/// What a project publishes, on loopback: answers every request with the file in `served` as it is at that time.
fn publisher(served: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
    let url = format!("http://{}/data.json", listener.local_addr().expect("its address"));
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = BufReader::new(stream.try_clone().expect("a socket")).lines();
            while request.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let answer = match fs::read(&served) {
                Ok(body) => {
                    [format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes(), &body].concat()
                }
                Err(_) => b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec(),
            };
            // Err: the client hung up, which is its right.
            let _ = stream.write_all(&answer);
        }
    });
    url
}

/// The table in this program as the project would publish it.
fn published() -> Value {
    let providers = ["anthropic", "openai", "google"].map(|provider| {
        let models = prices::table().models.iter().filter(|model| model.provider == provider).map(|model| {
            let names = model.names.iter().map(|name| json!({"starts_with": format!("{name}-")}));
            let names: Vec<Value> = names.chain([json!({"equals": model.id}), json!({"regex": "^x$"})]).collect();
            let amount = |kind: &dyn Fn(&Tier) -> Option<f64>| match &model.tiers[..] {
                [only] => json!(kind(only)),
                [first, rest @ ..] => {
                    let rest = rest.iter().map(|tier| json!({"start": tier.above, "price": kind(tier)}));
                    json!({"base": kind(first), "tiers": rest.collect::<Vec<_>>()})
                }
                [] => Value::Null,
            };
            let cached = |kind: &dyn Fn(&Tier) -> Option<f64>| model.tiers[0].cache_read.and(Some(amount(kind)));
            json!({"id": model.id, "match": {"or": names}, "description": "A model", "prices": {
                "input_mtok": amount(&|t| Some(t.input)), "output_mtok": amount(&|t| Some(t.output)),
                "cache_read_mtok": cached(&|t| t.cache_read),
                "cache_write_mtok": model.tiers[0].cache_write.map(|_| amount(&|t| t.cache_write)),
            }})
        });
        json!({"id": provider, "name": provider, "models": models.collect::<Vec<_>>()})
    });
    json!(providers)
}

/// A model of what is published.
fn model<'v>(published: &'v mut Value, id: &str) -> &'v mut Value {
    let models = published.as_array_mut().expect("providers").iter_mut();
    let models = models.flat_map(|provider| provider["models"].as_array_mut().expect("models"));
    models.into_iter().find(|model| model["id"] == id).expect("it is there")
}

#[test]
fn an_update_says_what_it_changes_and_holds_until_it_is_taken_back() {
    let folder = folder(&[("a.workflow.js", &script("await agent('Check it.', { model: 'opus' })"))]);
    let served = folder.path().join("data.json");
    let url = publisher(served.clone());
    let at = |arguments: &[&str]| {
        answer(program(folder.path()).env("XDG_DATA_HOME", folder.path()).args(arguments).output().expect("it starts"))
    };
    let update = || at(&["prices", &format!("--update={url}")]);
    let publish = |value: &Value| fs::write(&served, value.to_string()).expect("a file");

    publish(&published());
    let same = update();
    assert_eq!(same.code, 0, "{}", same.err);
    assert!(same.out.contains(": nothing has changed since those of 2026-"), "{}", same.out);

    let mut newer = published();
    // Of several prices the last one that holds by now; what comes later is for a later update.
    model(&mut newer, "claude-opus-5-5")["prices"] = json!([
        {"prices": {"input_mtok": 4, "output_mtok": 20}},
        {"constraint": {"start_date": "2026-11-01"}, "prices": {"input_mtok": 4.5, "output_mtok": 21}},
        {"constraint": {"start_date": "2999-01-01"}, "prices": {"input_mtok": 9, "output_mtok": 90}},
    ]);
    model(&mut newer, "claude-opus-5")["deprecated"] = json!(true);
    let models = newer[0]["models"].as_array_mut().expect("models");
    models.push(json!({"id": "claude-opus-9", "match": {"equals": "claude-opus-9"}, "prices": {"input_mtok": 1, "output_mtok": 2}}));
    publish(&newer);
    let updated = update();
    for line in [
        " claude-opus-5-5: 4 in, 20 out → 4.5 in, 21 out\n",
        " claude-opus-5: gone, was ",
        " claude-opus-9: new, 1 in, 2 out\n",
        ": 3 models changed since those of 2026-",
    ] {
        assert!(updated.out.contains(line), "{line:?}: {}", updated.out);
    }
    let day = runtime::today();
    let sheet = at(&["plan", "a.workflow.js"]).out;
    assert!(sheet.contains(&format!("list prices of {day} (http://")), "the basis is the update: {sheet}");
    let opus = at(&["prices", "opus", "--json"]).json();
    assert_eq!((opus["asOf"].as_str(), opus["models"][0]["tiers"][0]["input"].as_f64()), (Some(&*day), Some(4.5)));
    let run = at(&["run", "a.workflow.js", "--latency", "0", "--json"]).json_lines();
    let totals = &run.last().expect("a result")["totals"];
    let usage: Usage = serde_json::from_value(totals["usage"].clone()).expect("a usage");
    let prices = prices::OwnPrices::read(&json!({"opus": {"input": 4.5, "output": 21}})).expect("prices");
    let usd = would_cost_at(&prices, "opus", &usage).map(|usd| usd.0);
    assert_eq!(totals["usd"].as_f64(), usd, "what a run costs goes by it: {totals}");

    assert!(at(&["prices", "--reset"]).out.contains(" hold again"));
    assert!(at(&["prices", "--reset"]).out.contains(" hold already"));
    let own = at(&["prices", "opus", "--json"]).json();
    assert_eq!(own["models"][0]["tiers"][0]["input"].as_f64(), Some(4.0));
}

#[test]
fn what_is_no_table_to_go_by_changes_nothing() {
    let folder = folder(&[]);
    let served = folder.path().join("data.json");
    let url = publisher(served.clone());
    let at = |arguments: &[&str]| {
        answer(program(folder.path()).env("XDG_DATA_HOME", folder.path()).args(arguments).output().expect("it starts"))
    };
    let told = |text: &str| {
        fs::write(&served, text).expect("a file");
        let refused = at(&["prices", &format!("--update={url}")]);
        assert_eq!((refused.code, refused.err.lines().count()), (2, 1), "{}", refused.err);
        assert!(refused.err.trim_end().ends_with(". The list prices stay those of 2026-11-25"), "{}", refused.err);
        refused.err.replace(&url, "URL")
    };
    let mut missing = published();
    model(&mut missing, "claude-sonnet-5-5")["prices"] = json!({"input_mtok": 1});
    let mut absurd = published();
    model(&mut absurd, "claude-opus-5")["prices"]["output_mtok"] = json!(-1);
    let mut odd = published();
    model(&mut odd, "claude-opus-5")["prices"] = json!("free");
    for (text, why) in [
        ("<html>", "it is no JSON"),
        ("{}", "it is no list of providers"),
        ("[]", "it has 0 models, and there were "),
        (&missing.to_string(), "it has no price for claude-sonnet-5-5, which `sonnet` means"),
        (&absurd.to_string(), "claude-opus-5 costs -1 dollars per million tokens"),
        (&odd.to_string(), "provider anthropic: "),
    ] {
        let told = told(text);
        assert!(told.starts_with("error: what URL gave is not used: ") && told.contains(why), "{told}");
    }
    fs::remove_file(&served).expect("it was there");
    let gone = at(&["prices", &format!("--update={url}")]);
    assert!(gone.err.starts_with(&format!("error: cannot fetch {url}: HTTP 404. ")), "{}", gone.err);
    let offline = at(&["prices", "--update=http://127.0.0.1:9/data.json"]);
    assert!(offline.err.starts_with("error: cannot fetch http://127.0.0.1:9/data.json: "), "{}", offline.err);
    assert!(!folder.path().join("callsheet").exists(), "nothing is kept");

    fs::create_dir(folder.path().join("callsheet")).expect("a folder");
    fs::write(folder.path().join("callsheet/prices.json"), "{").expect("a file");
    let broken = at(&["prices", "opus"]);
    assert_eq!(broken.code, 2);
    assert!(
        broken.err.contains("no JSON") && broken.err.contains("`callsheet prices --reset` removes them"),
        "{}",
        broken.err
    );
    assert!(at(&["prices", "--reset"]).out.contains(" hold again"));
    assert_eq!(at(&["prices", "opus"]).code, 0);
}

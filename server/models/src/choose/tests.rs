use super::*;

fn options(variables: &'static [(&str, &str)]) -> Options {
    let find = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
    Options { environment: Environment::of(find), folder: ".".into(), ..Options::default() }
}

fn refused(name: &str, options: &Options, named: &[&str]) -> String {
    choose(name, options, named.iter().copied()).unwrap_err().to_string()
}

#[test]
fn without_a_key_nothing_begins_and_the_message_says_how_to_set_one() {
    assert_eq!(
        refused("anthropic:sonnet", &options(&[]), &[]),
        "anthropic:claude-sonnet-5-5 needs a key: set ANTHROPIC_API_KEY, or let a command print it with CALLSHEET_KEY_COMMAND \
         or the setting `callsheet.run.keyCommand`"
    );
    let openai = &[("OPENAI_API_KEY", "sk-planted")];
    assert!(choose("openai:sonnet", &options(openai), ["haiku"]).is_ok());
    let other = refused("openai:sonnet", &options(openai), &["gemini:sonnet"]);
    assert!(other.starts_with("gemini:gemini-3.8-flash needs a key: set GEMINI_API_KEY"), "{other}");
}

#[test]
fn a_server_of_one_s_own_needs_no_key() {
    assert!(choose("openai-compatible:tiny", &options(&[("OPENAI_BASE_URL", "http://127.0.0.1:1")]), []).is_ok());
    let here = Options { base_url: Some("http://127.0.0.1:1".into()), ..options(&[]) };
    assert!(choose("anthropic:tiny", &here, []).is_ok());
}

#[test]
fn a_command_may_print_the_key() {
    let with = |line: &str| Options { key_command: Some(line.into()), ..options(&[]) };
    assert!(choose("gemini:sonnet", &with("echo sk-planted"), []).is_ok());
    let failed = refused("gemini:sonnet", &with("echo sk-planted; exit 1"), &[]);
    assert_eq!(
        failed,
        "gemini:gemini-3.8-flash needs a key, and the command for the key failed (exit status: 1); set GEMINI_API_KEY, or \
         mend the command"
    );
}

#[test]
fn a_script_cannot_choose_a_program() {
    let options = options(&[("OPENAI_API_KEY", "sk-planted")]);
    for asked in ["command:touch /tmp/x", "acp:claude"] {
        let refused = refused("openai:opus", &options, &[asked]);
        assert!(refused.contains("only a person can choose"), "{refused}");
    }
    assert!(choose("simulated", &options, ["command:x"]).is_ok(), "nothing is asked there");
}

#[test]
fn agents_are_known_by_name() {
    let refused = refused("acp:opencod", &options(&[]), &[]);
    assert!(refused.starts_with("there is no agent \"opencod\"; did you mean `acp:opencode`?"), "{refused}");
    assert!(choose("acp:./my-agent --acp", &options(&[]), []).is_ok());
}

#[test]
fn real_answers_cost_the_list_price_of_the_model_in_force() {
    let chosen = choose("openai:opus", &options(&[("OPENAI_API_KEY", "k")]), []).unwrap();
    let usage = Usage { output: analysis::units::Tokens(1_000_000), ..Usage::default() };
    assert_eq!(chosen.default_model().as_deref(), Some("gpt-6.1-sol"));
    assert_eq!(chosen.cost("gpt-6.1-sol", &usage), Some(Usd(10.0)));
    assert_eq!(chosen.cost("gemini:gemini-4-argon", &usage), Some(Usd(10.0)));
    assert_eq!(chosen.cost("my-own", &usage), None);
    let command = choose("command:claude -p", &options(&[]), []).unwrap();
    assert_eq!(command.cost("sonnet", &usage), None, "only the command knows what it costs");
}

#[test]
fn a_cap_is_a_number_for_a_provider_that_there_is() {
    let capped =
        |word: &str, cap| Options { caps: [(word.to_owned(), cap)].into(), ..options(&[("OPENAI_API_KEY", "k")]) };
    let refused = refused("openai:opus", &capped("opanai", 3), &[]);
    assert!(refused.starts_with("there is no cap of 3 requests to \"opanai\": "), "{refused}");
    assert!(choose("openai:opus", &capped("openai", 0), []).is_err());
    let account = |asked: Option<&str>| {
        let chosen = choose("openai:opus", &capped("openai", 3), []).unwrap();
        chosen.model.account(asked).map(|account| (account.provider, account.cap))
    };
    assert_eq!((account(None), account(Some("gpt-6-luna"))), (Some(("openai", Some(3))), Some(("openai", Some(3)))));
    assert_eq!(account(Some("gemini:haiku")), None, "it has no key, and is refused before it leaves");
    assert!(choose("simulated", &capped("openai", 3), []).unwrap().model.account(None).is_none());
}

//! Runs on made-up answers, for estimates.

use std::sync::Arc;

use analysis::{Analysis, Context, estimate, units::Agents};

use super::{BUSY, META, spec};
use crate::{RunSpec, SimulationError, simulate};

fn prepared(body: &str) -> (RunSpec, Analysis, tempfile::TempDir) {
    let (mut spec, folder) = spec(body);
    spec.price = Some(Arc::new(estimate::would_cost));
    spec.concurrency = Some(2);
    let analysis = analysis::analyze(spec.source.as_str(), &Context::default());
    (spec, analysis, folder)
}

#[tokio::test]
async fn samples_say_what_each_call_and_phase_took() {
    let (spec, analysis, folder) = prepared(BUSY);
    let simulation = simulate(&spec, &analysis, 4).await.unwrap();
    assert_eq!((simulation.samples.len(), &simulation.failed), (4, &None));
    for sample in &simulation.samples {
        let [review, refute] = &sample.calls[..] else { panic!("two calls") };
        assert_eq!(review.agents, Agents(3));
        assert_eq!(sample.total.tokens, review.tokens + refute.tokens);
        assert_eq!(sample.phases, [*review, *refute]);
        assert!(sample.total.usd.is_some_and(|usd| usd.0 > 0.0));
        let (waves, all) = (sample.total.agents.0 as f64 / 2.0, sample.total.agents.0 as f64);
        assert!(sample.time.0 > waves * 2.0 && sample.time.0 < all * 20.0, "two at a time: {:?}", sample.time);
    }
    assert_ne!(simulation.samples[0], simulation.samples[1], "other seeds, other answers");
    assert_eq!(simulate(&spec, &analysis, 4).await.unwrap(), simulation);
    assert!(!folder.path().join("runs").exists(), "nothing is left on disk");
}

#[tokio::test]
async fn runs_that_fail_are_told_apart_from_those_that_end() {
    let fails_at_times = "const text = await agent('x');\nif (text.length % 2) throw new Error('odd');";
    let (spec, analysis, _folder) = prepared(fails_at_times);
    let simulation = simulate(&spec, &analysis, 12).await.unwrap();
    let (failed, error) = simulation.failed.expect("some fail");
    assert_eq!(simulation.samples.len() + failed as usize, 12);
    assert!(error.message.contains("odd") && error.at.is_some(), "{error:?}");

    let (spec, analysis, _folder) = prepared("await agent(args.what.length)");
    let error = simulate(&spec, &analysis, 12).await.unwrap_err();
    assert!(matches!(error, SimulationError::WithoutArgs { .. }), "{error}");
    let (mut spec, analysis, _folder) = prepared("await agent('x')");
    spec.source = META.into();
    spec.source += "}";
    assert!(matches!(simulate(&spec, &analysis, 12).await, Err(SimulationError::Start(_))));
}

#[tokio::test]
async fn a_recursive_model_is_simulated_like_any_other_call() {
    let body = "return await rlm({ question: 'Which?', context: 'a line\\n'.repeat(1000) })";
    let (spec, analysis, _folder) = prepared(body);
    let simulation = simulate(&spec, &analysis, 2).await.unwrap();
    assert_eq!((simulation.samples.len(), simulation.failed), (2, None));
    assert_eq!(simulation.samples[0].total.agents, Agents(3 + 4), "three turns, four parts read");
}

//! One attempt on its way: listened to, and given up where nothing comes.

use std::{
    sync::{Arc, Mutex, Once, PoisonError},
    time::Duration,
};

use models::{Answer, Listener, Model, ModelError, Request};
use tokio::time::{Instant, sleep_until};

use super::Commands;
use crate::{draft::Drafts, id::CallId};

/// Hears an answer while it is being written, and remembers when it last did.
pub(super) struct Ear {
    last: Arc<Mutex<Instant>>,
    pub(super) listener: Listener,
}

impl Ear {
    /// Tells `first` of the first that is heard, where somebody waits for it.
    pub(super) fn new(call: CallId, drafts: Arc<Drafts>, first: Option<Commands>) -> Self {
        let last = Arc::new(Mutex::new(Instant::now()));
        let (heard, once) = (last.clone(), Once::new());
        let listener = Listener::new(move |piece| {
            *heard.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
            if let Some(commands) = &first {
                once.call_once(|| commands.heard(call.0));
            }
            drafts.add(call, piece);
        });
        Self { last, listener }
    }

    fn last(&self) -> Instant {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The answer; an error once nothing has come for as long as `stall`.
pub(super) async fn listen(
    model: &dyn Model,
    request: Request,
    ear: &Ear,
    stall: Duration,
) -> Result<Answer, ModelError> {
    let mut answer = model.answer(request);
    let mut end = Instant::now() + stall;
    loop {
        tokio::select! {
            result = &mut answer => return result,
            () = sleep_until(end) => {
                end = ear.last() + stall;
                if end <= Instant::now() {
                    return Err(ModelError::Network(format!("nothing came within {stall:?}")));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use models::Reply;
    use serde_json::json;

    use super::*;

    /// Says something every 50 ms, or nothing, and answers after 200.
    struct Slow(bool);

    impl Model for Slow {
        fn answer(&self, request: Request) -> Reply<'_> {
            Box::pin(async move {
                for _ in 0..4 {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    if self.0 {
                        request.listener.alive();
                    }
                }
                Ok(Answer { value: json!("done"), ..Answer::default() })
            })
        }
    }

    #[tokio::test]
    async fn an_attempt_that_says_something_is_not_given_up() {
        let stall = Duration::from_millis(120);
        for (talks, answered) in [(true, true), (false, false)] {
            let ear = Ear::new(CallId(1), Arc::default(), None);
            let request = Request { listener: ear.listener.clone(), ..Request::default() };
            let result = listen(&Slow(talks), request, &ear, stall).await;
            assert_eq!(result.is_ok(), answered, "{result:?}");
        }
    }
}

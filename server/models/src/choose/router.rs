//! One run, several providers: a script may name a model of another one than the run's.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{ChoiceError, ModelName, Options, http};
use crate::{Model, ModelError, Reply, Request};

/// Hands each call to the provider its model belongs to.
pub(super) struct Router {
    own: Arc<dyn Model>,
    run: ModelName,
    options: Options,
    others: Mutex<HashMap<super::Provider, Arc<dyn Model>>>,
}

impl Router {
    pub(super) fn new(own: Arc<dyn Model>, run: ModelName, options: Options) -> Self {
        Self { own, run, options, others: Mutex::default() }
    }

    /// Makes sure that `name` can be asked; `asked` is how the script says it.
    pub(super) fn prepare(&self, name: &ModelName, asked: &str) -> Result<(), ChoiceError> {
        self.of(name, asked).map(drop)
    }

    fn of(&self, name: &ModelName, asked: &str) -> Result<Arc<dyn Model>, ChoiceError> {
        if name.provider == self.run.provider {
            return Ok(self.own.clone());
        }
        if !name.provider.is_http() {
            return Err(ChoiceError::ByScript(asked.to_owned()));
        }
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(model) = others.get(&name.provider) {
            return Ok(model.clone());
        }
        let model: Arc<dyn Model> = Arc::new(http(name, None, &self.options)?);
        others.insert(name.provider, model.clone());
        Ok(model)
    }
}

impl Model for Router {
    fn answer(&self, mut request: Request) -> Reply<'_> {
        Box::pin(async move {
            let name = request.model.as_deref().and_then(|model| model.parse::<ModelName>().ok());
            let model = match name {
                Some(name) => {
                    let model = self.of(&name, request.model.as_deref().unwrap_or_default());
                    request.model = Some(name.model);
                    model.map_err(|e| ModelError::Refused(e.to_string()))?
                }
                None => self.own.clone(),
            };
            model.answer(request).await
        })
    }
}

//! One run, several providers: a script may name a model of another one than the run's.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use super::{Asked, ChoiceError, ModelName, Options, http};
use crate::{Account, Model, ModelError, Reply, Request};

/// Hands each call to the provider its model belongs to.
pub(super) struct Router {
    own: Asked,
    run: ModelName,
    options: Options,
    others: Mutex<HashMap<super::Provider, Asked>>,
}

impl Router {
    pub(super) fn new(own: Asked, run: ModelName, options: Options) -> Self {
        Self { own, run, options, others: Mutex::default() }
    }

    /// Makes sure that `name` can be asked; `asked` is how the script says it.
    pub(super) fn prepare(&self, name: &ModelName, asked: &str) -> Result<(), ChoiceError> {
        self.of(name, asked).map(drop)
    }

    /// Who answers for a model of this name.
    fn asked(&self, model: Option<&str>) -> Result<Asked, ChoiceError> {
        match other(model) {
            Some(name) => self.of(&name, model.unwrap_or_default()),
            None => Ok(self.own.clone()),
        }
    }

    fn of(&self, name: &ModelName, asked: &str) -> Result<Asked, ChoiceError> {
        if name.provider == self.run.provider {
            return Ok(self.own.clone());
        }
        if !name.provider.is_http() {
            return Err(ChoiceError::ByScript(asked.to_owned()));
        }
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(asked) = others.get(&name.provider) {
            return Ok(asked.clone());
        }
        let asked = http(name, None, &self.options)?;
        others.insert(name.provider, asked.clone());
        Ok(asked)
    }
}

/// A model named with its provider.
fn other(model: Option<&str>) -> Option<ModelName> {
    model?.parse().ok()
}

impl Model for Router {
    fn answer(&self, mut request: Request) -> Reply<'_> {
        Box::pin(async move {
            let Asked { model, .. } =
                self.asked(request.model.as_deref()).map_err(|e| ModelError::Refused(e.to_string()))?;
            if let Some(name) = other(request.model.as_deref()) {
                request.model = Some(name.model);
            }
            model.answer(request).await
        })
    }

    fn account(&self, model: Option<&str>) -> Option<Account> {
        // A model that cannot be asked is refused without leaving.
        Some(self.asked(model).ok()?.account)
    }
}

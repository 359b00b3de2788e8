//! The settings of a session: its mode, its model. Agents offer them in one of two ways: newer ones as options of the session, older ones
//! each by a method of its own.

use serde_json::{Value, json};

use super::{
    peer::{Peer, Trouble},
    turn::Turn,
};

/// A session as the agent has just made it.
pub(super) struct Settings<'a> {
    pub(super) session: &'a Value,
    pub(super) peer: &'a mut Peer,
    pub(super) turn: &'a mut Turn,
}

/// What may be chosen for one setting.
struct Offer<'a> {
    /// The option's own name; `None` where it has a method of its own.
    option: Option<&'a str>,
    current: Option<&'a str>,
    values: Vec<&'a str>,
}

impl Settings<'_> {
    fn offer(&self, category: &str, [old, list, id, current]: [&str; 4]) -> Offer<'_> {
        let options = self.session["configOptions"].as_array().into_iter().flatten();
        if let Some(option) = options.into_iter().find(|option| option["category"] == category) {
            return Offer {
                option: option["id"].as_str(),
                current: option["currentValue"].as_str(),
                values: texts(&option["options"], "value"),
            };
        }
        let old = &self.session[old];
        Offer { option: None, current: old[current].as_str(), values: texts(&old[list], id) }
    }

    fn models(&self) -> Offer<'_> {
        self.offer("model", ["models", "availableModels", "modelId", "currentModelId"])
    }

    /// The model that answers, as far as the agent tells.
    pub(super) fn current_model(&self) -> Option<String> {
        self.models().current.map(str::to_owned)
    }

    /// Asks for a model, where the agent offers it, and adds a note where it does not. The model that answers, as far as the agent
    /// tells.
    pub(super) async fn model(&mut self, asked: &str, notes: &mut Vec<String>) -> Result<Option<String>, Trouble> {
        let current = self.current_model();
        let offer = self.models();
        let exact = |id: &&&str| **id == asked || id.rsplit('/').next() == Some(asked);
        let found = offer.values.iter().find(exact).or_else(|| offer.values.iter().find(|id| id.contains(asked)));
        let Some(id) = found.map(|id| (*id).to_owned()) else {
            notes.push(format!("the agent offers no model {asked:?}; its own answered"));
            return Ok(current);
        };
        let option = offer.option.map(str::to_owned);
        match self.set(option, "session/set_model", "modelId", &id).await? {
            Ok(()) => Ok(Some(id)),
            Err(why) => {
                notes.push(format!("the agent did not change to the model {asked:?}: {why}"));
                Ok(current)
            }
        }
    }

    /// Makes sure of a mode, where the agent knows it.
    pub(super) async fn mode(&mut self, mode: &str) -> Result<(), Trouble> {
        let offer = self.offer("mode", ["modes", "availableModes", "id", "currentModeId"]);
        if offer.current == Some(mode) || !offer.values.contains(&mode) {
            return Ok(());
        }
        let option = offer.option.map(str::to_owned);
        match self.set(option, "session/set_mode", "modeId", mode).await? {
            Ok(()) => Ok(()),
            // Without it the agent might act unasked.
            Err(why) => {
                Err(Trouble::Said(0, format!("it does not change to its mode {mode:?}, in which it asks: {why}")))
            }
        }
    }

    /// The inner error is the agent's reason not to.
    async fn set(
        &mut self,
        option: Option<String>,
        method: &str,
        name: &str,
        value: &str,
    ) -> Result<Result<(), String>, Trouble> {
        let mut params = json!({"sessionId": self.session["sessionId"]});
        let method = match option {
            Some(option) => {
                params["configId"] = json!(option);
                params["value"] = json!(value);
                "session/set_config_option"
            }
            None => {
                params[name] = json!(value);
                method
            }
        };
        match self.peer.call(method, params, self.turn).await {
            Ok(_) => Ok(Ok(())),
            Err(Trouble::Said(_, why)) => Ok(Err(why)),
            Err(gone) => Err(gone),
        }
    }
}

fn texts<'a>(list: &'a Value, member: &str) -> Vec<&'a str> {
    list.as_array().into_iter().flatten().filter_map(|item| item[member].as_str()).collect()
}

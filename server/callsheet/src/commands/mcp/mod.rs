//! `callsheet mcp`: the commands, for agents.
//!
//! Each tool calls a command of this program and gives on what it says as JSON: an agent sees what a person would.

mod runs;
mod tools;

use clap::Args;
use models::SIMULATED;
use rmcp::{
    ErrorData, RoleServer, ServerHandler, ServiceExt,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation, ListToolsResult,
        PaginatedRequestParams, ServerCapabilities, ServerConfig,
    },
    service::{RequestContext, ServerInitializeError},
};

use crate::{FINDINGS, FINE, output::Failure};

use runs::Runs;

/// Offers check, plan and run to agents, by the Model Context Protocol.
///
/// It speaks on standard input and output; the tools are `check_workflow`, `plan_workflow`, `run_workflow` and `run_status`. Who answers in a run, and how much it may take, is said here and not by the agent that asks for it. Runs end with this server.
#[derive(Args)]
pub(crate) struct Mcp {
    /// Who answers in runs. `simulated` makes answers up and costs nothing.
    #[arg(long, value_name = "MODEL", default_value = SIMULATED)]
    model: String,
    /// Agents of a run at most.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    max_agents: u64,
    /// Output tokens of a run at most.
    #[arg(long, value_name = "N")]
    budget_tokens: Option<u64>,
    /// Dollars of a run at most.
    #[arg(long, value_name = "USD", value_parser = super::order::dollars)]
    budget_usd: Option<f64>,
}

impl Mcp {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        let mut limits = vec!["--model".to_owned(), self.model, "--max-agents".to_owned(), self.max_agents.to_string()];
        limits.extend(self.budget_tokens.map(|most| format!("--budget-tokens={most}")));
        limits.extend(self.budget_usd.map(|most| format!("--budget-usd={most}")));
        let server = Server { runs: Runs::new(limits) };
        let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let code = tokio.block_on(async {
            match server.serve((tokio::io::stdin(), tokio::io::stdout())).await {
                Ok(running) => running.waiting().await.map(|_| FINE).map_err(|e| e.to_string()),
                // A client that goes away before it said anything.
                Err(ServerInitializeError::ConnectionClosed(_)) => Ok(FINDINGS),
                Err(error) => Err(error.to_string()),
            }
        });
        // The thread that reads standard input may wait for a byte that never comes.
        tokio.shutdown_background();
        code.map_err(Failure::usage)
    }
}

/// What the client speaks with.
struct Server {
    runs: Runs,
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("callsheet", env!("CARGO_PKG_VERSION")))
            .with_instructions(
                "Before you launch an agent workflow script, check it with check_workflow and see with plan_workflow how many \
                 agents it can call and what that costs. Numbers come with their basis; null is what is not known or not bounded.",
            )
    }

    async fn list_tools(
        &self,
        _page: Option<PaginatedRequestParams>,
        _cx: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::all()))
    }

    async fn call_tool(
        &self,
        call: CallToolRequestParams,
        _cx: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = serde_json::Value::Object(call.arguments.unwrap_or_default());
        let answer = match call.name.as_ref() {
            "check_workflow" => tools::check(arguments).await,
            "plan_workflow" => tools::plan(arguments).await,
            "run_workflow" => self.runs.start(arguments).await,
            "run_status" => self.runs.status(arguments),
            other => return Err(ErrorData::invalid_params(format!("there is no tool {other}"), None)),
        };
        Ok(match answer {
            Ok(value) => CallToolResult::structured(value),
            // For the agent to read and do better: the protocol's errors are for its client.
            Err(message) => CallToolResult::error(vec![ContentBlock::text(message)]),
        }
        .into())
    }
}

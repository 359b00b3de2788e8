--- What is known of each run: a fold over the events that the server sends.
local M = {}

---@class callsheet.Agent
---@field call string|integer
---@field label string
---@field phase? string
---@field state 'queued'|'running'|'done'|'failed'|'skipped'
---@field note? string
---@field line? integer 1-based
---@field tokens integer

---@class callsheet.Run
---@field id string
---@field client_id integer
---@field uri? string
---@field name string
---@field model? string
---@field state 'running'|'done'|'failed'|'stopped'
---@field phases string[] In the order of their first agent or mark.
---@field agents callsheet.Agent[] In the order in which they were asked for.
---@field log string[]
---@field error? string
---@field next integer The sequence number expected next.

---@type table<string, callsheet.Run>
local runs = {}
---@type callsheet.Run?
local newest

local function note_phase(run, title)
  if title and not vim.list_contains(run.phases, title) then
    table.insert(run.phases, title)
  end
end

local function agent_of(run, event)
  local agent = run.by_call[event.call]
  if not agent then
    agent = { call = event.call, state = 'queued', tokens = 0, label = tostring(event.call) }
    run.by_call[event.call] = agent
    table.insert(run.agents, agent)
  end
  return agent
end

local function tokens(usage)
  return usage and (usage.input or 0) + (usage.output or 0) or 0
end

--- Every event carries a `type`; one that is not listed changes nothing that is shown.
local on = {
  runStarted = function(run, event)
    run.uri = event.uri or run.uri
    run.name = event.name or run.name
    run.model = event.model
  end,
  phase = function(run, event)
    note_phase(run, event.title)
  end,
  log = function(run, event)
    table.insert(run.log, event.message)
  end,
  agentQueued = function(run, event)
    local agent = agent_of(run, event)
    agent.label = event.label or vim.fn.strcharpart((event.prompt or agent.label):gsub('%s+', ' '), 0, 40)
    agent.phase, agent.line = event.phase, event.line
    note_phase(run, event.phase)
  end,
  agentStarted = function(run, event)
    agent_of(run, event).state = 'running'
  end,
  agentRetried = function(run, event)
    local agent = agent_of(run, event)
    agent.note = 'again: ' .. (event.reason or event.error or 'no usable answer')
    agent.tokens = agent.tokens + tokens(event.usage)
  end,
  agentDone = function(run, event)
    local agent = agent_of(run, event)
    agent.state, agent.note = 'done', event.cached and 'from the journal' or nil
    agent.tokens = agent.tokens + tokens(event.usage)
  end,
  agentFailed = function(run, event)
    local agent = agent_of(run, event)
    agent.state, agent.note = 'failed', event.error
    agent.tokens = agent.tokens + tokens(event.usage)
  end,
  agentSkipped = function(run, event)
    local agent = agent_of(run, event)
    agent.state, agent.note = 'skipped', event.reason
  end,
  dropped = function(run, event)
    table.insert(run.log, 'dropped: ' .. event.reason)
  end,
  runEnded = function(run, event)
    run.state, run.error = event.status or 'done', event.error
  end,
}

local function apply(run, seq, event)
  if seq < run.next then
    return
  end
  run.next = seq + 1
  if on[event.type] then
    on[event.type](run, event)
  end
end

--- Asks for the events between what is known and what has just come.
local function catch_up(run)
  local client = vim.lsp.get_client_by_id(run.client_id)
  if not client or run.catching_up then
    return
  end
  run.catching_up = true
  local function answered(_, answer)
    run.catching_up = false
    for _, entry in ipairs(answer and answer.events or {}) do
      apply(run, entry.seq, entry.event)
    end
    require('callsheet.window').changed(run)
  end
  local params = { runId = run.id, from = run.next }
  if vim.fn.has('nvim-0.11') == 1 then
    client:request('callsheet/runEvents', params, answered)
  else
    client.request('callsheet/runEvents', params, answered)
  end
end

--- Takes in a `callsheet/runEvent`.
function M.receive(params, client_id)
  local run = runs[params.runId]
  local is_new = run == nil
  if is_new then
    run = {
      id = params.runId, client_id = client_id, uri = params.uri, name = params.runId, state = 'running',
      phases = {}, agents = {}, by_call = {}, log = {}, next = 0,
    }
    runs[run.id], newest = run, run
  end
  if is_new and params.event.type == 'runStarted' then
    run.next = params.seq -- Whatever number the server begins with.
  end
  if params.seq > run.next then
    catch_up(run)
  else
    apply(run, params.seq, params.event)
  end
  local window = require('callsheet.window')
  if is_new and require('callsheet.options').read().run_window then
    window.open(run)
  end
  window.changed(run)
end

--- How many agents of `run` (in `phase`, if one is given) have ended, and how many were asked for.
---@return integer ended, integer all
function M.count(run, phase)
  local ended, all = 0, 0
  for _, agent in ipairs(run.agents) do
    if phase == nil or agent.phase == phase then
      all = all + 1
      if agent.state ~= 'queued' and agent.state ~= 'running' then
        ended = ended + 1
      end
    end
  end
  return ended, all
end

--- The run that was started last.
function M.newest()
  return newest
end

--- The run whose tree `bufnr` shows.
function M.shown_in(bufnr)
  return runs[vim.b[bufnr].callsheet_run]
end

return M

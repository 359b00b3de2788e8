--- What is known of each run: a fold over the events that the server sends.
local M = {}

local recursion = require('callsheet.recursion')

---@class callsheet.Agent
---@field label string
---@field phase? string
---@field state 'queued'|'running'|'done'|'failed'|'skipped'|'stopped'
---@field note? string
---@field line integer of the call in the script, from 1
---@field tokens integer
---@field model? callsheet.Model the recursive model it belongs to
---@field given? { context: string, start: integer, end: integer } the part of a file that it was handed, in bytes

---@class callsheet.Run
---@field id string
---@field client_id integer
---@field name string
---@field uri string the script
---@field model? string
---@field state 'running'|'done'|'failed'|'stopped'
---@field phases string[] in the order in which they appeared
---@field agents callsheet.Agent[] in the order in which the script asked for them
---@field models table<string, callsheet.Model> recursive models by their paths
---@field trees callsheet.Model[] those that a script began
---@field notes { text: string, line?: integer }[] what the script logged, warnings, spend limits, dropped items
---@field error? { message: string, line?: integer }
---@field next integer number of the event expected next

---@type table<string, callsheet.Run>
local runs = {}
---@type callsheet.Run?
local newest

local function note_phase(run, title)
  if title and not vim.list_contains(run.phases, title) then
    table.insert(run.phases, title)
  end
end

local over = { done = true, failed = true, skipped = true }

--- Marks an agent's state, and adds what its last attempt took.
local function move(run, event, state, note)
  local agent = run.agents[event.call]
  agent.state, agent.note = state, note
  local usage = event.usage or {}
  local tokens = (usage.input or 0) + (usage.output or 0)
  agent.tokens = agent.tokens + tokens
  recursion.count(agent, tokens, over[state])
end

--- What each type of event changes; one that is not listed changes nothing that is shown.
local on = {
  runStarted = function(run, event)
    run.name = event.name
    run.model = event.simulated and 'simulated' or event.model
  end,
  phase = function(run, event)
    note_phase(run, event.title)
  end,
  log = function(run, event)
    table.insert(run.notes, { text = event.message })
  end,
  warning = function(run, event)
    table.insert(run.notes, { text = 'warning: ' .. event.message, line = event.line })
  end,
  dropped = function(run, event)
    local text = ('dropped: item %d of %s: %s'):format(event.index + 1, event.from, event.reason)
    table.insert(run.notes, { text = text, line = event.line })
  end,
  spendLimit = function(run, event)
    table.insert(run.notes, { text = 'spend limit: ' .. event.message, line = event.line })
  end,
  agentHeld = function(run, event)
    move(run, event, 'queued', 'the account may spend no more')
  end,
  agentQueued = function(run, event)
    local agent = {
      label = event.label, phase = event.phase, line = event.line, given = event.excerpt, state = 'queued', tokens = 0,
    }
    run.agents[event.call] = agent
    if not recursion.place(run, agent, event.key) then
      note_phase(run, event.phase)
    end
  end,
  agentStarted = function(run, event)
    move(run, event, 'running')
  end,
  agentRetried = function(run, event)
    move(run, event, 'running', ('attempt %d: %s'):format(event.attempt, event.reason))
  end,
  agentDone = function(run, event)
    move(run, event, 'done', event.cached and 'from an earlier run' or nil)
  end,
  agentFailed = function(run, event)
    move(run, event, 'failed', event.error)
  end,
  agentSkipped = function(run, event)
    move(run, event, 'skipped')
  end,
  rlmStarted = recursion.begin,
  cell = recursion.ran,
  rlmEnded = recursion.finish,
  runEnded = function(run, event)
    run.state, run.error = event.status == 'ok' and 'done' or event.status, event.error
    for _, agent in ipairs(run.agents) do
      if agent.state == 'queued' or agent.state == 'running' then
        agent.state = 'stopped'
      end
    end
    recursion.give_up(run)
  end,
}

--- Takes in an event if it is the next; what is known already is passed over. Answers whether one before it is missing.
local function apply(run, seq, event)
  if seq == run.next then
    run.next = seq + 1
    if on[event.type] then
      on[event.type](run, event)
    end
  end
  return seq > run.next
end

--- Asks for the events from the first that is missing.
local function catch_up(run)
  local client = vim.lsp.get_client_by_id(run.client_id)
  if client and not run.catching_up then
    run.catching_up = true
    require('callsheet.client').request(client, 'callsheet/runEvents', { runId = run.id, from = run.next }, function(_, answer)
      run.catching_up = false
      for _, numbered in ipairs(answer and answer.events or {}) do
        apply(run, numbered.seq, numbered.event)
      end
      require('callsheet.window').changed(run)
    end)
  end
end

--- Takes in a `callsheet/runEvent`.
---@param params { runId: string, uri: string, seq: integer, event: table }
---@param client_id integer
function M.receive(params, client_id)
  local window = require('callsheet.window')
  local run = runs[params.runId]
  if not run then
    run = {
      id = params.runId, client_id = client_id, uri = params.uri, name = params.runId, state = 'running',
      phases = {}, agents = {}, models = {}, trees = {}, notes = {}, next = 1,
    }
    runs[run.id], newest = run, run
    if require('callsheet.options').read().run_window then
      window.open(run)
    end
  end
  if apply(run, params.seq, params.event) then
    catch_up(run)
  end
  window.changed(run)
end

--- How many agents of `run` (in `phase`, if one is given) came to an end of their own, and how many were asked for.
---@return integer ended, integer all
function M.count(run, phase)
  local ended, all = 0, 0
  for _, agent in ipairs(run.agents) do
    if phase == nil or (agent.phase == phase and not agent.model) then
      all = all + 1
      if over[agent.state] then
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

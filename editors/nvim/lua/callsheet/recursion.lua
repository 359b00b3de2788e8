--- The recursive language models of a run: which calls belong to which turn of which model.
local M = {}

---@class callsheet.Turn
---@field name string `turn 2`, `closing`, or `direct` for one that takes the place of all turns
---@field asked? callsheet.Agent the question to the root model
---@field calls callsheet.Agent[] what its cells called
---@field below callsheet.Model[] what its cells began
---@field failed integer cells that have

---@class callsheet.Model
---@field node string its path, with which the keys of its calls begin
---@field name string
---@field question string
---@field line integer
---@field state 'running'|'done'|'failed'|'stopped'
---@field how? string how it ended
---@field cited string[] what its answer rests on: `notes.txt:12-14`
---@field above? callsheet.Model
---@field turns callsheet.Turn[]
---@field ended integer calls that are over, here and below
---@field all integer
---@field tokens integer

local function turn_of(model, name)
  for _, turn in ipairs(model.turns) do
    if turn.name == name then
      return turn
    end
  end
  local turn = { name = name, calls = {}, below = {}, failed = 0 }
  table.insert(model.turns, turn)
  return turn
end

--- The innermost model around a path with the turn it names, and whether that is the question itself. Names in a path may hold slashes: only
--- what has begun with that path is a model.
---@return callsheet.Model?, callsheet.Turn?, boolean?
local function spot(run, path)
  local at = #path
  while at > 0 do
    if path:sub(at, at) == '/' then
      local model = run.models[path:sub(1, at - 1)]
      local segment = model and path:sub(at + 1):match('^[^/]*')
      if segment == 'closing' or segment == 'direct' then
        return model, turn_of(model, segment), true
      end
      local turn, cell = (segment or ''):match('^turn%[(%d+)%](.*)$')
      if turn and (cell == '' or cell:match('^%.%d+$')) then
        return model, turn_of(model, 'turn ' .. turn), cell == ''
      end
    end
    at = at - 1
  end
end

--- Calls `change` with a model and all that are around it.
local function around(model, change)
  while model do
    change(model)
    model = model.above
  end
end

function M.begin(run, event)
  local above, turn = spot(run, event.node)
  local name = event.label
  if not name then
    name = above and event.node:sub(#above.node + 2):gsub('^[^/]*/', '') or event.node
  end
  local model = {
    node = event.node, name = name, question = event.question, line = event.line, state = 'running', above = above,
    turns = {}, cited = {}, ended = 0, all = 0, tokens = 0,
  }
  run.models[event.node] = model
  table.insert(turn and turn.below or run.trees, model)
end

function M.ran(run, event)
  local model = run.models[event.node]
  if model then
    local turn = turn_of(model, 'turn ' .. event.turn)
    turn.failed = turn.failed + (event.ok and 0 or 1)
  end
end

function M.finish(run, event)
  local model = run.models[event.node]
  if model then
    local states = { failed = 'failed', abandoned = 'stopped' }
    model.state, model.how, model.error = states[event.how] or 'done', event.how, event.error
    for _, part in ipairs(event.cited or {}) do
      local last = part.lastLine ~= part.firstLine and '-' .. part.lastLine or ''
      table.insert(model.cited, ('%s:%d%s'):format(part.context, part.firstLine, last))
    end
  end
end

--- Puts an agent into the model whose call it is, if it is one's. Answers whether it is.
function M.place(run, agent, key)
  local model, turn, question = spot(run, (key or ''):match('^(.*)@') or '')
  if not model then
    return false
  end
  agent.model = model
  if question then
    turn.asked = agent
  else
    table.insert(turn.calls, agent)
  end
  around(model, function(each) each.all = each.all + 1 end)
  return true
end

--- Counts what an agent used, and that it has ended.
function M.count(agent, tokens, over)
  around(agent.model, function(each)
    each.tokens, each.ended = each.tokens + tokens, each.ended + (over and 1 or 0)
  end)
end

--- Nothing more comes of what is not over.
function M.give_up(run)
  for _, model in pairs(run.models) do
    if model.state == 'running' then
      model.state = 'stopped'
    end
  end
end

return M

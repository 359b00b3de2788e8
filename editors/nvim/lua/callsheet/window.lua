--- The run window: the tree of a run, drawn anew at most ten times a second.
local M = {}

local namespace = vim.api.nvim_create_namespace('callsheet')
local height = 14
local redraw_ms = 100
--- A phase with more agents than this shows those at work and those that failed, and counts the others.
local most_agents = 12
--- Parts of contexts that an answer rests on beyond these are counted.
local most_cited = 10

local marks = { queued = '·', running = '●', done = '✓', failed = '✗', skipped = '–', stopped = '■' }
local groups = {
  running = 'DiagnosticInfo', done = 'DiagnosticOk', failed = 'DiagnosticError', skipped = 'Comment',
  queued = 'Comment', stopped = 'DiagnosticWarn',
}

local function thousands(count)
  return count < 1000 and tostring(count) or ('%.1fk'):format(count / 1000)
end

--- Joins what there is with a middle dot.
local function facts(...)
  local parts = {}
  for i = 1, select('#', ...) do
    local part = select(i, ...)
    if part and part ~= '' then
      parts[#parts + 1] = part
    end
  end
  return table.concat(parts, ' · ')
end

--- The lines of a run's tree, each with the state that colours its mark and the script line that it came from.
local function tree(run)
  local runs = require('callsheet.runs')
  local rows = {}
  local function row(text, state, line)
    rows[#rows + 1] = { text = text:gsub('\n', ' '), state = state, line = line }
  end
  local total = 0
  for _, agent in ipairs(run.agents) do
    total = total + agent.tokens
  end
  local ended, all = runs.count(run)
  local counts = ('%d/%d agents'):format(ended, all)
  local title = facts(run.name, run.state, counts, thousands(total) .. ' tokens', run.model)
  row(('%s %s'):format(marks[run.state], title), run.state)
  if run.error then
    row('  ' .. run.error.message, 'failed', run.error.line)
  end

  local function agent_row(indent, agent, note)
    local used = agent.tokens > 0 and thousands(agent.tokens) .. ' tokens' or nil
    local part = agent.given
    local given = part and ('%s, bytes %s–%s'):format(part.context, thousands(part.start), thousands(part['end']))
    local said = facts(agent.label, agent.state, used, given, agent.note, note)
    row(('%s%s %s'):format(indent, marks[agent.state], said), agent.state, agent.line)
  end
  local function agent_rows(indent, agents)
    local hidden = {}
    for _, agent in ipairs(agents) do
      local telling = agent.state == 'running' or agent.state == 'failed'
      if run.show_all or #agents <= most_agents or telling then
        agent_row(indent, agent)
      else
        hidden[agent.state] = (hidden[agent.state] or 0) + 1
      end
    end
    local others = {}
    for state, count in vim.spairs(hidden) do
      others[#others + 1] = ('%d %s'):format(count, state)
    end
    if #others > 0 then
      row(indent .. '… ' .. table.concat(others, ', '))
    end
  end
  local function agents_in(phase)
    agent_rows('    ', vim.tbl_filter(function(agent) return agent.phase == phase and not agent.model end, run.agents))
  end
  local function model_rows(indent, model)
    local used = model.tokens > 0 and thousands(model.tokens) .. ' tokens' or nil
    local counts = ('%d/%d'):format(model.ended, model.all)
    local said = facts(model.name, model.how or model.state, counts, used, model.question)
    row(('%s%s %s'):format(indent, marks[model.state], said), model.state, model.line)
    if model.error then
      row(indent .. '  ' .. model.error, 'failed')
    end
    if #model.cited > 0 then
      local more = #model.cited > most_cited and (' and %d more'):format(#model.cited - most_cited) or ''
      row(indent .. '  rests on ' .. table.concat(model.cited, ', ', 1, math.min(#model.cited, most_cited)) .. more)
    end
    for _, turn in ipairs(model.turns) do
      if turn.asked then
        agent_row(indent .. '  ', turn.asked, turn.failed > 0 and 'its code failed' or nil)
      end
      agent_rows(indent .. '    ', turn.calls)
      for _, below in ipairs(turn.below) do
        model_rows(indent .. '    ', below)
      end
    end
  end
  agents_in(nil)
  for _, phase in ipairs(run.phases) do
    row(('  %s  %d/%d'):format(phase, runs.count(run, phase)), 'phase')
    agents_in(phase)
  end
  for _, model in ipairs(run.trees) do
    model_rows('  ', model)
  end
  for _, note in ipairs(run.notes) do
    row('  » ' .. note.text, nil, note.line)
  end
  return rows
end

local function draw(run)
  local bufnr = run.bufnr
  if not bufnr or not vim.api.nvim_buf_is_valid(bufnr) then
    return
  end
  local rows = tree(run)
  run.lines = vim.tbl_map(function(row)
    return row.line or 0
  end, rows)
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, vim.tbl_map(function(row)
    return row.text
  end, rows))
  vim.bo[bufnr].modifiable = false
  vim.api.nvim_buf_clear_namespace(bufnr, namespace, 0, -1)
  for i, row in ipairs(rows) do
    if row.state == 'phase' then
      vim.api.nvim_buf_set_extmark(bufnr, namespace, i - 1, 0, { end_row = i, hl_group = 'Title' })
    elseif row.state then
      local from = #row.text:match('^%s*')
      local to = #row.text:match('^%s*%S+')
      vim.api.nvim_buf_set_extmark(bufnr, namespace, i - 1, from, { end_col = to, hl_group = groups[row.state] })
    end
  end
end

--- Draws `run` soon, if it is shown.
function M.changed(run)
  if run.drawing then
    return
  end
  run.drawing = true
  vim.defer_fn(function()
    run.drawing = false
    draw(run)
  end, redraw_ms)
end

--- Goes to the line of the script that asked for the agent under the cursor.
local function jump(run)
  local line = run.lines[vim.api.nvim_win_get_cursor(0)[1]]
  if line == 0 then
    return
  end
  local bufnr = vim.uri_to_bufnr(run.uri)
  vim.fn.bufload(bufnr)
  local window = vim.fn.bufwinid(bufnr)
  if window == -1 then
    vim.cmd.wincmd('p')
    vim.api.nvim_win_set_buf(0, bufnr)
  else
    vim.api.nvim_set_current_win(window)
  end
  vim.api.nvim_win_set_cursor(0, { math.min(line, vim.api.nvim_buf_line_count(bufnr)), 0 })
end

--- Opens what the server wrote down of a run that has ended: its prompts and answers.
local function transcript(run)
  local client = vim.lsp.get_client_by_id(run.client_id)
  if not client or run.state == 'running' then
    vim.notify('callsheet: the transcript is written when the run ends', vim.log.levels.WARN)
    return
  end
  require('callsheet.client').request(client, 'callsheet/runs', vim.NIL, function(_, listed)
    local this = vim.iter(listed or {}):find(function(each) return each.runId == run.id end)
    if this then
      vim.cmd.split(vim.fn.fnameescape(vim.fs.joinpath(this.folder, 'transcript.md')))
    end
  end)
end

local function buffer_of(run)
  if run.bufnr and vim.api.nvim_buf_is_valid(run.bufnr) then
    return run.bufnr
  end
  local bufnr = vim.api.nvim_create_buf(false, true)
  run.bufnr = bufnr
  vim.api.nvim_buf_set_name(bufnr, 'callsheet://run/' .. run.id)
  vim.b[bufnr].callsheet_run = run.id
  vim.bo[bufnr].filetype = 'callsheet-run'
  local function map(key, action, desc)
    vim.keymap.set('n', key, action, { buffer = bufnr, desc = desc, nowait = true })
  end
  map('<CR>', function() jump(run) end, 'Go to the call in the script')
  map('a', function()
    run.show_all = not run.show_all
    draw(run)
  end, 'Show all agents of large phases, or only those at work')
  map('t', function() transcript(run) end, 'Open the transcript')
  map('r', '<Cmd>Callsheet report<CR>', 'Open the report in the browser')
  map('x', '<Cmd>Callsheet stop<CR>', 'Stop the run')
  map('q', '<Cmd>close<CR>', 'Close the run window')
  return bufnr
end

--- Shows `run` below, in the window that shows a run already if there is one. The cursor stays where it is.
---@param run? callsheet.Run
function M.open(run)
  if not run then
    vim.notify('callsheet: no run has been started here', vim.log.levels.WARN)
    return
  end
  local bufnr = buffer_of(run)
  local shown = vim.iter(vim.api.nvim_tabpage_list_wins(0)):find(function(window)
    return vim.b[vim.api.nvim_win_get_buf(window)].callsheet_run ~= nil
  end)
  if shown then
    vim.api.nvim_win_set_buf(shown, bufnr)
  else
    shown = vim.api.nvim_open_win(bufnr, false, { split = 'below', win = -1, height = height })
    vim.wo[shown].winfixheight = true
  end
  vim.wo[shown].winbar = 'Callsheet   <CR> go to the call   a all agents   t transcript   r report   x stop   q close'
  draw(run)
end

return M

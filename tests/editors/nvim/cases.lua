-- What a person with the plugin gets in Neovim, asked of Neovim itself: nvim.sh starts it without a screen, with the plugin
-- installed as a package and the server on the path, in a copy of workspace/.

local progress = {} ---@type table[]
vim.api.nvim_create_autocmd('LspProgress', {
  callback = function(event)
    table.insert(progress, event.data.params.value)
  end,
})

--- Waits until `condition` answers something, and gives that back.
local function eventually(what, condition, seconds)
  local answer
  local came = vim.wait((seconds or 20) * 1000, function()
    answer = condition()
    return answer ~= nil and answer ~= false
  end, 20)
  return came and answer or error('did not come: ' .. what, 2)
end

local function equal(expected, actual)
  if not vim.deep_equal(expected, actual) then
    error(('expected %s\n     got %s'):format(vim.inspect(expected), vim.inspect(actual)), 2)
  end
end

local function contains(part, text)
  if not text:find(part, 1, true) then
    error(('expected %q in\n%s'):format(part, text), 2)
  end
end

local function open(path)
  vim.cmd.edit(path)
  return vim.api.nvim_get_current_buf()
end

local function client(bufnr)
  return vim.lsp.get_clients({ bufnr = bufnr, name = 'callsheet' })[1]
end

local function open_script(path)
  local bufnr = open(path)
  eventually('the server for ' .. path, function() return client(bufnr) end)
  return bufnr
end

local function hints(bufnr)
  return vim.tbl_map(function(hint)
    local label = hint.inlay_hint.label
    if type(label) == 'table' then
      label = table.concat(vim.tbl_map(function(part) return part.value end, label))
    end
    return { line = hint.inlay_hint.position.line + 1, label = label }
  end, vim.lsp.inlay_hint.get({ bufnr = bufnr }))
end

local function hint_on(bufnr, line)
  return eventually('a hint on line ' .. line, function()
    return vim.iter(hints(bufnr)):find(function(hint) return hint.line == line end)
  end)
end

local function lenses(bufnr)
  local all = vim.lsp.codelens.enable and vim.lsp.codelens.get({ bufnr = bufnr }) or vim.lsp.codelens.get(bufnr)
  return vim.tbl_map(function(lens)
    return (lens.lens or lens).command.title -- 0.12 says which server each is from
  end, all)
end

local function lens(bufnr, text)
  return eventually('the lens ' .. text, function()
    return vim.iter(lenses(bufnr)):find(function(title) return title:find(text, 1, true) end)
  end)
end

--- Runs the lens whose title has `text` in it, as `vim.lsp.codelens.run()` under a key would.
local function press_lens(bufnr, text)
  lens(bufnr, text)
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  local select = vim.ui.select
  vim.ui.select = function(items, options, choose)
    choose(vim.iter(items):find(function(item) return options.format_item(item):find(text, 1, true) end))
  end
  vim.lsp.codelens.run()
  vim.wait(200)
  vim.ui.select = select
end

local function run_buffer()
  return vim.iter(vim.api.nvim_list_wins()):map(vim.api.nvim_win_get_buf):find(function(bufnr)
    return vim.b[bufnr].callsheet_run ~= nil
  end)
end

local function run_text()
  local bufnr = run_buffer()
  return bufnr and table.concat(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), '\n') or ''
end

local function run_says(part)
  local ok = vim.wait(20000, function() return run_text():find(part, 1, true) ~= nil end, 20)
  contains(part, run_text())
  return ok
end

local function line_of(bufnr, part)
  for i, line in ipairs(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false)) do
    if line:find(part, 1, true) then
      return i
    end
  end
  error('no line with ' .. part)
end

local cases = {}
local function case(name, body)
  table.insert(cases, { name = name, body = body })
end

case('a script is known by its path or by what it says', function()
  for _, path in ipairs({ '.claude/workflows/review.js', 'slow.workflow.js', 'by-content.js' }) do
    local bufnr = open_script(path)
    equal('javascript', vim.bo[bufnr].filetype)
  end
end)

case('other JavaScript is left alone', function()
  local bufnr = open('plain.js')
  vim.wait(300)
  equal(nil, client(bufnr))
end)

case('hints say how many agents a call makes', function()
  local bufnr = open_script('.claude/workflows/review.js')
  contains('×3', hint_on(bufnr, line_of(bufnr, 'agent(`Review')).label)
  contains('×0..9', hint_on(bufnr, line_of(bufnr, 'agent(`Refute')).label)
end)

case('lenses offer a run above meta', function()
  local bufnr = open_script('.claude/workflows/review.js')
  lens(bufnr, 'Run')
  lens(bufnr, 'Dry run')
end)

case('a mistake is marked while it is there', function()
  local bufnr = open_script('.claude/workflows/review.js')
  hint_on(bufnr, line_of(bufnr, 'agent(`Review'))
  local line = line_of(bufnr, 'return verified')
  vim.api.nvim_buf_set_lines(bufnr, line - 1, line - 1, false, { 'log(Date.now())' })
  local found = eventually('a diagnostic', function() return vim.diagnostic.get(bufnr)[1] end)
  equal(line - 1, found.lnum)
  vim.cmd.undo()
  eventually('no diagnostics', function() return #vim.diagnostic.get(bufnr) == 0 end)
end)

case('the Run lens runs the script and its progress is shown', function()
  local bufnr = open_script('.claude/workflows/review.js')
  progress = {}
  press_lens(bufnr, '▶ Run')
  run_says('✓ review · done')
  eventually('the end of the progress', function()
    return vim.iter(progress):any(function(value) return value.kind == 'end' end)
  end)
  equal('begin', progress[1].kind)
  contains('Review  3/3', run_text())
  contains('security · done', run_text())
  equal(bufnr, vim.api.nvim_get_current_buf())
end)

case('the run window leads to the call in the script', function()
  local bufnr = open_script('.claude/workflows/review.js')
  vim.cmd('CallsheetRun')
  run_says('✓ review · done')
  local window = vim.fn.bufwinid(run_buffer())
  vim.api.nvim_set_current_win(window)
  vim.api.nvim_win_set_cursor(window, { line_of(run_buffer(), 'security'), 0 })
  vim.api.nvim_feedkeys(vim.keycode('<CR>'), 'xt', false)
  equal(bufnr, vim.api.nvim_get_current_buf())
  equal(line_of(bufnr, 'agent(`Review'), vim.api.nvim_win_get_cursor(0)[1])
end)

case('the run window leads to the transcript', function()
  open_script('.claude/workflows/review.js')
  vim.cmd('CallsheetRun')
  run_says('✓ review · done')
  vim.api.nvim_set_current_win(vim.fn.bufwinid(run_buffer()))
  vim.api.nvim_feedkeys('t', 'xt', false)
  eventually('the transcript', function() return vim.api.nvim_buf_get_name(0):find('transcript.md', 1, true) end)
  contains('# review: done', table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n'))
end)

case('a run is stopped by command', function()
  open_script('slow.workflow.js')
  vim.cmd('CallsheetRun')
  run_says('step 2')
  vim.cmd('Callsheet stop')
  run_says('stopped')
end)

case('a run is stopped by the lens', function()
  local bufnr = open_script('slow.workflow.js')
  vim.cmd('Callsheet dry')
  run_says('step 2')
  press_lens(bufnr, '■ Stop')
  run_says('stopped')
end)

case('a stopped run is gone on with, once one has seen what that does', function()
  local bufnr = open_script('slow.workflow.js')
  vim.cmd('CallsheetRun')
  run_says('step 2')
  vim.cmd('Callsheet stop')
  run_says('stopped')
  lens(bufnr, '↻ Resume')
  local runs = vim.fn.getcompletion('Callsheet resume ', 'cmdline')
  contains(runs[1], vim.api.nvim_buf_get_name(run_buffer()))
  local select, asked = vim.ui.select, nil
  vim.ui.select = function(items, options, choose)
    asked = options.prompt
    choose(vim.iter(items):find(function(item) return item.title == 'Resume' end))
  end
  vim.cmd('Callsheet resume')
  run_says('done · from an earlier run')
  vim.ui.select = select
  contains('from the journal', asked)
  contains('nothing is spent', asked)
  vim.cmd('Callsheet stop')
  run_says('stopped')
end)

case('a report opens outside', function()
  open_script('args.workflow.js')
  vim.cmd([[Callsheet run {"names": ["one"]}]])
  run_says('args · done')
  local open_outside, opened = vim.ui.open, nil
  vim.ui.open = function(uri) opened = uri end
  vim.cmd('Callsheet report')
  contains('report.html', eventually('the report', function() return opened end))
  vim.ui.open = open_outside
end)

case('a run gets its arguments', function()
  open_script('args.workflow.js')
  vim.cmd([[Callsheet run {"names": ["one", "two"]}]])
  run_says('greet two · done')
end)

case('a question is asked about a file, lines or a folder, with no script open', function()
  for _, each in ipairs(vim.lsp.get_clients({ name = 'callsheet' })) do
    each.stop(each, true)
  end
  eventually('no server', function() return #vim.lsp.get_clients({ name = 'callsheet' }) == 0 end)
  local function asked(command)
    if run_buffer() then
      vim.cmd('silent! bwipeout! ' .. run_buffer())
    end
    vim.cmd(command)
    run_says('✓ rlm · done')
    run_says('✓ rlm[0] · submitted · 4/4')
    local client_of = vim.lsp.get_clients({ name = 'callsheet' })[1]
    local answer
    require('callsheet.client').request(client_of, 'callsheet/runs', vim.NIL, function(_, listed) answer = listed end)
    local newest = eventually('the runs', function() return answer end)[1]
    local script = io.open(newest.folder .. '/journal.jsonl'):read('l')
    return newest.uri, script
  end
  open('plain.js')
  local about, started = asked('Callsheet ask What does it do?')
  contains('plain.js', about)
  contains('"What does it do?"', started)
  contains('rests on plain.js:1', run_text())
  local handed = run_text():match('✓ part 1 · done · [^\n]*(plain%.js, bytes 0–%d+)')
  equal(true, handed ~= nil, 'a call says which part it was handed: ' .. run_text())
  equal(nil, client(vim.api.nvim_get_current_buf()))
  asked('2,3Callsheet ask And these lines?')
  vim.cmd.edit('.claude')
  contains('.claude', asked('Callsheet ask And all of these?'))
end)

case('a script is written for a task, shown with what it costs, and saved', function()
  open('plain.js')
  local saved = '.claude/workflows/review-2.js'
  local select, asked, shown = vim.ui.select, nil, nil
  vim.ui.select = function(items, options, choose)
    asked = options.prompt
    shown = vim.iter(vim.api.nvim_list_bufs()):any(function(bufnr)
      return vim.api.nvim_buf_get_name(bufnr):find('draft.workflow.js', 1, true) ~= nil
    end)
    choose(vim.iter(items):find(function(item) return item.title == 'Save' end))
  end
  vim.cmd('Callsheet write Review what changed')
  eventually('the script', function() return vim.fn.filereadable(saved) == 1 end)
  vim.ui.select = select
  equal(true, shown)
  contains('review: 3', asked)
  contains('no model has read the task', asked)
  contains('Save it as ' .. saved .. '?', asked)
  contains('export const meta', table.concat(vim.fn.readfile(saved), '\n'))
  vim.fn.delete(saved)
end)

case('commands are completed, and mistakes are said', function()
  equal({ 'ask', 'dry', 'plan', 'report', 'resume', 'run', 'show', 'stop', 'write' }, vim.fn.getcompletion('Callsheet ', 'cmdline'))
  equal({}, vim.fn.getcompletion('Callsheet stop ', 'cmdline'))
  local said
  local notify = vim.notify
  vim.notify = function(message) said = message end
  vim.cmd('Callsheet fly')
  contains('there is no :Callsheet fly', said)
  open('plain.js')
  vim.cmd('Callsheet run')
  contains('no server for this buffer', said)
  vim.cmd('1,2Callsheet run')
  contains(':Callsheet run takes no range', said)
  vim.notify = notify
end)

case('the health check is content', function()
  open_script('.claude/workflows/review.js')
  vim.cmd('checkhealth callsheet')
  local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
  contains('callsheet', text)
  contains('The server runs for', text)
  equal(nil, text:match('ERROR[^\n]*'))
  equal(nil, text:match('WARN[^\n]*'))
end)

local passed = 0
for _, each in ipairs(cases) do
  local ok, why = xpcall(each.body, function(err) return debug.traceback(tostring(err), 2) end)
  passed = passed + (ok and 1 or 0)
  io.stdout:write(ok and 'ok    ' or 'FAIL  ', each.name, '\n', ok and '' or '      ' .. why:gsub('\n', '\n      ') .. '\n')
  vim.cmd('silent! %bwipeout!')
end
io.stdout:write(('%d passed, %d failed\n'):format(passed, #cases - passed))
for _, each in ipairs(vim.lsp.get_clients()) do
  each.stop(each, true)
end
os.exit(passed == #cases and 0 or 1)

--- Callsheet: see what a workflow script will do and cost, and run it. See |callsheet|.
local M = {}

--- The server, as |vim.lsp.start()| wants to know it.
function M.config()
  local path = vim.api.nvim_get_runtime_file('lsp/callsheet.lua', false)[1]
  local config = vim.tbl_extend('keep', { name = 'callsheet' }, dofile(path))
  config.capabilities = vim.tbl_deep_extend('force', vim.lsp.protocol.make_client_capabilities(), config.capabilities)
  return config
end

--- Starts the server for a workflow script, where Neovim has no |vim.lsp.enable()|.
---@param bufnr integer
function M.start(bufnr)
  local config = M.config()
  config.root_dir(bufnr, function(root)
    vim.lsp.start(vim.tbl_extend('force', config, { root_dir = root }), { bufnr = bufnr })
  end)
end

--- Turns hints and lenses on.
---@param client vim.lsp.Client
---@param bufnr integer
function M.show(client, bufnr)
  local options = require('callsheet.options').read()
  local offers = client.server_capabilities
  if options.hints and offers.inlayHintProvider then
    vim.lsp.inlay_hint.enable(true, { bufnr = bufnr })
  end
  if not options.lenses or not offers.codeLensProvider then
    return
  end
  if vim.lsp.codelens.enable then
    vim.lsp.codelens.enable(true, { bufnr = bufnr })
    return
  end
  vim.lsp.codelens.refresh({ bufnr = bufnr })
  vim.api.nvim_create_autocmd({ 'BufEnter', 'InsertLeave', 'TextChanged' }, {
    group = vim.api.nvim_create_augroup('callsheet_lenses', { clear = false }),
    buffer = bufnr,
    callback = function()
      vim.lsp.codelens.refresh({ bufnr = bufnr })
    end,
  })
end

--- The script a command means: the one in this window, or the one whose run this window shows.
local function target()
  local bufnr = vim.api.nvim_get_current_buf()
  local run = require('callsheet.runs').shown_in(bufnr)
  if run then
    return vim.lsp.get_client_by_id(run.client_id), { uri = run.uri, runId = run.id }
  end
  return vim.lsp.get_clients({ name = 'callsheet', bufnr = bufnr })[1], { uri = vim.uri_from_bufnr(bufnr) }
end

local function complain(message)
  vim.notify('callsheet: ' .. message, vim.log.levels.ERROR)
end

local function subcommand(name)
  return vim.iter(require('callsheet.commands')):find(function(each) return each.name == name end)
end

local function execute(client, command, argument_of)
  local params = { command = command, arguments = { argument_of } }
  require('callsheet.client').request(client, 'workspace/executeCommand', params, function(err)
    if err then
      complain(err.message)
    end
  end)
end

--- What a question is about, or a script is written for.
local targets = {
  question = function(words, range)
    return vim.tbl_extend('force', require('callsheet.ask').about(range), { question = words })
  end,
  task = function(words)
    local root = vim.fn.fnamemodify(require('callsheet.workflow').root(0), ':p')
    return { uri = vim.uri_from_fname(root), task = words }
  end,
}

local prompts = { question = 'Ask: ', task = 'Write a workflow that does: ' }

--- Says words to the server; where there are none, they are asked for.
local function say(this, words, range)
  if words == nil then
    return vim.ui.input({ prompt = prompts[this.takes] }, function(given)
      if given and vim.trim(given) ~= '' then
        say(this, given, range)
      end
    end)
  end
  local argument_of = targets[this.takes](words, range)
  require('callsheet.ask').with_client(function(client)
    execute(client, this.server, argument_of)
  end)
end

--- Carries out |:Callsheet| {name} {argument}.
---@param name string
---@param argument? string the run's arguments as JSON, the name of a run, a question or a task
---@param range? { from: integer, to: integer } lines, from 1
function M.command(name, argument, range)
  local this = subcommand(name)
  if not this then
    return complain(('there is no :Callsheet %s; there are %s'):format(name, table.concat(M.complete('', ''), ', ')))
  end
  if not this.server then
    return require('callsheet.window').open(require('callsheet.runs').newest())
  end
  if range and this.takes ~= 'question' then
    return complain((':Callsheet %s takes no range'):format(name))
  end
  if targets[this.takes] then
    return say(this, argument, range)
  end
  local client, argument_of = target()
  if not client then
    return complain('no server for this buffer; :checkhealth callsheet says why')
  end
  if argument and not this.takes then
    return complain((':Callsheet %s takes nothing, so not %s'):format(name, argument))
  elseif argument and this.takes == 'run' then
    argument_of.runId = vim.trim(argument)
  elseif argument then
    local ok, args = pcall(vim.json.decode, argument)
    if not ok then
      return complain('the arguments are not JSON: ' .. argument)
    end
    argument_of.args = args
  end
  execute(client, this.server, argument_of)
end

--- The runs kept beside the script in this window, the newest first.
local function kept_runs()
  local folder = vim.fs.joinpath(require('callsheet.workflow').root(0), '.callsheet', 'runs')
  local names = {}
  for name, kind in vim.fs.dir(folder) do
    if kind == 'directory' and name:match('^%d') then
      names[#names + 1] = name
    end
  end
  table.sort(names, function(a, b) return a > b end)
  return names
end

--- Completion of |:Callsheet|.
---@param start string
---@param line string
---@return string[]
function M.complete(start, line)
  local name = line:match('^%s*%S+%s+(%S+)%s')
  local names
  if not name then
    names = vim.tbl_map(function(each) return each.name end, require('callsheet.commands'))
    table.sort(names)
  else
    local this = subcommand(name)
    names = this and this.takes == 'run' and kept_runs() or {}
  end
  return vim.tbl_filter(function(each)
    return vim.startswith(each, start)
  end, names)
end

return M

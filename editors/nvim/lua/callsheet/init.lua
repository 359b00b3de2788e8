--- Callsheet: see what a workflow script will do and cost, and run it. See |callsheet|.
local M = {}

--- Subcommands of |:Callsheet| that are carried out by the server, and its names for them.
local server_commands = {
  run = 'callsheet.run',
  dry = 'callsheet.dryRun',
  stop = 'callsheet.stop',
  plan = 'callsheet.showPlan',
}

--- Starts the server for a workflow script, where Neovim has no |vim.lsp.enable()|.
---@param bufnr integer
function M.start(bufnr)
  local path = vim.api.nvim_get_runtime_file('lsp/callsheet.lua', false)[1]
  local config = vim.tbl_extend('keep', { name = 'callsheet' }, dofile(path))
  config.capabilities = vim.tbl_deep_extend('force', vim.lsp.protocol.make_client_capabilities(), config.capabilities)
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

--- Carries out |:Callsheet| {name} {argument}.
---@param name string
---@param argument? string the run's arguments as JSON
function M.command(name, argument)
  if name == 'show' then
    return require('callsheet.window').open(require('callsheet.runs').newest())
  end
  if not server_commands[name] then
    return complain(('there is no :Callsheet %s; there are %s'):format(name, table.concat(M.complete('', ''), ', ')))
  end
  local client, argument_of = target()
  if not client then
    return complain('no server for this buffer; :checkhealth callsheet says why')
  end
  if argument then
    local ok, args = pcall(vim.json.decode, argument)
    if not ok then
      return complain('the arguments are not JSON: ' .. argument)
    end
    argument_of.args = args
  end
  local params = { command = server_commands[name], arguments = { argument_of } }
  require('callsheet.client').request(client, 'workspace/executeCommand', params, function(err)
    if err then
      complain(err.message)
    end
  end)
end

--- Completion of |:Callsheet|.
---@param start string
---@param line string
---@return string[]
function M.complete(start, line)
  if line:match('^%s*%S+%s+%S+%s') then
    return {}
  end
  local names = vim.list_extend(vim.tbl_keys(server_commands), { 'show' })
  table.sort(names)
  return vim.tbl_filter(function(name)
    return vim.startswith(name, start)
  end, names)
end

return M

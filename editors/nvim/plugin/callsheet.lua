if vim.g.loaded_callsheet then
  return
end
vim.g.loaded_callsheet = true

local group = vim.api.nvim_create_augroup('callsheet', {})

if vim.lsp.enable then
  vim.lsp.enable('callsheet')
else -- 0.10
  vim.api.nvim_create_autocmd('FileType', {
    group = group,
    pattern = 'javascript',
    desc = 'Start Callsheet for workflow scripts',
    callback = function(event)
      require('callsheet').start(event.buf)
    end,
  })
end

vim.api.nvim_create_autocmd('LspAttach', {
  group = group,
  desc = 'Show the hints and lenses of Callsheet',
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if client and client.name == 'callsheet' then
      require('callsheet').show(client, event.buf)
    end
  end,
})

-- The queries in queries/javascript add to those of all JavaScript; this keeps them to workflow scripts.
vim.treesitter.query.add_predicate('callsheet-workflow?', function(_, _, source)
  return type(source) == 'number' and vim.b[source].callsheet_workflow == true
end, { all = true })

vim.api.nvim_create_user_command('Callsheet', function(command)
  local range = command.range > 0 and { from = command.line1, to = command.line2 } or nil
  require('callsheet').command(command.fargs[1], command.args:match('^%s*%S+%s+(.+)$'), range)
end, {
  nargs = '+',
  range = true,
  desc = 'Run, stop or plan the workflow script in this window, or ask about what is in it',
  complete = function(start, line)
    return require('callsheet').complete(start, line)
  end,
})

vim.api.nvim_create_user_command('CallsheetRun', function(command)
  require('callsheet').command('run', command.args ~= '' and command.args or nil)
end, { nargs = '?', desc = 'Run the workflow script in this window, with JSON arguments' })

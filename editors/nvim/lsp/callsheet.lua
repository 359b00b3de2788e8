--- The language server, for |vim.lsp.enable()| on Neovim 0.11 and later; 0.10 reads the same table (plugin/callsheet.lua).
local options = require('callsheet.options').read()

---@type vim.lsp.Config
return {
  cmd = options.cmd,
  filetypes = { 'javascript' },
  -- Called for every JavaScript buffer; only workflow scripts get a server.
  root_dir = function(bufnr, on_dir)
    if require('callsheet.workflow').is_workflow(bufnr) then
      vim.b[bufnr].callsheet_workflow = true -- for the queries
      on_dir(require('callsheet.workflow').root(bufnr))
    end
  end,
  -- Neovim has no trust in folders: what a person starts by a command is their decision.
  init_options = { trusted = true },
  settings = { callsheet = options.settings },
  handlers = {
    ['callsheet/runEvent'] = function(_, params, ctx)
      require('callsheet.runs').receive(params, ctx.client_id)
    end,
    -- 0.10 knows this request only for hints.
    ['workspace/codeLens/refresh'] = not vim.lsp.codelens.enable and function(_, _, ctx)
      for bufnr in pairs(vim.lsp.get_client_by_id(ctx.client_id).attached_buffers) do
        vim.lsp.codelens.refresh({ bufnr = bufnr })
      end
      return vim.NIL
    end or nil,
  },
  capabilities = { workspace = { codeLens = { refreshSupport = true } } },
}

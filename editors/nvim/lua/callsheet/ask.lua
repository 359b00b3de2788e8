--- What |:Callsheet| ask is about, and a server to ask.
local M = {}

--- Hands `found` a server: that of this buffer, any that runs, or a new one that no buffer is attached to.
---@param found fun(client: vim.lsp.Client)
function M.with_client(found)
  local clients = vim.lsp.get_clients({ name = 'callsheet', bufnr = 0 })
  local client = clients[1] or vim.lsp.get_clients({ name = 'callsheet' })[1]
  if client and client.initialized then
    return found(client)
  end
  local config = require('callsheet').config()
  config.root_dir = require('callsheet.workflow').root(0)
  config.on_init = function(started)
    found(started)
  end
  if vim.fn.has('nvim-0.11') == 1 then
    vim.lsp.start(config, { attach = false })
  else
    vim.lsp.start_client(config)
  end
end

--- The file or folder in this window; with the text of a range, or of a buffer that is not as it is on disk.
---@param range? { from: integer, to: integer } lines, from 1
---@return { uri: string, text?: string }
function M.about(range)
  local name = vim.api.nvim_buf_get_name(0)
  local about = { uri = name == '' and 'untitled:Untitled' or vim.uri_from_fname(vim.fs.normalize(name)) }
  if range then
    about.text = table.concat(vim.api.nvim_buf_get_lines(0, range.from - 1, range.to, false), '\n')
  elseif vim.fn.isdirectory(name) == 0 and (name == '' or vim.bo.modified) then
    about.text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
  end
  return about
end

return M

--- The options in |g:callsheet|.
local M = {}

---@class callsheet.Options
---@field cmd string[] The language server.
---@field settings table The server's settings, as listed in its documentation: `{ run = { model = 'simulated' } }`.
---@field hints boolean Show counts, tokens and cost beside calls.
---@field lenses boolean Show Run, Dry run and the estimate above `meta`.
---@field run_window boolean Open the run window when a run starts.
local defaults = {
  cmd = { 'callsheet', 'lsp' },
  settings = { run = { openTranscript = false } }, -- the run window leads there
  hints = true,
  lenses = true,
  run_window = true,
}

---@return callsheet.Options
function M.read()
  return vim.tbl_deep_extend('force', defaults, vim.g.callsheet or {})
end

--- What in |g:callsheet| cannot be used, a line each.
---@return string[]
function M.problems()
  local problems = {}
  for name, value in vim.spairs(vim.g.callsheet or {}) do
    local default = defaults[name]
    if default == nil then
      problems[#problems + 1] = ('there is no option `%s`'):format(name)
    elseif type(value) ~= type(default) then
      problems[#problems + 1] = ('`%s` must be a %s, not a %s'):format(name, type(default), type(value))
    end
  end
  return problems
end

return M

--- Which buffers hold workflow scripts.
local M = {}

local primitives = { 'agent', 'parallel', 'pipeline', 'phase' }

local function says_so(bufnr)
  local lines = vim.api.nvim_buf_get_lines(bufnr, 0, -1, false)
  local exports_meta = vim.iter(lines):any(function(line)
    return vim.startswith(line, 'export const meta')
  end)
  if not exports_meta then
    return false
  end
  local text = table.concat(lines, '\n')
  return vim.iter(primitives):any(function(name)
    return text:find('%f[%w_$]' .. name .. '%s*%(') ~= nil
  end)
end

--- By its path, or by what it says: the same rule as the server's.
function M.is_workflow(bufnr)
  local path = vim.fs.normalize(vim.api.nvim_buf_get_name(bufnr))
  return path:find('/%.claude/workflows/[^/]+%.js$') ~= nil or path:find('%.workflow%.js$') ~= nil or says_so(bufnr)
end

--- The folder a run works in.
function M.root(bufnr)
  return vim.fs.root(bufnr, { '.claude', '.git' }) or vim.fs.dirname(vim.api.nvim_buf_get_name(bufnr))
end

return M

--- :checkhealth callsheet
local M = {}

local function check_server(cmd)
  local program = cmd[1]
  if vim.fn.executable(program) ~= 1 then
    vim.health.error(('`%s` is not an executable'):format(program), {
      'Install it: `cargo install --locked --path server/callsheet`',
      "Or name it: `vim.g.callsheet = { cmd = { '/path/to/callsheet', 'lsp' } }`",
    })
    return
  end
  local answer = vim.system({ program, '--version' }, { text = true }):wait(5000)
  if answer.code == 0 then
    vim.health.ok(('%s at %s'):format(vim.trim(answer.stdout), vim.fn.exepath(program)))
  else
    vim.health.error(('`%s --version` failed: %s'):format(program, vim.trim(answer.stderr)))
  end
end

function M.check()
  local options = require('callsheet.options')
  vim.health.start('callsheet')
  if vim.fn.has('nvim-0.10') == 1 then
    vim.health.ok('Neovim ' .. tostring(vim.version()))
  else
    vim.health.error('Neovim 0.10 or later is needed')
    return
  end
  local problems = options.problems()
  for _, problem in ipairs(problems) do
    vim.health.warn('vim.g.callsheet: ' .. problem)
  end
  if #problems > 0 and type(options.read().cmd) ~= 'table' then
    return
  end
  check_server(options.read().cmd)

  local clients = vim.lsp.get_clients({ name = 'callsheet' })
  if #clients == 0 then
    vim.health.info('No workflow script is open: `.claude/workflows/*.js`, `*.workflow.js`, or a JavaScript file that '
      .. 'begins a line with `export const meta` and calls agent, parallel, pipeline or phase')
  end
  for _, client in ipairs(clients) do
    local buffers = vim.tbl_keys(client.attached_buffers or {})
    vim.health.ok(('The server runs for %s (%d buffers)'):format(client.config.root_dir or 'no folder', #buffers))
  end
end

return M

local M = {}

--- `client:request()`, which was `client.request()` before Neovim 0.11.
function M.request(client, method, params, handler)
  if vim.fn.has('nvim-0.11') == 1 then
    return client:request(method, params, handler)
  end
  return client.request(method, params, handler)
end

return M

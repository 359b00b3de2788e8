-- Writes the commands in doc/callsheet.txt from lua/callsheet/commands.lua: `nvim -l help.lua`. With `--check` it only says whether they
-- are current.
local here = vim.fs.dirname(vim.fs.normalize(debug.getinfo(1, 'S').source:sub(2)))
local path = here .. '/doc/callsheet.txt'
local column, width = 26, 78

--- `text` in lines that begin at `column`, the first behind `head`.
local function entry(head, text)
  local lines, line = {}, head
  if #head >= column then
    lines, line = { head }, ''
  end
  line = line .. (' '):rep(column - #line)
  local empty = true
  for word in text:gmatch('%S+') do
    if not empty and #line + 1 + #word > width then
      lines[#lines + 1] = line
      line, empty = (' '):rep(column), true
    end
    line = line .. (empty and '' or ' ') .. word
    empty = false
  end
  lines[#lines + 1] = line
  return lines
end

local commands = {}
for _, each in ipairs(dofile(here .. '/lua/callsheet/commands.lua')) do
  local takes = each.takes and (' [{%s}]'):format(each.takes) or ''
  vim.list_extend(commands, entry((':Callsheet %s%s'):format(each.name, takes), each.help))
end

local file = assert(io.open(path))
local old = file:read('a')
file:close()
local from = select(2, old:find('*:Callsheet* *:CallsheetRun*\n', 1, true))
local to = assert(old:find('\n\n:CallsheetRun [', 1, true), 'a place for the commands')
local new = old:sub(1, from) .. table.concat(commands, '\n') .. old:sub(to)
if vim.list_contains(arg, '--check') then
  if new ~= old then
    io.stderr:write(path .. ' is not current: nvim -l editors/nvim/help.lua\n')
    os.exit(1)
  end
  return
end
file = assert(io.open(path, 'w'))
file:write(new)
file:close()

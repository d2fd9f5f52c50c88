-- Neovim's own client drives the language server through scenes. Each prints a line, SCENE: what came of it.
local exited
local id = vim.lsp.start_client({
  name = 'syncguard', cmd = { os.getenv('SYNCGUARD_BINARY'), 'lsp' }, root_dir = vim.fn.getcwd(),
  workspace_folders = { { uri = vim.uri_from_fname(vim.fn.getcwd()), name = 'w' } },
  on_exit = function(code, signal) exited = code .. ' ' .. signal end,
})

local function say(scene, ...) io.stdout:write(scene .. ': ' .. table.concat(vim.tbl_map(tostring, { ... }), ' ') .. '\n') end
local function wait(scene, is) if not vim.wait(20000, is, 5) then say(scene, 'nothing came') end end
local function open(name)
  vim.cmd('edit ' .. name)
  local buf = vim.api.nvim_get_current_buf()
  vim.lsp.buf_attach_client(buf, id)
  return buf
end
local function found(buf, code)
  for _, d in ipairs(vim.diagnostic.get(buf)) do
    if d.code == code then return d end
  end
end
local function until_found(scene, buf, code) wait(scene, function() return found(buf, code) end); return found(buf, code) end
local function until_gone(scene, buf, code) wait(scene, function() return not found(buf, code) end); say(scene, 'gone') end
local function line_of(buf, text)
  for i, line in ipairs(vim.api.nvim_buf_get_lines(buf, 0, -1, false)) do
    local at = line:find(text, 1, true)
    if at then return i - 1, vim.str_utfindex and select(2, vim.str_utfindex(line, at - 1)) or at - 1, line end
  end
end
local function ask(buf, method, text, more)
  local row, column = 0, 0
  if text then row, column = line_of(buf, text) end
  local p = vim.tbl_extend('force', { textDocument = { uri = vim.uri_from_bufnr(buf) }, position = { line = row, character = column + 1 } }, more or {})
  local answers = vim.lsp.buf_request_sync(buf, method, p, 20000) or {}
  return (answers[id] or {}).result
end
local function actions(buf, text, kind)
  local row = line_of(buf, text)
  return ask(buf, 'textDocument/codeAction', text, { range = { start = { line = row, character = 0 }, ['end'] = { line = row, character = 500 } }, context = { diagnostics = {}, only = { kind } } })
end
local function take(scene, buf, text, label)
  for _, item in ipairs(ask(buf, 'textDocument/completion', text).items) do
    if item.label == label then
      vim.lsp.util.apply_text_edits({ item.textEdit }, buf, 'utf-16')
      return
    end
  end
  say(scene, 'not offered')
end

local wifi = open('wifi.mobileconfig')
local d = until_found('open', wifi, 'value-not-in-rangelist')
say('open', d.lnum, vim.api.nvim_buf_get_lines(wifi, d.lnum, d.lnum + 1, false)[1]:sub(d.col + 1, d.end_col))

local row = line_of(wifi, 'SSID_STR')
vim.api.nvim_buf_set_lines(wifi, row, row, false, { '\t\t\t<key>NoSuchKey</key><string>😀</string>' })
d = until_found('type', wifi, 'unknown-key')
say('type', d.lnum == row, d.message:gsub('\n.*', ''))
vim.api.nvim_buf_set_lines(wifi, row, row + 1, false, {})
until_gone('type back', wifi, 'unknown-key')

say('hover', (ask(wifi, 'textDocument/hover', 'EncryptionType').contents.value:gsub('\n', ' ')))
say('hover a type', (ask(wifi, 'textDocument/hover', 'com.apple.wifi.managed').contents.value:gsub('\n', ' ')))

vim.api.nvim_buf_set_lines(wifi, row, row, false, { '\t\t\tHidden_NET' })
take('complete a key', wifi, 'idden_NET', 'HIDDEN_NETWORK')
say('complete a key', table.concat(vim.api.nvim_buf_get_lines(wifi, row, row + 2, false), '|'))
vim.api.nvim_buf_set_lines(wifi, row, row + 2, false, {})

for _, a in ipairs(actions(wifi, 'wpa2', 'quickfix')) do
  say('fix', a.title, a.isPreferred)
  vim.lsp.util.apply_workspace_edit(a.edit, 'utf-16')
end
until_gone('fixed', wifi, 'value-not-in-rangelist')
say('fixed text', (vim.trim(select(3, line_of(wifi, 'EncryptionType')))))

take('complete a value', wifi, 'WPA2', 'WPA3')
say('complete a value', select(3, line_of(wifi, 'WPA3')) ~= nil)

local to = ask(wifi, 'textDocument/definition', 'AAAAAAAA-3C0A')
say('definition', #to, vim.api.nvim_buf_get_lines(wifi, to[1].range.start.line - 1, to[1].range.start.line, false)[1])
say('references', #ask(wifi, 'textDocument/references', 'AAAAAAAA-3C0A', { context = { includeDeclaration = true } }))
vim.lsp.util.apply_workspace_edit(ask(wifi, 'textDocument/rename', 'AAAAAAAA-3C0A', { newName = 'BBBBBBBB-3C0A-4C2E-8F3A-7D1B8C1B2A00' }), 'utf-16')
local text = table.concat(vim.api.nvim_buf_get_lines(wifi, 0, -1, false), '\n')
say('rename', select(2, text:gsub('BBBBBBBB', '')), select(2, text:gsub('AAAAAAAA', '')))

local names = {}
for _, s in ipairs(ask(wifi, 'textDocument/documentSymbol')[1].children) do table.insert(names, s.name) end
say('outline', table.concat(names, ', '))
say('lens', ask(wifi, 'textDocument/codeLens')[1].command.title)
vim.lsp.util.apply_text_edits(ask(wifi, 'textDocument/formatting', nil, { options = { tabSize = 4, insertSpaces = false } }), wifi, 'utf-16')
say('format', (line_of(wifi, 'PayloadUUID')) ~= nil, vim.api.nvim_buf_get_lines(wifi, 2, 3, false)[1])

local crlf = open('crlf.mobileconfig')
d = until_found('crlf', crlf, 'value-not-in-rangelist')
say('crlf', vim.bo.fileformat, vim.api.nvim_buf_get_lines(crlf, d.lnum, d.lnum + 1, false)[1]:sub(d.col + 1, d.end_col))
for _, a in ipairs(actions(crlf, 'wpa2', 'source.fixAll')) do vim.lsp.util.apply_workspace_edit(a.edit, 'utf-16') end
until_gone('fix all', crlf, 'value-not-in-rangelist')

d = until_found('set', wifi, 'payload-uuid-in-two-profiles')
say('set', d.message:gsub('\n.*', ''))
row = line_of(crlf, 'CCCCCCCC')
vim.api.nvim_buf_set_lines(crlf, row, row + 1, false, { '\t\t\t<string>DDDDDDDD-7A0C-4B0E-9C59-0C8E5A1D9F00</string>' })
until_gone('no set', wifi, 'payload-uuid-in-two-profiles')

local overlay = open('overlay.yaml')
d = until_found('template', overlay, 'unknown-key')
say('template', d.lnum, (vim.trim(vim.api.nvim_buf_get_lines(overlay, d.lnum, d.lnum + 1, false)[1])))
say('hover in a template', (ask(overlay, 'textDocument/hover', 'SSID_STR').contents.value:gsub('\n', ' ')))
for _, a in ipairs(actions(overlay, 'wpa2', 'quickfix')) do vim.lsp.util.apply_workspace_edit(a.edit, 'utf-16') end
until_gone('fix in a template', overlay, 'value-not-in-rangelist')
take('value in a template', overlay, 'WPA2', 'WPA3')
say('value in a template', (vim.trim(select(3, line_of(overlay, 'EncryptionType')))))
row = line_of(overlay, 'NoSuchKey')
vim.api.nvim_buf_set_lines(overlay, row, row, false, { '      Hidden_NET' })
take('key in a template', overlay, 'idden_NET', 'HIDDEN_NETWORK')
say('key in a template', (vim.trim(vim.api.nvim_buf_get_lines(overlay, row, row + 1, false)[1])))
vim.api.nvim_buf_set_lines(overlay, row, row + 1, false, {})
to = ask(overlay, 'textDocument/definition', 'ssid}')
say('variable', vim.fn.fnamemodify(vim.uri_to_fname(to[1].uri), ':t'), to[1].range.start.line)
vim.lsp.util.apply_workspace_edit(ask(overlay, 'textDocument/rename', 'ssid}', { newName = 'network' }), 'utf-16')
say('rename in two files', select(3, line_of(overlay, 'network')), select(3, line_of(vim.fn.bufnr('base.yaml'), 'network:')))

local json = open('passcode.json')
d = until_found('declaration', json, 'wrong-type')
say('declaration', d.message:gsub('\n.*', ''))
say('hover in a declaration', (ask(json, 'textDocument/hover', 'MinimumLength').contents.value:gsub('\n', ' ')))
for _, a in ipairs(actions(json, 'RequireComplex', 'quickfix')) do vim.lsp.util.apply_workspace_edit(a.edit, 'utf-16') end
until_gone('fix in a declaration', json, 'wrong-type')
local function set_length(n)
  local row, _, line = line_of(json, 'MinimumLength')
  vim.api.nvim_buf_set_lines(json, row, row + 1, false, { (line:gsub('"MinimumLength": %d+', '"MinimumLength": ' .. n)) })
end
set_length(99)
d = until_found('type in a declaration', json, 'value-out-of-range')
say('type in a declaration', (d.message:gsub('\n.*', '')))
set_length(8)
until_gone('type back in a declaration', json, 'value-out-of-range')
row = line_of(json, '"Payload"')
vim.api.nvim_buf_set_lines(json, row + 1, row + 1, false, { '    "MaximumPass"' })
take('key in a declaration', json, 'aximumPass', 'MaximumPasscodeAgeInDays')
say('key in a declaration', (vim.trim(vim.api.nvim_buf_get_lines(json, row + 1, row + 2, false)[1])))
vim.api.nvim_buf_set_lines(json, row + 1, row + 2, false, {})
local activation = open('activation.json')
to = ask(activation, 'textDocument/definition', 'com.acme.passcode')
say('definition of a declaration', vim.fn.fnamemodify(vim.uri_to_fname(to[1].uri), ':t'), to[1].range.start.line)
say('references to a declaration', #ask(activation, 'textDocument/references', 'com.acme.passcode', { context = { includeDeclaration = true } }))
vim.lsp.util.apply_workspace_edit(ask(activation, 'textDocument/rename', 'com.acme.passcode', { newName = 'com.acme.pin' }), 'utf-16')
say('rename a declaration', select(3, line_of(activation, 'com.acme.pin')) ~= nil, (vim.trim(select(3, line_of(json, 'Identifier')))))

for _, name in ipairs({ 'signed', 'binary' }) do
  local file = open(name .. '.mobileconfig')
  d = until_found(name, file, 'value-not-in-rangelist')
  say(name, d.lnum, (d.message:gsub('\n.*', '')))
end

local project = open('.syncguard.yaml')
vim.api.nvim_buf_set_lines(project, 0, -1, false, { 'ignore:', '  - rule: unknown-key', '    reason: a test' })
until_gone('project', overlay, 'unknown-key')

vim.lsp.stop_client(id)
wait('exit', function() return exited end)
say('exit', exited)
vim.cmd('qa!')

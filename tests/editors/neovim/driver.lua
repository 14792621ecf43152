-- What a person does in Neovim, for the scripts beside this one: `nvim --clean --headless -l SCRIPT FOLDER`.
-- EDITOR_FOLDER is editors/neovim of the repository; PATH leads to `refract`.

local M = {}

local PATIENCE = 10000 -- milliseconds

function M.wait(what, holds)
  if not vim.wait(PATIENCE, holds, 20) then
    error(('waited in vain for %s; shown: %s; told:\n%s\nbuffer:\n%s'):format(what, vim.inspect(M.findings()), vim.fn.execute('messages'), M.text()), 2)
  end
end

function M.equal(got, wanted)
  if not vim.deep_equal(got, wanted) then
    error(('got %s\nwanted %s'):format(vim.inspect(got), vim.inspect(wanted)), 2)
  end
end

function M.text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
end

--- Opens a file as a user does who has the folder on the runtime path and `vim.lsp.enable('refract')`.
function M.open(file)
  vim.cmd.edit(vim.fn.fnameescape(file))
end

function M.client()
  local found
  M.wait('the server', function()
    found = vim.lsp.get_clients({ bufnr = 0, name = 'refract' })[1]
    return found and found.initialized
  end)
  return found
end

--- The place of `text`: 1-based line, 0-based byte column.
function M.place(text)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local start = line:find(text, 1, true)
    if start then
      return number, start - 1
    end
  end
  error('not in the buffer: ' .. text, 2)
end

function M.go_to(text)
  local line, column = M.place(text)
  vim.api.nvim_win_set_cursor(0, { line, column })
end

--- Types keys, as a person does who is in normal mode.
function M.type(keys)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(keys, true, false, true), 'xt', false)
end

--- The diagnostics in the buffer as `rule=text under the squiggle`, in order.
function M.findings()
  local found = {}
  for _, d in ipairs(vim.diagnostic.get(0)) do
    local text = vim.api.nvim_buf_get_text(0, d.lnum, d.col, d.end_lnum, d.end_col, {})[1]
    table.insert(found, d.code .. '=' .. text)
  end
  table.sort(found)
  return found
end

function M.wait_for_findings(...)
  local wanted = { ... }
  M.wait(table.concat(wanted, ', '), function()
    return vim.deep_equal(M.findings(), wanted)
  end)
end

--- Waits until a window floats over the buffer that shows `text`, and closes it.
function M.wait_for_float(text)
  M.wait('a window with ' .. text, function()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
      if vim.api.nvim_win_get_config(window).relative ~= '' then
        if table.concat(lines, '\n'):find(text, 1, true) then
          vim.api.nvim_win_close(window, true)
          return true
        end
      end
    end
  end)
end

--- The titles of the code actions where the cursor is.
function M.actions()
  local client = M.client()
  local params = vim.lsp.util.make_range_params(0, client.offset_encoding)
  params.context = { triggerKind = 1, diagnostics = {} }
  local answer = client:request_sync('textDocument/codeAction', params, PATIENCE, 0)
  return vim.tbl_map(function(action)
    return action.title
  end, answer and answer.result or {})
end

--- Chooses the code action whose title begins with these words, the way `gra` does.
function M.apply(words)
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(action)
      return vim.startswith(action.title, words)
    end,
  })
end

--- The titles of the lenses, in order.
function M.lenses()
  local client = M.client()
  local params = { textDocument = vim.lsp.util.make_text_document_params(0) }
  local answer = client:request_sync('textDocument/codeLens', params, PATIENCE, 0)
  return answer and answer.result or {}
end

function M.wait_for_lens(title)
  M.wait('the lens ' .. title, function()
    return vim.iter(M.lenses()):any(function(lens)
      return lens.command.title == title
    end)
  end)
end

--- Runs the lens whose title begins with these words, as Neovim's own command for lenses does.
function M.run_lens(words)
  for _, lens in ipairs(M.lenses()) do
    if vim.startswith(lens.command.title, words) then
      M.client():exec_cmd(lens.command, { bufnr = vim.api.nvim_get_current_buf() })
      return
    end
  end
  error('no such lens: ' .. words, 2)
end

--- Stands in for the person at `vim.ui`: chooses and types these answers, in this order. What was asked is in the
--- table that is returned.
function M.answer(...)
  local answers, asked = { ... }, {}
  local function next_answer(prompt)
    table.insert(asked, prompt)
    return table.remove(answers, 1)
  end
  vim.ui.input = function(options, done)
    done(next_answer(options.prompt))
  end
  vim.ui.select = function(items, options, done)
    local wanted = next_answer(options.prompt)
    local shown = options.format_item or tostring
    for place, item in ipairs(items) do
      if wanted and vim.startswith(shown(item), wanted) then
        done(item, place)
        return
      end
    end
    done(nil)
  end
  return asked
end

--- Waits until a person has been told something that matches, by a notification or a message of the server.
function M.told(pattern)
  M.wait('the message ' .. pattern, function()
    return vim.fn.execute('messages'):find(pattern)
  end)
end

--- The files with changes that are not on the disk.
function M.unsaved()
  local found = {}
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.bo[buffer].modified and vim.bo[buffer].buftype == '' then
      table.insert(found, vim.api.nvim_buf_get_name(buffer))
    end
  end
  return found
end

--- The files below a folder that match, in order.
function M.files(folder, pattern)
  return vim.fn.sort(vim.fn.glob(folder .. '/' .. pattern, true, true))
end

--- What a file on the disk holds.
function M.read(path)
  return table.concat(vim.fn.readfile(path), '\n')
end

function M.holds(path, text)
  if not M.read(path):find(text, 1, true) then
    error(('%s holds no %s:\n%s'):format(path, text, M.read(path)), 2)
  end
end

--- Runs a test, prints how it went, and leaves once the server has.
function M.run(test)
  vim.opt.runtimepath:prepend(vim.env.EDITOR_FOLDER)
  vim.cmd('filetype plugin on') -- with -l, a script runs before Neovim would do this
  vim.lsp.enable('refract')
  local ok, failure = xpcall(test, debug.traceback)
  io.write(ok and 'passed\n' or failure .. '\n')
  for _, client in ipairs(vim.lsp.get_clients()) do
    client:stop()
  end
  vim.wait(5000, function()
    return #vim.lsp.get_clients() == 0
  end, 20)
  vim.cmd(ok and 'qall!' or 'cquit 1')
end

return M

--- What Neovim adds to Refract's language server: its file types, and the commands that open a window.
--- Everything else (diagnostics, fixes, hover, lenses) is Neovim's own.

local M = {}

local ROOT_MARKERS = { 'refract.toml', 'prisma.config.ts', 'prisma.config.mjs', 'package.json', '.git' }

--- The root folder for a file's server. A SQL file that is not a Prisma migration has none.
---@param buffer integer
---@param on_dir fun(root: string)
function M.root_dir(buffer, on_dir)
  local name = vim.api.nvim_buf_get_name(buffer)
  if vim.bo[buffer].filetype == 'sql' and not M.is_migration(name) then
    return
  end
  on_dir(vim.fs.root(buffer, { ROOT_MARKERS }) or vim.fs.dirname(name))
end

--- Whether a path is that of a migration: `migration.sql` in a separate folder.
---@param path string
function M.is_migration(path)
  return vim.fs.basename(path) == 'migration.sql' and path:find('[/\\]migrations?[/\\][^/\\]+[/\\][^/\\]+$') ~= nil
end

--- The capabilities of Neovim and of this file: asking the questions of a plan.
--- New files are left to the server: Neovim makes them empty, with their text in buffers that nobody has on screen.
--- It shows annotations as a message of several lines, which has to be dismissed.
--- Outlines, definitions and references are left to Prisma's server if that is enabled before this one.
function M.capabilities()
  local capabilities = vim.lsp.protocol.make_client_capabilities()
  capabilities.workspace.workspaceEdit.resourceOperations = { 'rename', 'delete' }
  capabilities.workspace.workspaceEdit.changeAnnotationSupport = vim.NIL -- else the default comes back
  local is_alone = not (vim.lsp.is_enabled and vim.lsp.is_enabled('prismals'))
  capabilities.experimental = { refract = { asks = true, navigation = is_alone } }
  return capabilities
end

--- The files of an edit without unsaved changes.
---@param edit lsp.WorkspaceEdit
local function saved_files(edit)
  local uris = vim.tbl_map(function(change)
    return change.textDocument and change.textDocument.uri
  end, edit.documentChanges or {})
  return vim.tbl_filter(function(uri)
    return not vim.bo[vim.uri_to_bufnr(uri)].modified
  end, uris)
end

---@param uri string
local function save(uri)
  vim.api.nvim_buf_call(vim.uri_to_bufnr(uri), function()
    local ok, failure = pcall(vim.cmd, 'silent update')
    if not ok then
      vim.notify('Refract: ' .. failure, vim.log.levels.ERROR)
    end
  end)
end

M.handlers = {
  --- Plans are read from disk, so a file without unsaved changes is saved again after the edit.
  ['workspace/applyEdit'] = function(failure, params, context)
    local to_save = saved_files(params.edit)
    local answer = vim.lsp.handlers['workspace/applyEdit'](failure, params, context)
    vim.iter(to_save):each(save)
    return answer
  end,
}

---@param client vim.lsp.Client
---@param command string
---@param arguments any[]
---@param done fun(result: any)
local function execute(client, command, arguments, done)
  client:request('workspace/executeCommand', { command = command, arguments = arguments }, function(failure, result)
    if failure then
      vim.notify('Refract: ' .. failure.message, vim.log.levels.ERROR)
      return
    end
    done(result)
  end)
end

--- Shows text in a separate window; closing the window deletes the buffer.
---@param name string
---@param filetype string
---@param text string
local function show(name, filetype, text)
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split(text, '\n'))
  vim.bo[buffer].bufhidden = 'wipe'
  vim.bo[buffer].filetype = filetype
  vim.bo[buffer].modifiable = false
  vim.api.nvim_buf_set_name(buffer, ('refract://%d/%s'):format(buffer, name))
  vim.cmd.sbuffer(buffer)
end

---@param uris string[]?
local function open_all(uris)
  for _, uri in ipairs(uris or {}) do
    vim.cmd.edit(vim.fn.fnameescape(vim.uri_to_fname(uri)))
  end
end

--- Names the files that a plan or a fix has written, since no window shows them.
---@param uris string[]?
local function notify_written(uris)
  if uris and #uris > 0 then
    local files = vim.tbl_map(function(uri)
      return vim.fn.fnamemodify(vim.uri_to_fname(uri), ':~:.')
    end, uris)
    vim.notify('Refract: wrote ' .. table.concat(files, ', '))
  end
end

---@param context { client_id: integer }
local function client_of(context)
  return assert(vim.lsp.get_client_by_id(context.client_id))
end

---@param client vim.lsp.Client
---@param uri string
local function preview(client, uri)
  execute(client, 'refract.previewMigration', { uri }, function(found)
    if not found then
      vim.notify('Refract: no Prisma project found for this file.', vim.log.levels.WARN)
    elseif #found.names == 0 then
      vim.notify('Refract: no pending changes.')
    else
      show('pending.sql', 'sql', ('-- %s\n%s'):format(found.summary, found.sql))
    end
  end)
end

---@param client vim.lsp.Client
---@param arguments any[] the file's URI, and the name if there is one
local function create(client, arguments)
  execute(client, 'refract.createMigration', arguments, open_all)
end

--- Asks the questions one by one; `done` gets all answers, and is not called after a cancel.
---@param questions { name: string, text: string, default?: string, choices?: string[] }[]
---@param answers table<string, string>
---@param done fun(answers: table<string, string>)
local function ask(questions, answers, done)
  local question = questions[1]
  if not question then
    done(answers)
    return
  end
  local function on_answer(answer)
    if answer == nil then
      return
    end
    ask(vim.list_slice(questions, 2), vim.tbl_extend('force', answers, { [question.name] = answer }), done)
  end
  if question.choices and #question.choices > 0 then
    vim.ui.select(question.choices, { prompt = question.text }, on_answer)
  else
    vim.ui.input({ prompt = question.text .. ': ', default = question.default }, on_answer)
  end
end

---@param client vim.lsp.Client
---@param wanted { uri: string, finding?: string, recipe: string, subject: string, answers: table, questions: table[] }
local function ask_and_split(client, wanted)
  ask(wanted.questions, wanted.answers or {}, function(answers)
    local plan = { recipe = wanted.recipe, subject = wanted.subject, finding = wanted.finding }
    plan.answers = next(answers) and answers or vim.empty_dict()
    execute(client, 'refract.newPlan', { wanted.uri, plan }, notify_written)
  end)
end

--- The commands of lenses and actions that open a window; the server runs all others.
M.commands = {
  ['refract.previewMigration'] = function(command, context)
    preview(client_of(context), command.arguments[1])
  end,
  ['refract.createMigration'] = function(command, context)
    create(client_of(context), command.arguments)
  end,
  ['refract.showFixes'] = function(command, context)
    execute(client_of(context), command.command, command.arguments, function(place)
      if place then
        vim.lsp.buf.code_action()
      end
    end)
  end,
  ['refract.applyFix'] = function(command, context)
    execute(client_of(context), command.command, command.arguments, notify_written)
  end,
  ['refract.askAndSplit'] = function(command, context)
    ask_and_split(client_of(context), command.arguments[1])
  end,
}

--- Asks for a recipe and its answers, then makes the plan.
---@param client vim.lsp.Client
---@param uri string
local function new_plan(client, uri)
  execute(client, 'refract.recipes', { uri }, function(recipes)
    local served = vim.tbl_filter(function(recipe)
      return recipe.serves
    end, recipes or {})
    local function title(recipe)
      return recipe.name .. ': ' .. recipe.summary
    end
    vim.ui.select(served, { prompt = 'Which change?', format_item = title }, function(recipe)
      if not recipe then
        return
      end
      vim.ui.input({ prompt = ('Which %s? '):format(recipe.subject), default = vim.fn.expand('<cword>') }, function(subject)
        if subject and subject ~= '' then
          ask_and_split(client, { uri = uri, recipe = recipe.name, subject = subject, questions = recipe.questions })
        end
      end)
    end)
  end)
end

--- Neovim watches no files on Linux. The server gets notice of each file that Neovim writes; after a shell command
--- or a change of focus, everything is read again.
---@param client vim.lsp.Client
local function notify_of_changes(client)
  if vim.lsp.protocol.make_client_capabilities().workspace.didChangeWatchedFiles.dynamicRegistration then
    return
  end
  local group = vim.api.nvim_create_augroup('refract.' .. client.id, {})
  local function changed(path)
    local change = { uri = vim.uri_from_fname(path), type = vim.lsp.protocol.FileChangeType.Changed }
    client:notify('workspace/didChangeWatchedFiles', { changes = { change } })
  end
  vim.api.nvim_create_autocmd('BufWritePost', {
    group = group,
    callback = function(event)
      changed(vim.fs.abspath(event.file))
    end,
  })
  vim.api.nvim_create_autocmd({ 'FocusGained', 'ShellCmdPost', 'TermLeave' }, {
    group = group,
    callback = function()
      changed(vim.fs.joinpath(client.root_dir, '.git', 'HEAD'))
    end,
  })
end

---@param client vim.lsp.Client
---@param buffer integer
function M.on_attach(client, buffer)
  notify_of_changes(client)
  local uri = vim.uri_from_bufnr(buffer)
  local function define(name, run, description, nargs)
    vim.api.nvim_buf_create_user_command(buffer, name, run, { desc = description, nargs = nargs or 0 })
  end
  define('LspRefractPreview', function()
    preview(client, uri)
  end, 'Preview pending SQL')
  define('LspRefractCreate', function(typed)
    create(client, typed.args ~= '' and { uri, typed.args } or { uri })
  end, 'Create the pending migration (default name: the best suggestion)', '?')
  define('LspRefractPlan', function()
    new_plan(client, uri)
  end, 'Split a change into safe steps (new plan)')
  define('LspRefractRollback', function(typed)
    execute(client, 'refract.writeRollback', typed.args ~= '' and { uri, typed.args } or { uri }, open_all)
  end, 'Write the rollback (down.sql) of a migration', '?')
  define('LspRefractRunbook', function(typed)
    execute(client, 'refract.runbook', { uri, typed.fargs }, function(found)
      if found then
        show('runbook.md', 'markdown', found.text)
      end
    end)
  end, 'Open the runbook: the checklist for the next deploy', '*')
end

return M

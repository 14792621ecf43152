--- What Neovim adds to Refract's language server: which files it is for, and the commands that show something.
--- Everything else (diagnostics, fixes, hover, lenses) is Neovim's own.

local M = {}

local ROOT_MARKERS = { 'refract.toml', 'prisma.config.ts', 'prisma.config.mjs', 'package.json', '.git' }

--- The folder that a file's server looks after. A SQL file that is no migration of Prisma's has none.
---@param buffer integer
---@param on_dir fun(root: string)
function M.root_dir(buffer, on_dir)
  local name = vim.api.nvim_buf_get_name(buffer)
  if vim.bo[buffer].filetype == 'sql' and not M.is_migration(name) then
    return
  end
  on_dir(vim.fs.root(buffer, { ROOT_MARKERS }) or vim.fs.dirname(name))
end

--- Whether a path is that of a migration: `migration.sql` in a folder of its own.
---@param path string
function M.is_migration(path)
  return vim.fs.basename(path) == 'migration.sql' and path:find('[/\\]migrations?[/\\][^/\\]+[/\\][^/\\]+$') ~= nil
end

--- What Neovim can do, and beyond it: ask a person what a plan has to be told.
--- New files are left to the server: Neovim makes them empty, with their text in buffers that nobody has on screen.
--- It shows annotations as a message of several lines, which has to be dismissed.
function M.capabilities()
  local capabilities = vim.lsp.protocol.make_client_capabilities()
  capabilities.workspace.workspaceEdit.resourceOperations = { 'rename', 'delete' }
  capabilities.workspace.workspaceEdit.changeAnnotationSupport = vim.NIL -- else the default comes back
  capabilities.experimental = { refract = { asks = true } }
  return capabilities
end

--- The files of an edit that hold nothing which a person has typed and not saved.
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
  --- A plan counts as it is on the disk, so a file that was saved is saved again. One with changes of a person is not.
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

--- Shows text in a window of its own, which goes when it is closed.
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

--- Names the files that a plan or a fix has written: they are on no screen.
---@param uris string[]?
local function tell_written(uris)
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
      vim.notify('Refract: this file is part of no Prisma project that could be read.', vim.log.levels.WARN)
    elseif #found.names == 0 then
      vim.notify('Refract: nothing is pending.')
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

--- Asks the questions one by one; `done` gets all answers, and is not called when a person turns away.
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
    execute(client, 'refract.newPlan', { wanted.uri, plan }, tell_written)
  end)
end

--- The commands of lenses and actions that end in something to look at; the server runs all others by itself.
M.commands = {
  ['refract.previewMigration'] = function(command, context)
    preview(client_of(context), command.arguments[1])
  end,
  ['refract.createMigration'] = function(command, context)
    create(client_of(context), command.arguments)
  end,
  ['refract.applyFix'] = function(command, context)
    execute(client_of(context), command.command, command.arguments, tell_written)
  end,
  ['refract.askAndSplit'] = function(command, context)
    ask_and_split(client_of(context), command.arguments[1])
  end,
}

--- Chooses a recipe, asks what it has to know, and begins the plan.
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
    vim.ui.select(served, { prompt = 'What is to change?', format_item = title }, function(recipe)
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

--- Neovim watches no files on Linux. What it writes is told to the server; after another program had its turn,
--- everything is read again.
---@param client vim.lsp.Client
local function tell_of_changes(client)
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
  tell_of_changes(client)
  local uri = vim.uri_from_bufnr(buffer)
  local function define(name, run, description, nargs)
    vim.api.nvim_buf_create_user_command(buffer, name, run, { desc = description, nargs = nargs or 0 })
  end
  define('LspRefractPreview', function()
    preview(client, uri)
  end, 'Show the SQL of the pending change')
  define('LspRefractCreate', function(typed)
    create(client, typed.args ~= '' and { uri, typed.args } or { uri })
  end, 'Write the pending migration, under this name or a suggested one', '?')
  define('LspRefractPlan', function()
    new_plan(client, uri)
  end, 'Split a change into safe steps')
  define('LspRefractRollback', function(typed)
    execute(client, 'refract.writeRollback', typed.args ~= '' and { uri, typed.args } or { uri }, open_all)
  end, 'Write what undoes a migration', '?')
  define('LspRefractRunbook', function(typed)
    execute(client, 'refract.runbook', { uri, typed.fargs }, function(found)
      if found then
        show('runbook.md', 'markdown', found.text)
      end
    end)
  end, 'Show the checklist for what is about to be deployed', '*')
end

return M

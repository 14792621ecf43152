---@brief
---
--- Refract says what a change to a Prisma schema would do to a database in use, while the change is being typed.
--- `pipx install prisma-refract` brings the command `refract`. Prisma's own server may run beside it.
---
--- Attaches to `*.prisma`, and of SQL files only to those of migrations (`migrations/<name>/migration.sql`).

local refract = require('refract')

---@type vim.lsp.Config
return {
  cmd = { 'refract', 'server' },
  filetypes = { 'prisma', 'sql' },
  root_dir = refract.root_dir,
  capabilities = refract.capabilities(),
  commands = refract.commands,
  handlers = refract.handlers,
  on_attach = refract.on_attach,
  settings = { refract = vim.empty_dict() },
}

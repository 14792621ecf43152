---@brief
---
--- Refract catches risky Prisma schema changes while you type.
--- `pipx install prisma-refract` installs the command `refract`. Prisma's own server can run alongside.
---
--- Attaches to `*.prisma`, and to the SQL files of migrations (`migrations/<name>/migration.sql`).

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

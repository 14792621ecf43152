-- SQL: a migration has findings, under the right letters where the line holds others than ASCII; other SQL has no server.
local folder = arg[1]
package.path = vim.fs.dirname(vim.fs.abspath(arg[0])) .. '/?.lua;' .. package.path
local nvim = require('driver')

nvim.run(function()
  nvim.open(folder .. '/seed.sql')
  nvim.equal(vim.bo.filetype, 'sql')
  vim.wait(1000)
  nvim.equal(vim.lsp.get_clients({ name = 'refract' }), {})

  nvim.open(folder .. '/prisma/migrations/20250102000000_drop/migration.sql')
  nvim.client()
  nvim.wait_for_findings('drop-column=DROP COLUMN "naïve😀"')
end)

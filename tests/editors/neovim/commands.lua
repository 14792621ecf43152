-- The commands that a person types: what is pending, plans, what undoes a migration, the runbook.
local folder = arg[1]
package.path = vim.fs.dirname(vim.fs.abspath(arg[0])) .. '/?.lua;' .. package.path
local nvim = require('driver')

nvim.run(function()
  local schema = folder .. '/prisma/schema.prisma'
  local function back_to_the_schema()
    vim.cmd.only()
    nvim.open(schema)
  end
  nvim.open(schema)
  nvim.client()

  vim.cmd('LspRefractPreview')
  nvim.told('Refract: no pending changes.')
  vim.cmd('LspRefractRunbook')
  nvim.told('No migrations are new since')

  -- Who turns away gets nothing.
  nvim.go_to('name ')
  nvim.answer('rename-field: ')
  vim.cmd('LspRefractPlan')
  vim.wait(500)
  nvim.equal(nvim.files(folder, 'prisma/plans/*'), {})

  -- What cannot be is refused in words.
  nvim.answer('rename-field: ', 'User.name', 'titlé', 'trigger')
  vim.cmd('LspRefractPlan')
  nvim.told('`titlé` is not a valid field name')
  nvim.equal(nvim.files(folder, 'prisma/plans/*'), {})

  nvim.answer('rename-field: ', 'User.name', 'title', 'trigger')
  vim.cmd('LspRefractPlan')
  nvim.told('wrote .*rename_field_user_name_to_title.toml')
  nvim.wait_for_lens('Refract 1/5')

  vim.cmd('LspRefractRunbook 20250101000000_init')
  nvim.wait('the runbook', function()
    return vim.bo.filetype == 'markdown' and nvim.text():find('## 2. Deploy', 1, true)
  end)
  back_to_the_schema()

  vim.cmd('LspRefractRollback')
  nvim.wait('what undoes it', function()
    return vim.api.nvim_buf_get_name(0):find('20250101000000_init/down.sql', 1, true)
  end)
  nvim.holds(folder .. '/prisma/migrations/20250101000000_init/down.sql', 'DROP TABLE "User";')
  back_to_the_schema()
  vim.cmd('LspRefractRollback 20250101000000_init')
  nvim.told('already exists and was not overwritten')
end)

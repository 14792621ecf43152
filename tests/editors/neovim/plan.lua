-- A risky change is split by the light bulb, which asks; its steps are taken by lenses. All that is made is on the disk.
local folder = arg[1]
package.path = vim.fs.dirname(vim.fs.abspath(arg[0])) .. '/?.lua;' .. package.path
local nvim = require('driver')

local PLAN = folder .. '/prisma/plans/add_required_field_user_text.toml'

nvim.run(function()
  vim.o.autoread = true
  local schema = folder .. '/prisma/schema.prisma'
  nvim.open(schema)
  nvim.client()
  nvim.wait_for_findings()

  -- Typed and not saved: the files of the plan are written, the schema is the person's to save.
  nvim.go_to('naive')
  nvim.type('Otext  String<Esc>')
  nvim.wait_for_findings('add-required-column-without-default=text')
  nvim.go_to('text')
  local asked = nvim.answer("'–é😀'")
  nvim.apply('Add in')
  nvim.wait_for_lens('Refract 2/4')
  nvim.equal(asked, { 'Value of existing rows, such as NL, or an SQL expression over the columns: ' })
  nvim.holds(PLAN, [[value = "'–é😀'"]])
  nvim.holds(nvim.files(folder, 'prisma/migrations/*_add_text_to_users/migration.sql')[1], 'ADD COLUMN     "text" TEXT;')
  nvim.told('Refract: wrote .*add_required_field_user_text.toml, .*_add_text_to_users/migration.sql')
  nvim.equal(nvim.unsaved(), { schema })
  nvim.wait_for_findings()
  vim.cmd.write()

  -- Saved before: all is saved again, and a step can follow the other.
  nvim.run_lens('Confirm: ')
  nvim.wait_for_lens('Take step 3: Fill `text` in existing rows')
  nvim.holds(PLAN, 'confirmed = {by = ')
  nvim.run_lens('Take step 3: ')
  nvim.wait_for_lens('Take step 4: Make `text` required')
  nvim.holds(nvim.files(folder, 'prisma/migrations/*_backfill_user/migration.sql')[1], [[SET "text" = '–é😀']])
  vim.lsp.codelens.enable()
  nvim.go_to('text')
  nvim.answer('Take step 4: ')
  nvim.wait('lenses on screen', function()
    return #vim.lsp.codelens.get({ bufnr = 0 }) > 0
  end)
  nvim.type('grx')
  nvim.wait('the required field, saved', function()
    return nvim.read(schema):find('text  String\n', 1, true)
  end)
  nvim.equal(nvim.unsaved(), {})
  nvim.wait_for_findings()

  -- What another program does meanwhile is seen.
  vim.cmd('silent !cd ' .. vim.fn.shellescape(folder) .. ' && refract plan back')
  vim.cmd.checktime()
  nvim.wait_for_lens('Take step 4: Make `text` required')
end)

-- Neovim as any client: started without what editors/neovim adds, as before 0.11. It asks nothing, makes the files of
-- an edit as buffers, which the person writes, and shows the migration.
local folder = arg[1]
package.path = vim.fs.dirname(vim.fs.abspath(arg[0])) .. '/?.lua;' .. package.path
local nvim = require('driver')

nvim.run(function()
  local schema = folder .. '/prisma/schema.prisma'
  vim.lsp.enable('refract', false)
  vim.api.nvim_create_autocmd('FileType', {
    pattern = 'prisma',
    callback = function()
      vim.lsp.start({ name = 'refract', cmd = { 'refract', 'server' }, root_dir = folder })
    end,
  })
  nvim.open(schema)
  nvim.client()
  nvim.go_to('naive')
  nvim.type('Otext  String<Esc>')
  nvim.wait_for_findings('add-required-column-without-default=text')
  nvim.go_to('text')
  nvim.apply('Add in')
  nvim.wait('the files of the plan', function()
    return #nvim.unsaved() == 3
  end)
  nvim.wait('the migration on screen', function()
    return vim.api.nvim_buf_get_name(0):find('_add_text_to_users/migration.sql', 1, true)
  end)
  vim.cmd.wall()
  nvim.open(schema)
  vim.cmd.write() -- the last one: the server reads again when the schema is saved
  nvim.holds(folder .. '/prisma/plans/add_required_field_user_text.toml', 'TODO')
  nvim.wait_for_lens('Refract 2/4')

  nvim.run_lens('Confirm: ')
  nvim.wait('the confirmed plan', function()
    return #nvim.unsaved() == 1
  end)
  vim.cmd.wall()
  vim.cmd.write()
  nvim.wait_for_lens('Take step 3: Fill `text` in existing rows')
end)

-- A field is renamed in the schema: squiggles, hover, the light bulb, lenses, what is pending.
local folder = arg[1]
package.path = vim.fs.dirname(vim.fs.abspath(arg[0])) .. '/?.lua;' .. package.path
local nvim = require('driver')

nvim.run(function()
  nvim.open(folder .. '/prisma/schema.prisma')
  nvim.equal(vim.bo.filetype, 'prisma')
  local client = nvim.client()
  nvim.equal(client.root_dir, vim.fs.abspath(folder))
  nvim.wait_for_findings()

  nvim.go_to('name ')
  nvim.type('ciwtitle<Esc>')
  nvim.wait_for_findings('field-rename-as-drop-add=title')

  nvim.go_to('title')
  vim.lsp.buf.hover()
  nvim.wait_for_float('ADD COLUMN     "title"')

  local preview = nvim.lenses()[3].command
  nvim.equal(preview.title, 'Preview SQL')
  nvim.run_lens('Preview SQL')
  nvim.wait('the preview', function()
    return vim.bo.filetype == 'sql' and nvim.text():find('DROP COLUMN "name"', 1, true)
  end)
  vim.cmd.close()

  nvim.go_to('title')
  nvim.apply('Keep')
  nvim.wait('@map', function()
    return nvim.text():find('@map("name")', 1, true)
  end)
  nvim.wait_for_findings()

  nvim.type('Go<CR>model Tag {<CR>id Int @id<CR>}<Esc>')
  vim.cmd.write()
  nvim.wait('the lens for the new model', function()
    return #nvim.lenses() == 3
  end)
  vim.cmd('LspRefractCreate add_tags')
  nvim.wait('the migration', function()
    return vim.api.nvim_buf_get_name(0):find('add_tags/migration.sql', 1, true) and nvim.text():find('CREATE TABLE "Tag"', 1, true)
  end)
end)

-- Settings that cannot be are told once, by the name that is right; those that can be are followed at once.
local folder = arg[1]
package.path = vim.fs.dirname(vim.fs.abspath(arg[0])) .. '/?.lua;' .. package.path
local nvim = require('driver')

nvim.run(function()
  vim.lsp.config('refract', { settings = { refract = { ['fail-onn'] = 'warning' } } })
  nvim.open(folder .. '/prisma/schema.prisma')
  local client = nvim.client()
  local function set(settings)
    client.settings = { refract = settings }
    client:notify('workspace/didChangeConfiguration', { settings = client.settings })
  end
  nvim.told("the editor's settings: unknown setting fail%-onn, did you mean fail%-on%?")
  nvim.go_to('name ')
  nvim.type('dd')
  nvim.wait_for_findings('drop-column=User')

  for _ = 1, 3 do
    set({ rules = { ['drop-columm'] = 'off', ['drop-table'] = 3 } })
    nvim.told("the editor's settings: rules must set drop%-table to one of error, warning, info, off, not 3")
    vim.wait(200)
  end
  local _, times = vim.fn.execute('messages'):gsub('drop%-table to one of', '')
  nvim.equal(times, 1)
  set({ rules = { ['drop-columm'] = 'off' } })
  nvim.told('unknown rule drop%-columm, did you mean drop%-column%?')
  nvim.equal(nvim.findings(), { 'drop-column=User' })

  set({ rules = { ['drop-column'] = 'off' } })
  nvim.wait_for_findings()
end)

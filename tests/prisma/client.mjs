// Programs that use Prisma Client: lines of JSON {client, model, action, args} in, {value} or {error} out.
// `client` is the folder of a generated client; each has a connection of its own to the database given as argument.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { PrismaPg } from '@prisma/adapter-pg'

const require = createRequire(import.meta.url)
const [url] = process.argv.slice(2)
const programs = new Map()

function program(folder) {
  if (!programs.has(folder)) {
    const { PrismaClient } = require(folder)
    programs.set(folder, new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: 1 }) }))
  }
  return programs.get(folder)
}

const plain = (_, value) => (typeof value === 'bigint' ? Number(value) : value)

for await (const line of createInterface({ input: process.stdin })) {
  const { client, model, action, args } = JSON.parse(line)
  let answer
  try {
    answer = { value: await program(client)[model][action](args) }
  } catch (error) {
    answer = { error: String(error.message ?? error) }
  }
  process.stdout.write(JSON.stringify(answer, plain) + '\n')
}
for (const one of programs.values()) await one.$disconnect()

// Prisma's own schema engine behind lines of JSON: {"from": schema | null, "to": schema} in, {"sql"} or {"error"} out.
// A comparison of two schemas needs no database, so the engine is given one that can only say its version.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

const require = createRequire(import.meta.url)
const { ColumnTypeEnum, bindMigrationAwareSqlAdapterFactory } = await import('@prisma/driver-adapter-utils')

const glue = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg')
const wasm = new WebAssembly.Module(readFileSync(glue.replace(/\.js$/, '.wasm')))
const panics = { last: null, set_message(message) { this.last = message } }
globalThis.PRISMA_WASM_PANIC_REGISTRY = panics

let loads = 0
// An instance that panicked is broken for good: each load starts from a fresh copy of the glue.
async function load() {
  const bindings = await import(`${pathToFileURL(glue).href}?load=${loads++}`)
  const instance = new WebAssembly.Instance(wasm, { './schema_engine_bg.js': bindings })
  bindings.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  return { bindings, engines: new Map() }
}

const refuse = async () => { throw new Error('no database here') }

function databaseOf(provider) {
  const connection = {
    provider,
    adapterName: 'no-database',
    getConnectionInfo: () => ({ schemaName: provider === 'postgres' ? 'public' : undefined, supportsRelationJoins: false }),
    async queryRaw({ sql }) {
      if (!sql.includes('version()')) return refuse()
      return {
        columnNames: ['exists', 'version', 'numeric_version'],
        columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
        rows: [[true, 'PostgreSQL 15.0', 150000]],
      }
    },
    executeRaw: refuse,
    executeScript: refuse,
    startTransaction: refuse,
    dispose: async () => {},
  }
  return { provider, adapterName: 'no-database', connect: async () => connection, connectToShadowDb: refuse }
}

// The schema names the dialect: CockroachDB's is spoken by the engine for PostgreSQL.
async function engineFor(state, provider) {
  const kind = provider === 'sqlite' ? 'sqlite' : 'postgres'
  if (!state.engines.has(kind)) {
    const factory = bindMigrationAwareSqlAdapterFactory(databaseOf(kind))
    const engine = await state.bindings.SchemaEngine.new({ datamodels: undefined }, () => {}, factory)
    state.engines.set(kind, engine)
  }
  return state.engines.get(kind)
}

const side = (schema) =>
  schema === null ? { tag: 'empty' } : { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: schema }] }

async function compare(state, { provider, from, to }) {
  const engine = await engineFor(state, provider)
  const filters = { externalTables: [], externalEnums: [] }
  const { stdout } = await engine.diff({ from: side(from), to: side(to), script: true, exitCode: true, filters })
  return { sql: stdout }
}

const messageOf = (error) => {
  const text = String(panics.last ?? error?.message ?? error)
  try { return JSON.parse(text).message ?? text } catch { return text }
}

// A panic inside a promise of the engine reaches nobody who waits for an answer.
async function unlessItCrashes(work) {
  let fail
  const crash = new Promise((_, reject) => { fail = reject })
  process.once('uncaughtException', fail)
  try { return await Promise.race([work, crash]) } finally { process.off('uncaughtException', fail) }
}

let state = await load()
for await (const line of createInterface({ input: process.stdin })) {
  panics.last = null
  let answer
  try {
    answer = await unlessItCrashes(compare(state, JSON.parse(line)))
  } catch (error) {
    answer = { error: messageOf(error), panic: panics.last !== null }
    if (panics.last !== null || error instanceof WebAssembly.RuntimeError) state = await load()
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}

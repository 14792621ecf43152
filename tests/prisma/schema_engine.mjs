#!/usr/bin/env node
// Prisma's schema engine as its command line runs it: `--datamodels FILE`, `--datasource JSON`, then lines of JSON-RPC.
// The engine itself is the WebAssembly build from npm, since the native one cannot be had there; a driver adapter
// connects it to the database.
import { createRequire } from 'node:module'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { ColumnTypeEnum, bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: { datamodels: { type: 'string', multiple: true }, datasource: { type: 'string' } },
})
const { url } = JSON.parse(options.datasource ?? '{}')
const panics = { last: null, set_message(message) { this.last = message } }
globalThis.PRISMA_WASM_PANIC_REGISTRY = panics

async function bindings() {
  const glue = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const loaded = await import(glue)
  const instance = new WebAssembly.Instance(
    new WebAssembly.Module(readFileSync(glue.replace(/\.js$/, '.wasm'))), { './schema_engine_bg.js': loaded })
  loaded.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  return loaded
}

async function postgresql() {
  const { default: pg } = await import('pg')
  const { PrismaPg } = await import('@prisma/adapter-pg')
  // The adapter does not know the type "char", of which the catalogue has columns: it is given text, the engine a character.
  const CHAR = 18, TEXT = 25
  const pool = (connectionString, seen) => {
    const made = new pg.Pool({ connectionString, max: 1 })
    made.query = async (...query) => {
      const client = await made.connect()
      try {
        const result = await client.query(...query)
        seen.characters = new Set((result.fields ?? []).flatMap((field, at) => (field.dataTypeID === CHAR ? [at] : [])))
        for (const at of seen.characters) result.fields[at].dataTypeID = TEXT
        return result
      } finally {
        client.release()
      }
    }
    return made
  }
  const connect = async (to) => {
    const seen = { characters: new Set() }
    const adapter = await new PrismaPg(pool(to, seen), { disposeExternalPool: true }).connect()
    const query = adapter.queryRaw.bind(adapter)
    adapter.queryRaw = async (asked) => {
      const result = await query(asked)
      const columnTypes = result.columnTypes.map((type, at) => (seen.characters.has(at) ? ColumnTypeEnum.Character : type))
      return { ...result, columnTypes }
    }
    // The adapter cuts a script at each semicolon; the native engine sends it whole, as one message.
    adapter.executeScript = async (script) => {
      try { await adapter.underlyingDriver().query(script) } catch (error) { adapter.onError(error) }
    }
    return adapter
  }
  const connectToShadowDb = async () => {
    const name = `prisma_migrate_shadow_db_${crypto.randomUUID()}`
    const [admin, shadow] = [await connect(url), new URL(url)]
    shadow.pathname = name
    await admin.executeScript(`CREATE DATABASE "${name}"`)
    const adapter = await connect(shadow.href)
    const dispose = adapter.dispose.bind(adapter)
    adapter.dispose = async () => {
      await dispose()
      await admin.executeScript(`DROP DATABASE "${name}"`)
      await admin.dispose()
    }
    return adapter
  }
  return { provider: 'postgres', adapterName: '@prisma/adapter-pg', connect: () => connect(url), connectToShadowDb }
}

async function sqlite() {
  const { PrismaLibSql } = await import('@prisma/adapter-libsql')
  const connect = async (to) => {
    const adapter = await new PrismaLibSql({ url: to }).connect()
    const one = adapter.executeRaw.bind(adapter)
    // The engine replays a migration with executeRaw, which takes one statement here.
    adapter.executeRaw = async (query) => (query.args.length ? one(query) : (await adapter.executeScript(query.sql), 0))
    return adapter
  }
  const connectToShadowDb = async () => {
    const folder = mkdtempSync(join(tmpdir(), 'refract-shadow-'))
    const adapter = await connect(`file:${folder}/shadow.db`)
    const dispose = adapter.dispose.bind(adapter)
    adapter.dispose = async () => { await dispose(); rmSync(folder, { recursive: true }) }
    return adapter
  }
  return { provider: 'sqlite', adapterName: '@prisma/adapter-libsql', connect: () => connect(url), connectToShadowDb }
}

const factory = bindMigrationAwareSqlAdapterFactory(await (url?.startsWith('file:') ? sqlite() : postgresql()))

function reason(error) {
  if (panics.last !== null) return { message: panics.last }
  const known = factory.errorRegistry.lookupError?.(error)?.error ?? error
  const text = String(known?.message ?? known).replace(/External error id#(\d+)/, (whole, id) => {
    const cause = factory.errorRegistry.consumeError(Number(id))?.error
    return cause?.cause?.originalMessage ?? cause?.message ?? whole
  })
  return { message: text, error_code: known?.code }
}

if (positionals[0] === 'cli') {
  const adapter = (await factory.connect()).value
  process.exit(adapter ? 0 : 1)
}
// A panic inside of a promise ends the engine, as it does the native one.
process.on('uncaughtException', (error) => {
  process.stderr.write(`${panics.last ?? error.stack}\n`)
  process.exit(101)
})
const datamodels = options.datamodels?.map((file) => [file, readFileSync(file, 'utf8')])
const { SchemaEngine } = await bindings()
const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\n')
let engine
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line)
  if (!method) continue // the answer to a `print`
  engine ??= await SchemaEngine.new({ datamodels }, () => {}, factory)
  try {
    const result = (await engine[method](params)) ?? {}
    // The command line shows nothing of a difference but what it is told to print.
    if (method === 'diff') say({ id: 0, method: 'print', params: { content: result.stdout } })
    say({ id, result })
  } catch (error) {
    say({ id, error: { code: 4466, message: 'the engine refuses', data: { is_panic: panics.last !== null, ...reason(error) } } })
  }
}
process.exit(0)

// Makes prices.json and cases.json: a selection of models, and what the engine of genai-prices says that calls
// of them cost. Run it where the npm package @pydantic/genai-prices is installed:
//
//   npm install --no-save @pydantic/genai-prices@0.1.8 && node generate.cjs
//
// With two paths, `node generate.cjs wide.json all.json`, it leaves them alone and writes there more calls, of all
// models, and the prices of these. A third argument is the seed.

const { writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { calcPrice, findProvider } = require('@pydantic/genai-prices')

// The package does not export its data; its look-up by provider goes through all of it.
function embeddedData() {
  const { find } = Array.prototype
  let data
  Array.prototype.find = function (...args) {
    if (this[0]?.models) data = this
    return find.apply(this, args)
  }
  findProvider({ providerId: 'openai' })
  Array.prototype.find = find
  return data
}

// A small generator of numbers that are the same in every run.
let state = Number(process.argv[4] ?? 42)
function random(limit) {
  state = (state * 1664525 + 1013904223) % 2 ** 32
  return Math.floor((state / 2 ** 32) * limit)
}
const pick = (list) => list[random(list.length)]

const priceLists = (model) => (Array.isArray(model.prices) ? model.prices.map((p) => p.prices) : [model.prices])
const keysOf = (model) => new Set(priceLists(model).flatMap((prices) => Object.keys(prices)))

// The more a model's price depends on, the better a case it makes.
function interest(model) {
  const tiered = priceLists(model).some((prices) => Object.values(prices).some((price) => typeof price === 'object'))
  return keysOf(model).size + (Array.isArray(model.prices) ? 20 : 0) + (tiered ? 10 : 0)
}

const wide = process.argv[2]
const callsOfModel = wide ? 12 : 3

const byInterest = (a, b) => interest(b) - interest(a) || (a.id < b.id ? -1 : 1)
const many = new Set(['openai', 'anthropic', 'google', 'mistral', 'deepseek', 'x-ai', 'groq', 'cohere', 'aws', 'azure'])

const selection = embeddedData().map(({ id, name, pricing_urls, fallback_model_providers, models }) => ({
  id,
  name,
  pricing_urls,
  fallback_model_providers,
  models: models
    .filter((m) => m.id !== 'whisper-large-v3' && m.id !== 'whisper-large-v3-turbo') // billed for 10 s at least, by code
    .toSorted(byInterest)
    .slice(0, wide ? Infinity : many.has(id) ? 24 : 1)
    .map(({ id, match, prices }) => ({ id, match, prices })),
}))

const times = [
  '2025-06-09T23:59:59Z', '2025-06-10T00:00:00Z', '2026-03-12T23:59:59Z', '2026-03-13T00:00:00Z', '2026-08-17T03:59:59Z',
  '2026-08-21T04:00:00Z', '2026-09-24T16:29:00Z', '2026-11-23T12:00:00Z', '2027-01-01T00:00:00Z',
  // A weekday and a Saturday, within DeepSeek's peak hours.
  ...(wide ? ['2026-10-22T02:00:00Z', '2026-10-24T02:00:00Z'] : []),
]
const sizes = [0, 17, 1000, 127999, 128001, 199999, 200000, 200001, 271999, 272000, 272001, 512001]
const inParts = {
  cache_read_mtok: 'cache_read_tokens', cache_write_mtok: 'cache_write_tokens', input_audio_mtok: 'input_audio_tokens',
  input_image_mtok: 'input_image_tokens', input_video_mtok: 'input_video_tokens',
}
const outParts = {
  output_audio_mtok: 'output_audio_tokens', output_image_mtok: 'output_image_tokens', output_video_mtok: 'output_video_tokens',
  output_reasoning_mtok: 'output_reasoning_tokens', output_citation_mtok: 'output_citation_tokens',
}
const units = {
  web_searches_kcount: 'web_searches', storage_searches_kcount: 'storage_searches', input_document_kpages: 'input_document_pages',
  audio_hours: 'audio_seconds',
}

// Totals include their parts, as this engine wants them.
function total(size, parts, keys, usage) {
  for (const [key, name] of Object.entries(parts)) {
    if (!keys.has(key) || random(3) === 0) continue
    usage[name] = random(3000)
    size += usage[name]
  }
  return size
}

function usageFor(keys) {
  const usage = {}
  const input = total(pick(sizes), inParts, keys, usage)
  const output = total(random(4000), outParts, keys, usage)
  if (keys.has('input_mtok')) usage.input_tokens = input
  if (keys.has('output_mtok')) usage.output_tokens = output
  if (keys.has('cache_write_1h_mtok') && usage.cache_write_tokens) usage.cache_write_1h_tokens = random(usage.cache_write_tokens)
  if (keys.has('cache_audio_read_mtok') && usage.cache_read_tokens && usage.input_audio_tokens) {
    usage.cache_audio_read_tokens = random(Math.min(usage.cache_read_tokens, usage.input_audio_tokens))
  }
  if (keys.has('cache_image_read_mtok') && usage.cache_read_tokens && usage.input_image_tokens) usage.cache_image_read_tokens = 0
  for (const [key, name] of Object.entries(units)) if (keys.has(key)) usage[name] = random(20)
  return usage
}

function names(rule) {
  if (rule.or) return rule.or.flatMap(names)
  if (rule.and) return rule.and.flatMap(names)
  return [rule.equals ?? rule.starts_with ?? rule.ends_with ?? rule.contains].filter(Boolean)
}

const cases = []
for (const provider of selection) {
  for (const model of provider.models) {
    const callable = names(model.match).filter(
      (name) => calcPrice({ input_tokens: 0 }, name, { providerId: provider.id })?.model.id === model.id,
    )
    for (let i = 0; callable.length > 0 && i < callsOfModel; i++) {
      const [name, time, usage] = [pick(callable), pick(times), usageFor(keysOf(model))]
      try {
        const result = calcPrice(usage, name, { providerId: provider.id, timestamp: new Date(time) })
        cases.push({ provider: provider.id, model: name, time, usage, total: result.total_price })
      } catch {
        // The engine refuses parts whose overlap is not given; such a call cannot be compared.
      }
    }
  }
}

const lines = (list) => `[\n${list.map((item) => JSON.stringify(item)).join(',\n')}\n]\n`
if (wide) {
  writeFileSync(wide, lines(cases))
  writeFileSync(process.argv[3], lines(selection))
} else {
  writeFileSync(join(__dirname, 'prices.json'), lines(selection))
  writeFileSync(join(__dirname, 'cases.json'), lines(cases))
}
console.log(`${cases.length} cases of ${selection.flatMap((p) => p.models).length} models`)

// Prices the calls on standard input with the engine of genai-prices for about a second and prints what one call
// takes, and what each of them costs.
const { readFileSync } = require('node:fs')
const { calcPrice } = require('@pydantic/genai-prices')

const calls = JSON.parse(readFileSync(0, 'utf8')).map(({ provider, model, time, usage }) => ({
  model,
  usage,
  options: { providerId: provider, timestamp: new Date(time) },
}))
const price = ({ usage, model, options }) => calcPrice(usage, model, options)

function measure(nanoseconds) {
  const start = process.hrtime.bigint()
  let priced = 0
  let taken = 0n
  for (; taken < nanoseconds; taken = process.hrtime.bigint() - start) {
    for (let round = 0; round < 100; round++) for (const call of calls) price(call)
    priced += 100 * calls.length
  }
  return Number(taken) / priced
}

const totals = calls.map((call) => price(call)?.total_price ?? null)
measure(500_000_000n) // until the code is compiled
console.log(JSON.stringify({ nanoseconds: measure(1_000_000_000n), totals, node: process.version }))

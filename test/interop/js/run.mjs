// Runs scenarios with one instrumentation: run.mjs <setup> <client> <scenario>...
//
// The provider is at MOCK_URL, which is told when a scenario begins and when it ended. Spans go to
// OTEL_EXPORTER_OTLP_ENDPOINT. This file is copied beside the packages of an environment, because Node.js
// looks for packages from there.

import { mockURL, start } from './telemetry.mjs'
import * as setups from './setups.mjs'

const [setup, client, ...scenarios] = process.argv.slice(2)
const flush = start()
const context = await setups[setup]()
const { default: define } = await import(`./scenarios/${client}.mjs`)
const calls = define(context)

for (const scenario of scenarios) {
  await tell('begin', scenario)
  const failure = await perform(scenario)
  await flush()
  await tell('end', scenario, failure)
}
process.exit(0)

async function perform(scenario) {
  try {
    await calls[scenario]()
  } catch (error) {
    // The provider refuses on purpose in these; everywhere else an exception is a broken run.
    if (!scenario.endsWith('_error')) return error.stack
  }
  return ''
}

async function tell(step, scenario, body = '') {
  const response = await fetch(mockURL(`/control/${step}/${scenario}`), { method: 'POST', body })
  if (!response.ok) throw new Error(await response.text())
}

// How an application turns each instrumentation on. What is returned goes to the scenarios.

import { createRequire } from 'node:module'

// Instrumentations patch modules as they are required.
const require = createRequire(import.meta.url)

async function register(...instrumentations) {
  const { registerInstrumentations } = await import('@opentelemetry/instrumentation')
  registerInstrumentations({ instrumentations })
}

export const native = async () => ({ require })

export async function contrib_openai() {
  const { OpenAIInstrumentation } = require('@opentelemetry/instrumentation-openai')
  await register(new OpenAIInstrumentation())
  return { require }
}

export async function openinference_sdks() {
  const { OpenAIInstrumentation } = require('@arizeai/openinference-instrumentation-openai')
  const { AnthropicInstrumentation } = require('@arizeai/openinference-instrumentation-anthropic')
  await register(new OpenAIInstrumentation(), new AnthropicInstrumentation())
  return { require }
}

export async function openinference_langchain() {
  const { LangChainInstrumentation } = require('@arizeai/openinference-instrumentation-langchain')
  const instrumentation = new LangChainInstrumentation()
  await register(instrumentation)
  instrumentation.manuallyInstrument(require('@langchain/core/callbacks/manager'))
  return { require }
}

export async function openinference_all() {
  await openinference_sdks()
  return openinference_langchain()
}

export async function traceloop_sdks() {
  const { OpenAIInstrumentation } = require('@traceloop/instrumentation-openai')
  const { AnthropicInstrumentation } = require('@traceloop/instrumentation-anthropic')
  await register(new OpenAIInstrumentation(), new AnthropicInstrumentation())
  return { require }
}

export async function traceloop_langchain() {
  const { LangChainInstrumentation } = require('@traceloop/instrumentation-langchain')
  const instrumentation = new LangChainInstrumentation()
  await register(instrumentation)
  instrumentation.manuallyInstrument({ callbackManagerModule: require('@langchain/core/callbacks/manager') })
  return { require }
}

export async function traceloop_all() {
  await traceloop_sdks()
  return traceloop_langchain()
}

// Up to version 6 each call of the AI SDK asks for telemetry.
export const vercel = async () => ({ telemetry: { isEnabled: true } })

export async function vercel_otel() {
  const { registerTelemetry } = await import('ai')
  const { OpenTelemetry } = await import('@ai-sdk/otel')
  registerTelemetry(new OpenTelemetry())
  return { telemetry: { isEnabled: true } }
}

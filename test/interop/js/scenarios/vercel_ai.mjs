// Calls through the AI SDK.

import * as ai from 'ai'
import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import { z } from 'zod'

import { mockURL } from '../telemetry.mjs'

const prompt = 'What is the weather in Paris?'
const openai = createOpenAI({ baseURL: mockURL('/v1'), apiKey: 'mock' })
const anthropic = createAnthropic({ baseURL: mockURL('/v1'), apiKey: 'mock' })
const gpt = openai.chat('gpt-4o-2024-08-06')
const gpt5 = openai.responses('gpt-5')
const claude = anthropic('claude-sonnet-4-5-20250929')
const flex = { openai: { serviceTier: 'flex' } }

const tools = {
  get_weather: ai.tool({
    description: 'Returns the weather in a city.',
    inputSchema: z.object({ city: z.string() }),
    execute: async () => 'It is sunny.',
  }),
}

export default function ({ telemetry }) {
  const generate = (model, options) => ai.generateText({ model, prompt, experimental_telemetry: telemetry, ...options })
  const stream = async (model, options) => {
    const { textStream } = ai.streamText({ model, prompt, experimental_telemetry: telemetry, ...options })
    for await (const _ of textStream);
  }
  // The user has read enough: the rest of the stream is never received.
  const readSome = async (model) => {
    const stop = new AbortController()
    const { textStream } = ai.streamText({ model, prompt, experimental_telemetry: telemetry, abortSignal: stop.signal })
    for await (const _ of textStream) break
    stop.abort()
  }
  const agent = (model) => generate(model, { tools, stopWhen: ai.stepCountIs(3) })
  return {
    chat: () => generate(gpt),
    chat_stream: () => stream(gpt),
    chat_stream_abort: () => readSome(gpt),
    chat_stream_error: () => stream(gpt, { maxRetries: 0, onError: () => {} }),
    messages_stream_abort: () => readSome(claude),
    messages_parallel: () => Promise.all([generate(claude), generate(claude)]),
    chat_flex: () => generate(openai.chat('gpt-5'), { providerOptions: flex }),
    chat_retry: () => generate(gpt),
    chat_error: () => generate(gpt, { maxRetries: 0 }),
    chat_twice: async () => [await generate(gpt), await generate(gpt)],
    chat_parallel: () => Promise.all([generate(gpt), generate(gpt)]),
    chat_tool: () => agent(gpt),
    responses: () => generate(gpt5, { providerOptions: flex }),
    responses_stream: () => stream(gpt5),
    responses_search: () => generate(gpt5, { tools: { web_search: openai.tools.webSearch({}) } }),
    embeddings: () =>
      ai.embedMany({
        model: openai.embedding('text-embedding-3-small'),
        values: ['one', 'two'],
        experimental_telemetry: telemetry,
      }),
    messages: () => generate(claude),
    messages_stream: () => stream(claude),
    messages_stream_plain: () => stream(claude),
    messages_search: () =>
      generate(anthropic('claude-sonnet-4-5'), { tools: { web_search: anthropic.tools.webSearch_20250305({}) } }),
    messages_retry: () => generate(claude),
    messages_error: () => generate(claude, { maxRetries: 0 }),
    messages_twice: async () => [await generate(claude), await generate(claude)],
    messages_tool: () => agent(claude),
  }
}

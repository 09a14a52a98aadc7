// Calls with Anthropic's SDK.

import { mockURL } from '../telemetry.mjs'

const model = 'claude-sonnet-4-5-20250929'
const request = { model, max_tokens: 1000, messages: [{ role: 'user', content: 'What is the weather in Paris?' }] }

export default function ({ require }) {
  const { Anthropic } = require('@anthropic-ai/sdk')
  const client = (options) => new Anthropic({ baseURL: mockURL(), apiKey: 'mock', ...options })
  const messages = (extra, options) => client(options).messages.create({ ...request, ...extra })
  const consume = async (stream) => {
    for await (const _ of stream);
  }
  // The user has read enough: the end, with the output's usage, is never received.
  const readSome = async (stream) => {
    for await (const _ of stream) break
  }
  return {
    messages: () => messages(),
    messages_stream: async () => consume(await messages({ stream: true })),
    messages_stream_plain: async () => consume(await messages({ stream: true })),
    messages_stream_cumulative: () => client().messages.stream(request).finalMessage(),
    messages_stream_abort: async () => readSome(await messages({ stream: true })),
    messages_parallel: () => Promise.all([messages(), messages()]),
    messages_search: () =>
      messages({ model: 'claude-sonnet-4-5', tools: [{ type: 'web_search_20250305', name: 'web_search' }] }),
    messages_retry: () => messages(),
    messages_error: () => messages({}, { maxRetries: 0 }),
    messages_twice: async () => [await messages(), await messages()],
  }
}

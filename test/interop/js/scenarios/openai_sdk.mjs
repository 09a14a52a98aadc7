// Calls with OpenAI's SDK.

import { mockURL } from '../telemetry.mjs'

const model = 'gpt-4o-2024-08-06'
const input = 'What is the weather in Paris?'
const messages = [{ role: 'user', content: input }]

export default function ({ require }) {
  const { AzureOpenAI, OpenAI } = require('openai')
  const client = (options) => new OpenAI({ baseURL: mockURL('/v1'), apiKey: 'mock', ...options })
  const consume = async (stream) => {
    for await (const _ of stream);
  }
  // The user has read enough: the rest, and the usage, is never received.
  const readSome = async (stream) => {
    for await (const _ of stream) break
  }
  const azure = () => new AzureOpenAI({ endpoint: mockURL(), apiKey: 'mock', apiVersion: '2024-10-21' })
  const chat = (extra, options) => client(options).chat.completions.create({ model, messages, ...extra })
  return {
    chat: () => chat(),
    chat_stream: async () => consume(await chat({ stream: true, stream_options: { include_usage: true } })),
    chat_stream_without_usage: async () => consume(await chat({ stream: true })),
    chat_stream_abort: async () => readSome(await chat({ stream: true, stream_options: { include_usage: true } })),
    chat_stream_error: () => chat({ stream: true }, { maxRetries: 0 }),
    chat_azure: () => azure().chat.completions.create({ model: 'prod-gpt4o-eastus', messages }),
    chat_openrouter: () => chat({ model: 'anthropic/claude-sonnet-4.5' }),
    chat_flex: () => chat({ model: 'gpt-5', service_tier: 'flex' }),
    chat_priority: () => chat({ service_tier: 'priority' }),
    chat_cache_write: () => chat({ model: 'gpt-5.6' }),
    chat_retry: () => chat(),
    chat_error: () => chat({}, { maxRetries: 0 }),
    chat_twice: async () => [await chat(), await chat()],
    chat_parallel: () => Promise.all([chat(), chat()]),
    responses: () => client().responses.create({ model: 'gpt-5', input, service_tier: 'flex' }),
    responses_stream: async () => consume(await client().responses.create({ model: 'gpt-5', input, stream: true })),
    responses_stream_abort: async () => readSome(await client().responses.create({ model: 'gpt-5', input, stream: true })),
    responses_search: () => client().responses.create({ model: 'gpt-5', input, tools: [{ type: 'web_search' }] }),
    embeddings: () => client().embeddings.create({ model: 'text-embedding-3-small', input: ['one', 'two'] }),
  }
}

// Calls through LangChain's chat models, and a tool loop around one.

import { mockURL } from '../telemetry.mjs'

const prompt = 'What is the weather in Paris?'

export default function ({ require }) {
  const { ChatOpenAI, OpenAIEmbeddings } = require('@langchain/openai')
  const { ChatAnthropic } = require('@langchain/anthropic')
  const { HumanMessage, ToolMessage } = require('@langchain/core/messages')
  const configuration = { baseURL: mockURL('/v1') }
  const gpt = (options) => new ChatOpenAI({ model: 'gpt-4o-2024-08-06', apiKey: 'mock', configuration, ...options })
  const claude = () =>
    new ChatAnthropic({ model: 'claude-sonnet-4-5-20250929', apiKey: 'mock', anthropicApiUrl: mockURL(), maxTokens: 1000 })
  const consume = async (stream) => {
    for await (const _ of stream);
  }
  // The user has read enough: the rest of the stream is never received.
  const readSome = async (stream) => {
    for await (const _ of stream) break
  }
  const inParallel = (model) => Promise.all([model.invoke(prompt), model.invoke(prompt)])
  const tool = {
    type: 'function',
    function: {
      name: 'get_weather',
      description: 'Returns the weather in a city.',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  }
  const withTool = async (chat) => {
    const model = chat.bindTools([tool])
    const question = new HumanMessage(prompt)
    const first = await model.invoke([question])
    const answer = new ToolMessage({ content: 'It is sunny.', tool_call_id: first.tool_calls[0].id })
    await model.invoke([question, first, answer])
  }
  return {
    chat: () => gpt().invoke(prompt),
    chat_stream: async () => consume(await gpt({ streamUsage: true }).stream(prompt)),
    chat_stream_abort: async () => readSome(await gpt({ streamUsage: true }).stream(prompt)),
    chat_stream_error: async () => readSome(await gpt({ maxRetries: 0 }).stream(prompt)),
    chat_parallel: () => inParallel(gpt()),
    messages_stream_abort: async () => readSome(await claude().stream(prompt)),
    messages_parallel: () => inParallel(claude()),
    chat_flex: () => gpt({ model: 'gpt-5', service_tier: 'flex' }).invoke(prompt),
    chat_retry: () => gpt().invoke(prompt),
    chat_error: () => gpt({ maxRetries: 0 }).invoke(prompt),
    chat_twice: async () => [await gpt().invoke(prompt), await gpt().invoke(prompt)],
    chat_tool: () => withTool(gpt()),
    responses: () => gpt({ model: 'gpt-5', useResponsesApi: true, service_tier: 'flex' }).invoke(prompt),
    embeddings: () =>
      new OpenAIEmbeddings({ model: 'text-embedding-3-small', apiKey: 'mock', configuration }).embedDocuments(['one', 'two']),
    messages: () => claude().invoke(prompt),
    messages_stream: async () => consume(await claude().stream(prompt)),
    messages_stream_plain: async () => consume(await claude().stream(prompt)),
    messages_twice: async () => [await claude().invoke(prompt), await claude().invoke(prompt)],
    messages_tool: () => withTool(claude()),
  }
}

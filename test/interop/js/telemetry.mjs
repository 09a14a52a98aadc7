// What an application sets up once: spans go out over OTLP.

import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'

// start starts exporting and returns a function that flushes.
export function start() {
  const provider = new NodeTracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ 'service.name': process.env.OTEL_SERVICE_NAME })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  })
  provider.register()
  return async () => {
    // A stream's span ends after the last chunk was handed out.
    await new Promise((resolve) => setTimeout(resolve, 100))
    await provider.forceFlush()
  }
}

export const mockURL = (path = '') => process.env.MOCK_URL + path

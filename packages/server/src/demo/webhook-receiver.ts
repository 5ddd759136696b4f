/** A customer's webhook endpoint on loopback: keeps what it is told, answers 200. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export type ReceivedEvent = {
  readonly event: string
  readonly phone: string | readonly string[]
  readonly [field: string]: unknown
}

export class WebhookReceiver {
  readonly received: ReceivedEvent[] = []
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(): Promise<WebhookReceiver> {
    const server = createServer()
    const receiver = new WebhookReceiver(server)
    server.on('request', (request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        receiver.received.push(JSON.parse(Buffer.concat(chunks).toString('utf8')))
        response.writeHead(200).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return receiver
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }
}

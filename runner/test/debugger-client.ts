/** A debugger for tests: the inspector protocol over a WebSocket (RFC 6455), as far as Node's inspector speaks it. */
import { randomBytes } from 'node:crypto';
import { get } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';

export interface DebuggerClient {
  /** Resolves with the result. @throws Error when the other side refuses */
  ask(method: string, params?: object): Promise<unknown>;
  /** The next event of this name that was not waited for yet. */
  event<Params>(method: string): Promise<Params>;
  /** The address of each script that was loaded, by its id. */
  readonly scripts: ReadonlyMap<string, string>;
  disconnect(): void;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export async function attachDebugger(host: string, port: number): Promise<DebuggerClient> {
  const targets = JSON.parse(await fetched(`http://${host}:${port}/json/list`)) as {
    webSocketDebuggerUrl: string;
  }[];
  const socket = await upgraded(String(targets[0]?.webSocketDebuggerUrl).replace('ws:', 'http:'));
  const answers = new Map<number, (message: Message) => void>();
  const events: Message[] = [];
  const scripts = new Map<string, string>();
  const waiting: { readonly method: string; readonly resolve: (params: never) => void }[] = [];
  let lastId = 0;
  onTexts(socket, (said) => {
    const message = JSON.parse(said) as Message;
    if (message.id !== undefined) answers.get(message.id)?.(message);
    else if (message.method === 'Debugger.scriptParsed') {
      const { scriptId, url } = message.params as { scriptId: string; url: string };
      scripts.set(scriptId, url);
    } else events.push(message);
    hand();
  });
  /** Hands each event to the first who waits for it. */
  function hand(): void {
    for (const [index, { method, resolve }] of waiting.entries()) {
      const at = events.findIndex((each) => each.method === method);
      if (at < 0) continue;
      waiting.splice(index, 1);
      resolve(events.splice(at, 1)[0]?.params as never);
      return hand();
    }
  }
  return {
    ask: (method, params = {}) =>
      new Promise((resolve, reject) => {
        lastId += 1;
        answers.set(lastId, ({ result, error }) =>
          error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result),
        );
        socket.write(frame(JSON.stringify({ id: lastId, method, params })));
      }),
    event: (method) =>
      new Promise((resolve) => {
        waiting.push({ method, resolve });
        hand();
      }),
    scripts,
    disconnect: () => void socket.destroy(),
  };
}

function fetched(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, (response) => void text(response).then(resolve, reject)).on('error', reject);
  });
}

function upgraded(url: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    };
    get(url, { headers })
      .on('upgrade', (_response, socket: Socket) => resolve(socket))
      .on('error', reject);
  });
}

const finalText = 0x81;
const masked = 0x80;

/** One text in one frame; what a client sends is masked. */
function frame(said: string): Buffer {
  const payload = Buffer.from(said);
  const head = Buffer.alloc(8);
  head.writeUInt8(finalText, 0);
  head.writeUInt8(masked | 126, 1);
  head.writeUInt16BE(payload.length, 2);
  randomBytes(4).copy(head, 4);
  return Buffer.concat([head, payload.map((byte, index) => byte ^ head[4 + (index % 4)]!)]);
}

/** Tells of every text that comes; Node's inspector sends each in one frame, and unmasked. */
function onTexts(socket: Socket, onText: (said: string) => void): void {
  let buffer = Buffer.alloc(0);
  socket.on('data', (part: Buffer) => {
    buffer = Buffer.concat([buffer, part]);
    for (;;) {
      const short = (buffer[1] ?? 0) & 0x7f;
      const head = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (buffer.length < head) return;
      const length =
        short === 126
          ? buffer.readUInt16BE(2)
          : short === 127
            ? Number(buffer.readBigUInt64BE(2))
            : short;
      if (buffer.length < head + length) return;
      const isText = ((buffer[0] ?? 0) & 0x0f) === 1;
      const payload = buffer.subarray(head, head + length).toString();
      buffer = buffer.subarray(head + length);
      if (isText) onText(payload);
    }
  });
  socket.on('error', () => {
    // The process at the other end was ended, which is what some tests are about.
  });
}

import { Http2Endpoint } from './http2-endpoint.ts';
import type { Http2ClientScript } from './http2-script.ts';
import { type ClientRun, openConnection } from './raw-client.ts';
import { ScriptedSocket } from './scripted-socket.ts';

/** The longest wait for a close that was announced; longer than every timeout in the table. */
const CLOSE_TIMEOUT_MS = 4_000;

/** How long a connection that promised to stay open is watched for a close. */
const OPEN_GRACE_MS = 40;

/** Runs an HTTP/2 client script against a local port and says what came back. */
export async function runHttp2Client(
  port: number,
  script: Http2ClientScript,
  showsSettings: boolean,
): Promise<ClientRun> {
  const socket = await openConnection(port, '127.0.0.1');
  const { localAddress = '', localPort = 0 } = socket;
  const connection = new ScriptedSocket(socket);
  const endpoint = new Http2Endpoint(connection, true, script.http2);
  let timedOut: string | undefined;
  for (const step of script.steps) {
    if (await endpoint.perform(step)) continue;
    timedOut = step.do;
    break;
  }
  const graceMs = endpoint.goneAway ? CLOSE_TIMEOUT_MS : OPEN_GRACE_MS;
  const { endedHere } = connection;
  if (!endedHere) await connection.until(() => connection.peerEnded, graceMs);
  const end = connection.peerEnded ? 'closed' : 'open';
  if (!endedHere) await connection.perform({ do: 'close' });
  return {
    localAddress,
    localPort,
    observation: {
      ...endpoint.observation(showsSettings),
      end,
      ...(timedOut === undefined ? {} : { timedOut }),
    },
  };
}

import type { ManagerRuntime } from '#connection-manager/manager-runtime.ts';
import type { CodecError } from '#http/codec.ts';
import type { CommonHttpProtocolConfig } from '#http/protocol-options.ts';
import type { RequestHeaders } from '#http/request-headers.ts';

const UNEXPECTED_UNDERSCORE: CodecError = {
  status: 400,
  details: 'http1.unexpected_underscore',
  body: 'Bad Request',
};

/**
 * Applies `headers_with_underscores_action`: some servers read `a_b` and `a-b` as the same name, so
 * that a client could slip a header past the rules for it. Gives the error of a request to refuse.
 */
export function screenUnderscores(
  headers: RequestHeaders,
  action: CommonHttpProtocolConfig['headersWithUnderscoresAction'],
  runtime: ManagerRuntime,
): CodecError | undefined {
  let isRefused = false;
  headers.removeIf((name) => {
    if (!name.includes('_')) return false;
    if (action === 'REJECT_REQUEST') isRefused = true;
    else runtime.http1Counter('dropped_headers_with_underscores').inc();
    return action === 'DROP_HEADER';
  });
  if (!isRefused) return undefined;
  runtime.http1Counter('requests_rejected_with_underscores_in_headers').inc();
  return UNEXPECTED_UNDERSCORE;
}

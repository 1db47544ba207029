import fc from 'fast-check';
import t from 'tap';
import { encodeGrpcMessage } from '#http/grpc-message.ts';
import { parseGrpcMethod } from '#http/grpc-method.ts';
import {
  grpcStatusOf,
  grpcStatusOfHttp,
  isGrpcRequest,
  isGrpcResponse,
  isGrpcServerError,
} from '#http/grpc-status.ts';
import { HeaderMap } from '#http/header-map.ts';
import { ResponseHeaders } from '#http/response-headers.ts';
import { requestOf } from '../tools/route-tools.ts';

function ofType(type: string, path = '/a.B/c'): ReturnType<typeof requestOf> {
  return requestOf({ path, headers: [['content-type', type]] });
}

t.test('a request is gRPC by its content type', async (t) => {
  for (const type of ['application/grpc', 'application/grpc+proto', 'application/grpc+']) {
    t.ok(isGrpcRequest(ofType(type)), type);
  }
  for (const type of ['application/grpc-web', 'application/grpcx', 'application/json', 'grpc']) {
    t.notOk(isGrpcRequest(ofType(type)), type);
  }
  t.notOk(isGrpcRequest(requestOf({})), 'no content type');
  t.notOk(isGrpcRequest(ofType('application/grpc', '')), 'a CONNECT has no path');
});

t.test('a response is gRPC by its type, or by its status when that is all there is', async (t) => {
  const headers = new ResponseHeaders();
  headers.status = 200;
  headers.append('content-type', 'application/grpc+proto');
  t.ok(isGrpcResponse(headers, false));
  t.notOk(isGrpcResponse(headers, true), 'a call that ends without a status');
  headers.append('grpc-status', '0');
  t.ok(isGrpcResponse(headers, true));
  headers.status = 503;
  t.notOk(isGrpcResponse(headers, false));
});

t.test('the status of a call is that of trailers, of headers, or of HTTP', async (t) => {
  const headers = new ResponseHeaders();
  const trailers = new HeaderMap();
  t.equal(grpcStatusOf(headers, trailers, 0), undefined, 'no answer at all');
  t.equal(grpcStatusOf(undefined, undefined, 503), 14);
  headers.append('grpc-status', '7');
  t.equal(grpcStatusOf(headers, trailers, 503), 7);
  trailers.append('grpc-status', '0');
  t.equal(grpcStatusOf(headers, trailers, 503), 0);
  trailers.set('grpc-status', 'x');
  t.equal(grpcStatusOf(headers, trailers, 503), -1);
});

t.test('HTTP statuses stand for gRPC statuses', async (t) => {
  const expected = { 400: 13, 401: 16, 403: 7, 404: 12, 429: 14, 502: 14, 503: 14, 504: 14 };
  for (const [code, status] of Object.entries(expected)) {
    t.equal(grpcStatusOfHttp(Number(code)), status, code);
  }
  for (const code of [200, 302, 405, 418, 500, 505]) t.equal(grpcStatusOfHttp(code), 2, `${code}`);
});

t.test('some statuses blame the server', async (t) => {
  const blaming = Array.from({ length: 18 }, (_, status) => String(status)).filter(
    isGrpcServerError,
  );
  t.strictSame(blaming, ['2', '4', '12', '13', '14', '15', '17']);
  for (const status of ['', 'x', '-1', '1e1', '00000']) t.ok(isGrpcServerError(status), status);
});

t.test('paths name a service and a method', async (t) => {
  const found = { service: 'a.B', method: 'c' };
  for (const path of ['/a.B/c', '/a.B/c?x=/1', 'a.B/c', '//a.B//c/']) {
    t.strictSame(parseGrpcMethod(path), found, path);
  }
  for (const path of ['', '/', '/a.B', '/a.B/c/d', '/?/a/b']) {
    t.equal(parseGrpcMethod(path), undefined, path);
  }
});

t.test('messages are encoded as headers may hold them', async (t) => {
  t.equal(encodeGrpcMessage('50% ~é\n'), '50%25 %7E%E9%0A');
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const text = Buffer.from(bytes).toString('latin1');
      const encoded = encodeGrpcMessage(text);
      t.match(encoded, /^[ -~]*$/);
      const decoded = encoded.replace(/%([0-9A-F]{2})/g, (_all, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
      t.equal(decoded, text);
    }),
  );
});

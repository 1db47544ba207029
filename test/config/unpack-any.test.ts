import { create, toBinary } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import t from 'tap';
import { ParseContext } from '#config/parse-context.ts';
import { messageType } from '#config/registry.ts';
import { unpackAny, unpackAnyAs } from '#config/unpack-any.ts';

const router = 'envoy.extensions.filters.http.router.v3.Router';
const cors = 'envoy.extensions.filters.http.cors.v3.Cors';
const typedStruct = messageType('udpa.type.v1.TypedStruct');

function routerAny(suppressEnvoyHeaders = true) {
  const type = messageType(router);
  const value = toBinary(type, create(type, { suppressEnvoyHeaders }));
  return create(AnySchema, { typeUrl: `type.googleapis.com/${router}`, value });
}

function structAny(typeUrl: string, value: { [key: string]: boolean | number | null }) {
  const bytes = toBinary(typedStruct, create(typedStruct, { typeUrl, value }));
  return create(AnySchema, { typeUrl: 'x/udpa.type.v1.TypedStruct', value: bytes });
}

t.test('the message is what was packed, and narrows by its name', (t) => {
  const message = unpackAnyAs(ParseContext.root(), routerAny(), [router, cors]);
  t.equal(message?.$typeName === router && message.suppressEnvoyHeaders, true);
  t.end();
});

t.test('a type that is not expected is reported', (t) => {
  const context = ParseContext.root('here');
  t.equal(unpackAnyAs(context, routerAny(), [cors]), undefined);
  t.same(context.errors, [{ path: 'here', reason: `the type must be ${cors}`, value: router }]);
  t.end();
});

t.test('a type that nobody knows, and bytes that are none, are reported', (t) => {
  const context = ParseContext.root('here');
  t.equal(unpackAny(context, create(AnySchema, { typeUrl: 'x/no.Such' })), undefined);
  const broken = create(AnySchema, { ...routerAny(), value: new Uint8Array([255]) });
  t.equal(unpackAny(context, broken), undefined);
  t.match(context.errors, [
    { path: 'here', reason: 'the type is not known to Proa', value: 'no.Such' },
    { path: 'here', reason: new RegExp(`^the bytes do not decode as ${router}: `) },
  ]);
  t.end();
});

t.test('a TypedStruct is the message that it carries', (t) => {
  const context = ParseContext.root('here');
  const message = unpackAnyAs(
    context,
    structAny(`y/${router}`, { suppress_envoy_headers: true, dynamicStats: false }),
    [router],
  );
  t.match(message, { $typeName: router, suppressEnvoyHeaders: true, dynamicStats: false });
  t.same(context.errors, []);
  t.end();
});

t.test('what is wrong in a TypedStruct has its path', (t) => {
  const context = ParseContext.root('here');
  t.equal(unpackAny(context, structAny(`y/${router}`, { dynamic_stats: 5 })), undefined);
  t.equal(unpackAny(context, structAny('y/no.Such', {})), undefined);
  t.same(context.errors, [
    {
      path: 'here.value.dynamic_stats',
      reason: 'expected true or false, found a number',
      value: '5',
    },
    { path: 'here.type_url', reason: 'the type is not known to Proa', value: 'y/no.Such' },
  ]);
  t.end();
});

t.test('unknown fields in a TypedStruct are ignored unless they are asked for', (t) => {
  const any = structAny(`y/${router}`, { dynamic_stat: true });
  const context = ParseContext.root('here');
  t.match(unpackAny(context, any), { $typeName: router });
  t.same([context.errors, context.warnings], [[], []]);
  t.equal(unpackAny(context, any, 'reject'), undefined);
  t.same(context.errors, [
    {
      path: 'here.value.dynamic_stat',
      reason: `${router} has no such field`,
      suggestion: 'dynamic_stats',
    },
  ]);
  t.end();
});

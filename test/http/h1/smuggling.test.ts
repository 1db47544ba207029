import t from 'tap';
import { hear } from './server-harness.ts';
import { smugglingCorpus } from './smuggling-corpus.ts';

for (const { name, bytes, requests, isRefused } of smugglingCorpus) {
  t.test(`${name}: ${isRefused ? 'refused' : 'taken'}`, async (t) => {
    for (const pieces of [[bytes], [...bytes]]) {
      const heard = hear(pieces);
      const last = heard.at(-1);
      t.equal(last?.failure !== undefined, isRefused, last?.failure ?? 'not refused');
      const read = heard
        .filter(({ start }) => start !== '')
        .map(({ start, body }) => {
          const [method, , path] = start.split(' ');
          return `${method} ${path} ${body}`;
        });
      t.same(read, requests);
    }
  });
}

t.test('whatever is refused is refused where more is tolerated, or framed anew', async (t) => {
  const options = { acceptHttp10: true, allowChunkedLength: true, allowCustomMethods: true };
  for (const { name, bytes, requests } of smugglingCorpus) {
    const heard = hear([bytes], options);
    t.notOk(
      heard.some(({ fields }) => fields.some(([field]) => field === 'transfer-encoding')),
      name,
    );
    const isChunkedLength = /^(?:CL\.TE|TE\.CL)/.test(name) && heard.at(-1)?.failure === undefined;
    if (!isChunkedLength) continue;
    // Both were there: the chunks are what counts, and the length is gone.
    t.notOk(
      heard[0]?.fields.some(([field]) => field === 'content-length'),
      name,
    );
    t.same(requests, []);
  }
});

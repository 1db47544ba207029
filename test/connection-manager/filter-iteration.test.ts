import t from 'tap';
import { HeaderMap } from '#http/header-map.ts';
import { IterationWorld } from './scripted-iteration.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

t.test('everything passes filters that continue, in order', async (t) => {
  const world = new IterationWorld({}, {});
  world.headers().data('ab').data('cd').trailers();
  t.same(world.take(), [
    '0 headers',
    '1 headers',
    'out headers',
    '0 data "ab"',
    '1 data "ab"',
    'out data "ab"',
    '0 data "cd"',
    '1 data "cd"',
    'out data "cd"',
    '0 trailers 1',
    '1 trailers 1',
    'out trailers 1',
  ]);
});

t.test('the end of the stream is told with headers or data', async (t) => {
  t.same(new IterationWorld({}).headers(true).take(), ['0 headers end', 'out headers end']);
  const world = new IterationWorld({}).headers();
  world.take();
  t.same(world.data('', true).take(), ['0 data "" end', 'out data "" end']);
});

t.test('stopIteration on headers', async (t) => {
  await t.test('keeps them from later filters, and data still comes', async (t) => {
    const world = new IterationWorld(
      { headers: 'stopIteration', data: ['stopIterationAndBuffer'] },
      {},
    );
    world.headers().data('ab').data('cd');
    t.same(world.take(), ['0 headers', '0 data "ab"', '0 data "cd"']);
    t.same(world.continueFrom(0).take(), [
      '1 headers',
      'out headers',
      '1 data "abcd"',
      'out data "abcd"',
    ]);
    t.same(world.data('ef', true).take(), ['0 data "ef" end'], 'it buffers on');
    t.same(world.continueFrom(0).take(), ['1 data "ef" end', 'out data "ef" end']);
  });

  await t.test('of a message without a body ends it when it goes on', async (t) => {
    const world = new IterationWorld({ headers: 'stopIteration' }, {}).headers(true);
    t.same(world.take(), ['0 headers end']);
    t.same(world.continueFrom(0).take(), ['1 headers end', 'out headers end']);
  });

  await t.test('is over with data that continues: both go on together', async (t) => {
    const world = new IterationWorld({ headers: 'stopIteration', data: ['continue'] }, {});
    world.headers().data('ab', true);
    t.same(world.take(), [
      '0 headers',
      '0 data "ab" end',
      '1 headers',
      'out headers',
      '1 data "ab" end',
      'out data "ab" end',
    ]);
  });

  await t.test('is over with trailers that continue', async (t) => {
    const world = new IterationWorld(
      { headers: 'stopIteration', data: ['stopIterationAndBuffer'], trailers: 'continue' },
      {},
    );
    world.headers().data('ab').trailers();
    t.same(world.take(), [
      '0 headers',
      '0 data "ab"',
      '0 trailers 1',
      '1 headers',
      'out headers',
      '1 data "ab"',
      'out data "ab"',
      '1 trailers 1',
      'out trailers 1',
    ]);
  });

  await t.test('with data that is not buffered drops the data, not the end', async (t) => {
    const world = new IterationWorld(
      { headers: 'stopIteration', data: ['stopIterationNoBuffer'] },
      {},
    );
    world.headers().data('ab').data('cd', true);
    t.same(world.take(), ['0 headers', '0 data "ab"', '0 data "cd" end']);
    t.same(world.continueFrom(0).take(), [
      '1 headers',
      'out headers',
      '1 data "" end',
      'out data "" end',
    ]);
  });
});

t.test('stopIteration of the second filter holds only what comes after it', async (t) => {
  const world = new IterationWorld(
    {},
    { headers: 'stopIteration', data: ['stopIterationAndBuffer'] },
    {},
  );
  world.headers().data('ab');
  t.same(world.take(), ['0 headers', '1 headers', '0 data "ab"', '1 data "ab"']);
  t.same(world.continueFrom(1).take(), [
    '2 headers',
    'out headers',
    '2 data "ab"',
    'out data "ab"',
  ]);
});

t.test('continueAndDontEndStream lets a body follow', async (t) => {
  const world = new IterationWorld({ headers: 'continueAndDontEndStream' }, {}).headers(true);
  t.same(world.take(), ['0 headers end', '1 headers', 'out headers']);
  world.iteration.injectData(0, bytes('made'), true);
  t.same(world.take(), ['1 data "made" end', 'out data "made" end']);
});

for (const [status, exceeded] of [
  ['stopAllIterationAndBuffer', 'too large'],
  ['stopAllIterationAndWatermark', 'pause'],
] as const) {
  t.test(status, async (t) => {
    await t.test('keeps everything even from the filter itself', async (t) => {
      const world = new IterationWorld({ headers: status }, {});
      world.headers().data('ab').data('cd').trailers();
      t.same(world.take(), ['0 headers']);
      t.same(world.continueFrom(0).take(), [
        '1 headers',
        'out headers',
        '0 data "abcd"',
        '1 data "abcd"',
        'out data "abcd"',
        '0 trailers 1',
        '1 trailers 1',
        'out trailers 1',
      ]);
    });

    await t.test('of a message that has ended', async (t) => {
      const world = new IterationWorld({ headers: status }, {});
      world.headers().data('ab', true);
      t.same(world.take(), ['0 headers']);
      t.same(world.continueFrom(0).take(), [
        '1 headers',
        'out headers',
        '0 data "ab" end',
        '1 data "ab" end',
        'out data "ab" end',
      ]);
    });

    await t.test('of the second filter lets the first one see data', async (t) => {
      const world = new IterationWorld({}, { headers: status }, {});
      world.headers().data('ab', true);
      t.same(world.take(), ['0 headers', '1 headers', '0 data "ab" end']);
      t.same(world.continueFrom(1).take(), [
        '2 headers',
        'out headers',
        '1 data "ab" end',
        '2 data "ab" end',
        'out data "ab" end',
      ]);
    });

    await t.test(`beyond the limit: ${exceeded}`, async (t) => {
      const world = new IterationWorld({ headers: status }, {});
      world.headers().data('0123456789');
      t.same(world.take(), ['0 headers']);
      world.data('+');
      t.same(world.take(), [exceeded]);
    });

    await t.test('a filter that stops again at the data it then gets', async (t) => {
      const world = new IterationWorld(
        { headers: status, data: ['stopIterationAndBuffer', 'continue'] },
        {},
      );
      world.headers().data('ab');
      t.same(world.continueFrom(0).take(), [
        '0 headers',
        '1 headers',
        'out headers',
        '0 data "ab"',
      ]);
      t.same(world.data('cd', true).take(), [
        '0 data "cd" end',
        '1 data "abcd" end',
        'out data "abcd" end',
      ]);
    });
  });
}

t.test('stops on data', async (t) => {
  await t.test('stopIterationAndBuffer collects until the filter continues', async (t) => {
    const world = new IterationWorld({ data: ['stopIterationAndBuffer'] }, {});
    world.headers().data('ab').data('cd');
    t.same(world.take(), ['0 headers', '1 headers', 'out headers', '0 data "ab"', '0 data "cd"']);
    t.equal(
      Buffer.concat([...(world.iteration.bufferedAt(0) ?? [])]).toString(),
      'abcd',
      'it can be looked at',
    );
    t.same(world.continueFrom(0).take(), ['1 data "abcd"', 'out data "abcd"']);
  });

  await t.test('a later call that continues brings everything', async (t) => {
    const world = new IterationWorld({ data: ['stopIterationAndBuffer', 'continue'] }, {});
    world.headers().data('ab').data('cd', true);
    t.same(world.take().slice(3), [
      '0 data "ab"',
      '0 data "cd" end',
      '1 data "abcd" end',
      'out data "abcd" end',
    ]);
  });

  await t.test('more than the limit is too large', async (t) => {
    const world = new IterationWorld({ data: ['stopIterationAndBuffer'] }, {});
    world.headers().data('0123456789').data('+').data('lost');
    t.same(world.take().slice(3), [
      '0 data "0123456789"',
      '0 data "+"',
      'too large',
      '0 data "lost"',
    ]);
    t.same(world.continueFrom(0).take(), [], 'nothing goes on after the refusal');
  });

  await t.test('stopIterationAndWatermark pauses the sender and resumes it', async (t) => {
    const world = new IterationWorld({ data: ['stopIterationAndWatermark'] }, {});
    world.headers().data('0123456789').data('+').data('-');
    t.same(world.take().slice(3), ['0 data "0123456789"', '0 data "+"', 'pause', '0 data "-"']);
    t.same(world.continueFrom(0).take(), [
      'resume',
      '1 data "0123456789+-"',
      'out data "0123456789+-"',
    ]);
  });

  await t.test('stopIterationNoBuffer drops', async (t) => {
    const world = new IterationWorld({ data: ['stopIterationNoBuffer', 'continue'] }, {});
    world.headers().data('ab');
    t.same(world.take().slice(3), ['0 data "ab"']);
    t.same(world.data('cd', true).take(), [
      '0 data "cd" end',
      '1 data "cd" end',
      'out data "cd" end',
    ]);
  });

  await t.test('a second filter buffers what the first one let go', async (t) => {
    const world = new IterationWorld(
      { data: ['stopIterationAndBuffer'] },
      { data: ['stopIterationAndBuffer'] },
    );
    world.headers().data('ab', true);
    t.same(world.continueFrom(0).take().slice(3), ['0 data "ab" end', '1 data "ab" end']);
    t.same(world.continueFrom(1).take(), ['out data "ab" end']);
  });
});

t.test('stopIteration on trailers', async (t) => {
  const world = new IterationWorld({ trailers: 'stopIteration' }, {});
  world.headers().data('ab').trailers();
  t.same(world.take().slice(3), ['0 data "ab"', '1 data "ab"', 'out data "ab"', '0 trailers 1']);
  t.same(world.continueFrom(0).take(), ['1 trailers 1', 'out trailers 1']);
});

t.test('data that was buffered goes before the trailers that let it go', async (t) => {
  const world = new IterationWorld({ data: ['stopIterationAndBuffer'] }, {});
  world.headers().data('ab').trailers();
  t.same(world.take().slice(3), [
    '0 data "ab"',
    '0 trailers 1',
    '1 data "ab"',
    'out data "ab"',
    '1 trailers 1',
    'out trailers 1',
  ]);
});

t.test('addData', async (t) => {
  await t.test('in the headers of a message without a body makes one', async (t) => {
    const world = new IterationWorld(
      {},
      {
        headers: (self) => {
          self.iteration.addData(self.index, bytes('made'), false);
          return 'continue';
        },
      },
      {},
    );
    t.same(world.headers(true).take(), [
      '0 headers end',
      '1 headers end',
      '2 headers',
      'out headers',
      '2 data "made" end',
      'out data "made" end',
    ]);
  });

  await t.test('reaches a later filter that stops at the headers', async (t) => {
    const world = new IterationWorld(
      {
        headers: (self) => {
          self.iteration.addData(self.index, bytes('made'), false);
          return 'continue';
        },
      },
      { headers: 'stopIteration', data: ['stopIterationAndBuffer'] },
      {},
    );
    t.same(world.headers(true).take(), ['0 headers end', '1 headers', '1 data "made" end']);
    t.same(world.continueFrom(1).take(), [
      '2 headers',
      'out headers',
      '2 data "made" end',
      'out data "made" end',
    ]);
  });

  await t.test('in a data call goes before the data at hand when that is buffered', async (t) => {
    const world = new IterationWorld(
      {
        data: [
          (self) => {
            self.iteration.addData(self.index, bytes('<'), false);
            return 'stopIterationAndBuffer';
          },
        ],
      },
      {},
    );
    world.headers().data('ab', true);
    t.same(world.continueFrom(0).take().slice(-2), ['1 data "<ab" end', 'out data "<ab" end']);
  });

  await t.test('while trailers pass goes ahead of them', async (t) => {
    const world = new IterationWorld(
      {
        trailers: (self) => {
          self.iteration.addData(self.index, bytes('last'), false);
          return 'continue';
        },
      },
      {},
    );
    world.headers().trailers();
    t.same(world.take().slice(3), [
      '0 trailers 1',
      '1 data "last"',
      'out data "last"',
      '1 trailers 1',
      'out trailers 1',
    ]);
  });

  await t.test('while trailers pass a filter that stopped is held with the rest', async (t) => {
    const world = new IterationWorld(
      {
        data: ['stopIterationAndBuffer'],
        trailers: (self) => {
          self.iteration.addData(self.index, bytes('+'), false);
          return 'continue';
        },
      },
      {},
    );
    world.headers().data('ab').trailers();
    t.same(world.take().slice(3), [
      '0 data "ab"',
      '0 trailers 1',
      '1 data "ab+"',
      'out data "ab+"',
      '1 trailers 1',
      'out trailers 1',
    ]);
  });
});

t.test('injectData', async (t) => {
  await t.test('goes to later filters alone, ahead of a stopped filter’s own', async (t) => {
    const world = new IterationWorld({ data: ['stopIterationNoBuffer'] }, {});
    world.headers().data('ab');
    world.take();
    world.iteration.injectData(0, bytes('x'), false);
    world.iteration.injectData(0, bytes('y'), true);
    t.same(world.take(), ['1 data "x"', 'out data "x"', '1 data "y" end', 'out data "y" end']);
  });

  await t.test('brings the headers first that were held back', async (t) => {
    const world = new IterationWorld(
      { headers: 'stopIteration', data: ['stopIterationNoBuffer'] },
      {},
    );
    world.headers().data('ab', true);
    world.take();
    world.iteration.injectData(0, bytes('instead'), true);
    t.same(world.take(), [
      '1 headers',
      'out headers',
      '1 data "instead" end',
      'out data "instead" end',
    ]);
  });
});

t.test('addTrailers', async (t) => {
  const addTrailers = (world: () => IterationWorld) => (): 'continue' => {
    world().iteration.addTrailers(() => {
      const trailers = new HeaderMap();
      trailers.append('x-made', '1');
      return trailers;
    });
    return 'continue';
  };

  await t.test('at the end of the data: later filters see data, then trailers', async (t) => {
    const world: IterationWorld = new IterationWorld({ data: [addTrailers(() => world)] }, {});
    world.headers().data('ab', true);
    t.same(world.take().slice(3), [
      '0 data "ab" end',
      '1 data "ab"',
      'out data "ab"',
      '1 trailers 1',
      'out trailers 1',
    ]);
  });

  await t.test('a later filter that buffers gets the trailers too', async (t) => {
    const world: IterationWorld = new IterationWorld(
      { data: [addTrailers(() => world)] },
      { data: ['stopIterationAndBuffer'] },
      {},
    );
    world.headers().data('ab', true);
    t.same(world.take().slice(4), [
      '0 data "ab" end',
      '1 data "ab"',
      '1 trailers 1',
      '2 data "ab"',
      'out data "ab"',
      '2 trailers 1',
      'out trailers 1',
    ]);
  });

  await t.test('a filter that adds them and stops passes both on later', async (t) => {
    const world: IterationWorld = new IterationWorld(
      {
        data: [
          () => {
            addTrailers(() => world)();
            return 'stopIterationAndBuffer';
          },
        ],
      },
      {},
    );
    world.headers().data('ab', true);
    t.same(world.take().slice(3), ['0 data "ab" end']);
    t.same(world.continueFrom(0).take(), [
      '1 data "ab"',
      'out data "ab"',
      '1 trailers 1',
      'out trailers 1',
    ]);
  });

  await t.test('in the headers of a message without a body', async (t) => {
    const world: IterationWorld = new IterationWorld(
      {
        headers: (self) => {
          self.iteration.addData(0, bytes('made'), false);
          addTrailers(() => world)();
          return 'continue';
        },
      },
      {},
    );
    t.same(world.headers(true).take(), [
      '0 headers end',
      '1 headers',
      'out headers',
      '1 data "made"',
      'out data "made"',
      '1 trailers 1',
      'out trailers 1',
    ]);
  });
});

t.test('once it is over nothing goes on', async (t) => {
  for (const phase of ['headers', 'data', 'trailers'] as const) {
    await t.test(`in ${phase}`, async (t) => {
      const world: IterationWorld = new IterationWorld(
        {
          headers: () => {
            if (phase === 'headers') world.isOver = true;
            return 'continue';
          },
          data: [
            () => {
              if (phase === 'data') world.isOver = true;
              return 'continue';
            },
          ],
          trailers: () => {
            if (phase === 'trailers') world.isOver = true;
            return 'continue';
          },
        },
        {},
      );
      world.headers();
      if (phase !== 'headers') world.data('ab');
      if (phase === 'trailers') world.trailers();
      t.equal(world.take().at(-1)?.startsWith(`0 ${phase}`), true);
    });
  }
});

t.test('what a filter asked for is done when its call returns', async (t) => {
  const world: IterationWorld = new IterationWorld(
    {
      headers: () => {
        world.afterCallOnce = () => {
          world.seen.push('done');
          world.isOver = true;
        };
        world.seen.push('returning');
        return 'stopIteration';
      },
    },
    {},
  );
  t.same(world.headers().take(), ['0 headers', 'returning', 'done']);
});

t.test('continuing a filter that did not stop does nothing', async (t) => {
  const world = new IterationWorld({}, {}).headers();
  world.take();
  t.same(world.continueFrom(0).take(), []);
});

t.test('replaceData', async (t) => {
  const replaceBy =
    (text: string, status: 'continue' | 'stopIterationAndBuffer') =>
    (self: { index: number; iteration: IterationWorld['iteration'] }) => {
      self.iteration.replaceData(self.index, bytes(text));
      return status;
    };

  await t.test('gives later filters other bytes, for that call alone', async (t) => {
    const world = new IterationWorld({ data: [replaceBy('XY', 'continue'), 'continue'] }, {});
    world.headers().data('ab').data('cd', true);
    t.same(world.take().slice(3), [
      '0 data "ab"',
      '1 data "XY"',
      'out data "XY"',
      '0 data "cd" end',
      '1 data "cd" end',
      'out data "cd" end',
    ]);
  });

  await t.test('holds other bytes than those that came', async (t) => {
    const world = new IterationWorld(
      { data: [replaceBy('X', 'stopIterationAndBuffer'), replaceBy('Y', 'continue')] },
      {},
    );
    world.headers().data('ab').data('cd', true);
    t.same(world.take().slice(3), [
      '0 data "ab"',
      '0 data "cd" end',
      '1 data "XY" end',
      'out data "XY" end',
    ]);
  });

  await t.test('counts what is held, not what came', async (t) => {
    const world = new IterationWorld({ data: [replaceBy('', 'stopIterationAndBuffer')] });
    world.headers().data('longer than the limit');
    t.same(world.take().slice(2), ['0 data "longer than the limit"']);
  });

  await t.test('of several filters each gets what the one before it gave', async (t) => {
    const world = new IterationWorld(
      { data: [replaceBy('one', 'continue')] },
      { data: [replaceBy('two', 'continue')] },
    );
    world.headers().data('ab');
    t.same(world.take().slice(3), ['0 data "ab"', '1 data "one"', 'out data "two"']);
  });
});

import { createCloser } from './closer.ts';

it('closes in reverse order, once, and all of it when one part fails', async () => {
  const closed: string[] = [];
  const closer = createCloser();
  closer.add({ close: () => closed.push('database') });
  closer.add({
    close: () => {
      throw new Error('stuck');
    },
  });
  closer.add({ close: () => closed.push('server') });
  await expect(closer.close()).rejects.toThrow(AggregateError);
  await expect(closer.close()).rejects.toThrow(AggregateError);
  expect(closed).toEqual(['server', 'database']);
});

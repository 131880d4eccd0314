import { expect, it } from 'vitest';
import { streamSettingTable } from '../../../src/paper-exchange/wire/stream-setting-table.ts';
import { defaultStreamSettings } from '../../../src/paper-exchange/wire/streams.ts';

it('names every setting of the streams with its default first, what it decides and its source', () => {
  expect(streamSettingTable.map(({ name }) => name)).toEqual(Object.keys(defaultStreamSettings));
  for (const { name, default: usual, values, decides, source } of streamSettingTable) {
    expect(values[0], name).toBe(usual);
    expect(values.length, name).toBeGreaterThan(1);
    expect(
      [decides, source].every((text) => text.endsWith('.')),
      name,
    ).toBe(true);
  }
});

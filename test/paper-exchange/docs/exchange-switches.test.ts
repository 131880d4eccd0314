import { expect, it } from 'vitest';
import {
  type SwitchRow,
  switchTable,
} from '../../../src/paper-exchange/core/basics/switch-table.ts';
import { restSettingTable } from '../../../src/paper-exchange/wire/rest/setting-table.ts';
import { streamSettingTable } from '../../../src/paper-exchange/wire/stream-setting-table.ts';
import { generatedRows, latencyRows, recordedRows, symbolRows } from './option-rows.ts';

const FILE = '../../../docs/exchange-switches.md';
const COMMAND = 'npx vitest run test/paper-exchange/docs -u';

const cell = (text: string): string => text.replaceAll('|', '\\|');
const code = (text: string): string => `\`${text}\``;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const switches = (rows: readonly SwitchRow[]): string =>
  table(
    ['Switch', 'Default', 'Other values', 'Decides', 'Source'],
    rows.map(({ name, default: usual, values, decides, source }) => [
      code(name),
      code(usual),
      values
        .filter((value) => value !== usual)
        .map((value) => (value.startsWith('any') ? value : code(value)))
        .join(', '),
      decides,
      source,
    ]),
  );

const options = (rows: Readonly<Record<string, readonly [string, string]>>): string =>
  table(
    ['Option', 'Left out', 'Meaning'],
    Object.entries(rows).map(([name, [usual, meaning]]) => [code(name), usual, meaning]),
  );

const text = `# Switches of the paper exchange

Made from the tables in the sources by \`${COMMAND}\`. Do not edit it by hand.

Where Alpaca's sources differ, or say nothing, the exchange has a switch. Each has a default and
says whose word the default follows. Source titles in quotes are pages of Alpaca's documentation.

The first three tables can be set from the command line, by \`bigbrother exchange --switches FILE\`
with a file like this one; what is left out stays as it is:

\`\`\`json
{
  "switches": { "washTradeStatus": 422, "randomPartialFills": true },
  "rest": { "requestsPerMinute": null },
  "streams": { "tradingFrames": "text" }
}
\`\`\`

\`bigbrother exchange probe\` writes such a file from what your own Alpaca paper account does. In a
program the same three objects are options of \`PaperExchange\`, and so is all that follows them.

## Orders and accounts: \`switches\`

${switches(switchTable)}

## REST: \`rest\`

${switches(restSettingTable)}

## Streams: \`streams\`

${switches(streamSettingTable)}

## Latencies: \`latencies\`

Milliseconds. \`jitter\` adds to each by chance, from the seed: a uniform, normal, exponential or
lognormal time. \`replies\` makes the answers of some routes late. Assumed: Alpaca promises none.

${options(latencyRows)}

## A made-up market: \`market\` of kind \`generated\`

${options(generatedRows)}

Of each entry of \`symbols\`:

${options(symbolRows)}

## A recorded market: \`market\` of kind \`recorded\`

${options(recordedRows)}
`;

it(`docs/exchange-switches.md is what the tables say; "${COMMAND}" writes it anew`, async () => {
  await expect(text).toMatchFileSnapshot(FILE);
});

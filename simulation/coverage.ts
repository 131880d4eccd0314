import { existsSync, readFileSync } from 'node:fs';

/** Where a row that the simulation does not draw is tested: a file and the name of a test in it. */
type Tested = { readonly file: string; readonly test: string };
type Row = { readonly id: string; readonly what: string; readonly tested?: Tested };

const row = (id: string, what: string): Row => ({ id, what });
const elsewhere = (id: string, what: string, file: string, test: string): Row => ({
  ...{ id, what, tested: { file: `test/${file}.test.ts`, test } },
});

/** Every row of the catalogue that touches broker, network, process, clock, data or operator. */
const ROWS: readonly Row[] = [
  row('B01', 'an order is lost before the exchange sees it'),
  row('B02', 'an order is accepted, its reply is lost'),
  row('B03', 'a reply comes after its deadline'),
  row('B04', 'the id of an order is refused as used'),
  row('B05', 'the shares are held by another exit'),
  row('B06', 'an open buy makes a stop a wash trade'),
  row('B07', 'no buying power'),
  row('B08', 'a price is refused'),
  row('B09', 'accepted, then rejected'),
  row('B10', 'a cancel stays pending'),
  row('B11', 'a fill during a cancel'),
  row('B12', 'a fill before a cancel arrives'),
  row('B13', 'a fill before a replacement takes effect'),
  row('B14', 'a replacement is refused'),
  row('B15', 'a replacement is accepted, its reply is lost'),
  row('B16', 'a chain of replacements'),
  row('B17', 'both exits of a group fill'),
  row('B18', 'a held leg is missing from the open orders'),
  row('B19', 'an entry fills in part'),
  row('B20', 'a take-profit fills in part'),
  row('B21', 'an order fills for more than it asked for'),
  row('B22', 'a gap through stops and their limits'),
  row('B23', 'a day order expires'),
  row('B24', 'a state that nobody knows'),
  row('B25', 'an order of somebody else'),
  row('B26', 'a position is closed by hand'),
  row('B27', 'an orphan stop'),
  row('B28', 'positions lag behind orders'),
  row('B29', 'the list of positions is empty by error'),
  row('B30', 'the list of orders ends early'),
  row('B31', 'every other cancel is refused'),
  row('B32', 'the account is blocked'),
  row('B33', 'a trading halt'),
  row('B34', 'a split'),
  row('B35', 'a merger, a new name, a delisting'),
  row('B36', 'maintenance: 503'),
  row('B37', 'the equity is missing or absurd'),
  row('B38', 'a fraction of a share is left'),
  row('N01', '429 on a read'),
  row('N02', '429 on an order'),
  row('N03', '429 on everything'),
  row('N04', 'half of all requests end in 503'),
  row('N05', 'a hung request'),
  row('N06', 'a body breaks off'),
  row('N07', 'a page, another shape, unknown fields'),
  row('N08', 'a redirect to another host'),
  row('N09', 'the host cannot be reached'),
  row('N10', 'a stream breaks'),
  row('N11', 'an update is never told'),
  row('N12', 'updates are told five times'),
  row('N13', 'updates in another order'),
  row('N14', 'updates of an unknown order'),
  row('N15', 'keys refused in the middle of the day'),
  row('N16', 'ten attempts to come back fail'),
  row('N17', 'requests arrive, nothing comes back'),
  row('N18', 'replies take twenty seconds'),
  row('N19', 'reads pile up'),
  row('P01', 'death at an await, an append or a request'),
  row('P02', 'death during recovery'),
  row('P03', 'a crash loop'),
  row('P04', 'SIGTERM'),
  row('P05', 'a laptop that sleeps'),
  row('P06', 'two owners on two machines'),
  row('P07', 'an event loop that stalls'),
  elsewhere(
    ...(['P08', 'a cycle longer than its time', 'runtime/slow-broker'] as const),
    'protects a position that appears while its neighbours are at work',
  ),
  elsewhere(
    ...(['P09', 'two policies want one symbol', 'engine/decide'] as const),
    'sells a part and covers the rest at the tightest stop',
  ),
  row('P10', 'a fill between guardrail and sending'),
  row('P11', 'a plan is executed twice at once'),
  elsewhere(
    ...(['P12', 'locks in opposite orders', 'runtime/parts'] as const),
    'let two plans over the same symbols pass one after the other, whatever their order',
  ),
  elsewhere(
    ...(['P13', 'a holder that never returns', 'runtime/hazards'] as const),
    'treats a call that hangs as unknown, and lets other symbols go on',
  ),
  elsewhere(
    ...(['P14', 'a policy throws', 'runtime/policy-fault'] as const),
    'is told with its cause, and takes no other protection along',
  ),
  elsewhere(
    ...(['P15', 'out of memory: the kernel kills', 'crash/sigkill'] as const),
    'a killed process leaves nothing twice, nothing bare and a whole journal',
  ),
  row('P16', 'the disk is full'),
  row('P17', 'an error of the disk, after or before the write'),
  row('P18', 'what was not yet durable is lost'),
  elsewhere(
    ...(['P19', 'a changed record', 'runtime/event-logger'] as const),
    'finds every change, omission and swap at its place',
  ),
  elsewhere(
    ...(['P20', 'a journal rolled back', 'cli/verify'] as const),
    'finds a cut end by an anchor that was kept elsewhere, given inline or in a file',
  ),
  elsewhere(
    ...(['P21', 'the copy of the journal is down', 'supabase/day'] as const),
    'does at the exchange and decides what it would have without a copy',
  ),
  elsewhere(
    ...(['P22', 'a journal of another version', 'runtime/journal-failure'] as const),
    'from before it was numbered is read as it is, and goes on when it is written',
  ),
  elsewhere(
    ...(['P23', 'an older version takes over', 'runtime/journal-failure'] as const),
    'of a version that came after this one is refused in words, to read and to write',
  ),
  elsewhere(
    ...(['P24', 'days in one process', 'simulation/soak'] as const),
    'holds no more after many days than after the first',
  ),
  row('C01', 'somebody sets the clock'),
  row('C02', "the broker's clock differs from ours"),
  elsewhere(
    ...(['C03', 'daylight saving, leap years', 'paper-exchange/market/calendar'] as const),
    'keeps 09:30 on the wall clock when daylight saving changes',
  ),
  row('C04', 'an early close'),
  elsewhere(...(['C05', 'a plan expires', 'runtime/hazards'] as const), 'after its expiry'),
  elsewhere(
    ...(['C06', 'timers that stand still', 'runtime/clock-gaps'] as const),
    'a laptop that slept is noticed although its own clock stood still meanwhile',
  ),
  row('C07', 'times of events from elsewhere'),
  row('D01', 'prices stand still'),
  row('D02', 'a bad tick'),
  row('D03', 'a crossed quote, no bid'),
  row('D04', 'a spread of ten percent'),
  row('D05', 'prices are null or missing'),
  row('D06', 'feeds disagree'),
  row('D07', 'bars in the wrong order, or revised'),
  row('D08', 'a history as before a split'),
  row('D09', 'no history'),
  row('D10', 'everything falls by thirty percent'),
  row('D11', 'a gap at the open'),
  elsewhere(
    ...(['O01', 'percent for fraction, dollars for shares', 'policies/settings'] as const),
    'name every wrong setting at once',
  ),
  elsewhere(
    ...(['O02', 'keys of another account', 'cli/compose'] as const),
    'refuses to start when the keys belong to another account than the one named',
  ),
  elsewhere(
    ...(['O03', 'an old configuration on one machine', 'runtime/settings-keeper'] as const),
    'wait for a code and ten minutes more when they are looser',
  ),
  elsewhere(
    ...(['O04', 'a policy that does not exist', 'policies/settings'] as const),
    'name every group of settings to one who asks for another',
  ),
  elsewhere(
    ...(['O05', 'approved without reading', 'runtime/approvals'] as const),
    'takes the code, which the hash does not tell, and five wrong ones end the plan',
  ),
  row('O06', 'a person uses the app during a plan'),
  row('O07', 'the kill switch, pressed twice'),
  elsewhere(
    ...(['O08', 'a halt lifted by mistake', 'cli/halt'] as const),
    'shows the halt and the account, takes the account number, and the loop goes on',
  ),
  elsewhere(
    ...(['O09', 'the old bot runs beside it', 'runtime/guarding'] as const),
    'sends nothing in mode %s',
  ),
  row('O10', 'a weekend with the laptop closed'),
  elsewhere(
    ...(['O11', 'a disk that cannot be trusted', 'adapters-event-stores/sqlite'] as const),
    'leaves a damaged file as it is and says so',
  ),
  row('O12', 'cash comes or goes'),
];

/** A line of a table for each row: how often it fired, or the test that has it. */
export const coverageLines = (fired: Readonly<Record<string, number>>): readonly string[] =>
  ROWS.map(({ id, what, tested }) => {
    const times = fired[id] ?? 0;
    const where = times > 0 || tested === undefined ? String(times) : wordsFor(tested);
    return `| ${id} | ${what} | ${where} |`;
  });

function wordsFor({ file, test }: Tested): string {
  const isThere = existsSync(file) && readFileSync(file, 'utf8').includes(test);
  return isThere ? `${file}: ${test}` : `NOT TESTED: ${file} has no "${test}"`;
}

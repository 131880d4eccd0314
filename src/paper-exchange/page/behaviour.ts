/** The page's script. It writes text only, never markup, so whatever a name holds stays a name. */
export const behaviour = `
'use strict';
const byId = (id) => document.getElementById(id);

const make = (tag, className, ...children) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
};

const grouped = (text, decimals) =>
  Number(text).toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: 9 });
const dollars = (text) => grouped(text, 2);
const shares = (text) => grouped(text, 0);
const signed = (text) => (Number(text) > 0 ? '+' : '') + dollars(text);
const direction = (value) => (Number(value) > 0 ? 'up' : Number(value) < 0 ? 'down' : '');

const formatOf = (options) =>
  new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York', hourCycle: 'h23', ...options });
const full = formatOf({ weekday: 'short', month: 'short', day: 'numeric', year: 'numeric',
  hour: '2-digit', minute: '2-digit', second: '2-digit' });
const short = formatOf({ weekday: 'short', hour: '2-digit', minute: '2-digit' });
const seconds = formatOf({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
const at = (format, iso) => format.format(new Date(iso));

const empty = (text) => make('p', 'empty', text);

/** Columns: [title, class, value of a row, class of a row]. */
const table = (rows, columns) => {
  const head = make('tr', '', ...columns.map(([title, className]) => {
    const cell = make('th', className, title);
    cell.scope = 'col';
    return cell;
  }));
  const lines = rows.map((row) => make('tr', '', ...columns.map(([, className, value, classOf]) =>
    make('td', [className, classOf ? classOf(row) : ''].join(' ').trim(), String(value(row))))));
  const body = make('tbody', '', ...lines);
  return make('div', 'wide', make('table', '', make('thead', '', head), body));
};

const positionColumns = [
  ['Symbol', '', (row) => row.symbol],
  ['Shares', 'number', (row) => shares(row.qty)],
  ['Available', 'number spare', (row) => shares(row.available),
    (row) => (row.available === row.qty ? '' : 'held')],
  ['Entry', 'number spare', (row) => dollars(row.entry)],
  ['Price', 'number', (row) => dollars(row.price)],
  ['Value', 'number spare', (row) => dollars(row.value)],
  ['Gain', 'number', (row) => signed(row.gain), (row) => direction(row.gain)],
];
const orderColumns = [
  ['Symbol', '', (row) => row.symbol],
  ['Order', 'words', (row) => row.what],
  ['Filled', 'number spare', (row) => shares(row.filled)],
  ['In force', 'spare', (row) => row.timeInForce],
  ['Status', '', (row) => row.status, (row) => (row.status === 'new' ? '' : 'held')],
];
const faultColumns = [
  ['Rule', 'words', (row) => row.id],
  ['What', 'words', (row) => row.what],
  ['Fired', 'number', (row) => row.fired],
];
const updateColumns = [
  ['Time', '', (row) => at(seconds, row.at)],
  ['Symbol', '', (row) => row.symbol],
  ['Event', 'words', (row) => row.event],
  ['Order', 'words', (row) => row.what],
];
const tapeColumns = [
  ['Time', '', (row) => at(seconds, row.at)],
  ['Symbol', '', (row) => row.symbol],
  ['Price', 'number', (row) => dollars(row.price), (row) => direction(row.move)],
  ['Shares', 'number', (row) => shares(row.size)],
];

const figure = (name, value, className) =>
  make('div', '', make('dt', '', name), make('dd', className || '', value));

const account = (one) => {
  const title = 'Account ' + one.number + ', ' +
    (one.multiplier === '1' ? 'cash' : 'margin ' + one.multiplier + '×');
  const more = one.moreOrders > 0 ? [empty('and ' + shares(one.moreOrders) + ' more')] : [];
  return make('section', '',
    make('h2', '', title),
    make('dl', 'figures',
      figure('Equity', dollars(one.equity)),
      figure('Since last close', signed(one.sinceLastClose), direction(one.sinceLastClose)),
      figure('Cash', dollars(one.cash)),
      figure('Buying power', dollars(one.buyingPower))),
    make('h3', '', 'Positions'),
    one.positions.length ? table(one.positions, positionColumns) : empty('Flat.'),
    make('h3', '', 'Open orders'),
    one.orders.length ? table(one.orders, orderColumns) : empty('None.'),
    ...more);
};

const names = { pre: 'pre-market', regular: 'open', post: 'after hours', closed: 'closed' };
const show = ({ clock, accounts, faults, updates, tape }) => {
  byId('now').textContent = at(full, clock.now);
  byId('now').dateTime = clock.now;
  byId('session').textContent = names[clock.session] || clock.session;
  byId('session').className = clock.session === 'regular' ? 'badge open' : 'badge';
  byId('next').textContent = clock.session === 'regular'
    ? 'closes ' + at(short, clock.nextClose) : 'opens ' + at(short, clock.nextOpen);
  byId('accounts').replaceChildren(...accounts.map(account));
  fill('faults', faults, faultColumns, 'None: everything works.');
  fill('updates', updates, updateColumns, 'Nothing yet.');
  fill('tape', tape, tapeColumns, 'No print yet.');
};
const fill = (id, rows, columns, otherwise) =>
  byId(id).replaceChildren(rows.length ? table(rows, columns) : empty(otherwise));

let shownText = '';
let shownAt = 'never';
const refresh = async () => {
  try {
    const answer = await fetch('/__page/view', { cache: 'no-store' });
    if (!answer.ok) throw new Error(String(answer.status));
    const text = await answer.text();
    if (text !== shownText) show(JSON.parse(text));
    shownText = text;
    shownAt = byId('now').textContent;
    byId('lost').hidden = true;
  } catch {
    byId('lost-since').textContent = shownAt;
    byId('lost').hidden = false;
  }
};

const EVERY_MS = 1000;
const again = async () => {
  if (!document.hidden) await refresh();
  window.setTimeout(again, EVERY_MS);
};
document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });
again();
`;

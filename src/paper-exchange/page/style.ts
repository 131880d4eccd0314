export const style = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f5f5f2, #14161a);
  --sheet: light-dark(#ffffff, #1c1f25);
  --ink: light-dark(#1b1d21, #e6e7ea);
  --quiet: light-dark(#5b6069, #9aa0ab);
  --line: light-dark(#dddcd6, #30343c);
  --up: light-dark(#0b6b3a, #5fcf92);
  --down: light-dark(#a8261d, #f2877d);
  --notice: light-dark(#8a5200, #f0b860);
  --notice-ground: light-dark(#fff4e0, #33280f);
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.45 system-ui, sans-serif;
}
header {
  display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 20px;
  padding: 16px 20px 8px;
}
h1 { font-size: 20px; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 13px; margin: 0 0 8px; color: var(--quiet); font-weight: 600; }
h3 { font-size: 13px; margin: 18px 0 4px; color: var(--quiet); font-weight: 600; }
p { margin: 0; }
.clock { font-variant-numeric: tabular-nums; }
.zone, .quiet { color: var(--quiet); }
.badge {
  border: 1px solid var(--line); border-radius: 99px; padding: 1px 9px; margin-left: 6px;
  font-size: 13px; background: var(--sheet);
}
.badge.open { color: var(--up); border-color: currentColor; }
.lost { margin: 4px 20px; padding: 8px 12px; border-radius: 6px;
  background: var(--notice-ground); color: var(--notice); }
main {
  display: grid; grid-template-columns: minmax(0, 1fr) minmax(280px, 380px); gap: 16px;
  padding: 8px 20px 24px; align-items: start;
}
.accounts, .side { display: grid; gap: 16px; }
section {
  background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px;
  min-width: 0;
}
.figures { display: flex; flex-wrap: wrap; gap: 6px 28px; margin: 0; }
.figures div { min-width: 96px; }
dt { font-size: 12px; color: var(--quiet); }
dd { margin: 0; font-size: 18px; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { font-size: 12px; font-weight: 500; color: var(--quiet); text-align: left; }
th, td { padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
tr:last-child td { border-bottom: 0; }
th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; }
.words { white-space: normal; overflow-wrap: anywhere; }
td { vertical-align: top; }
.up { color: var(--up); }
.down { color: var(--down); }
.held { color: var(--notice); }
.scroll { max-height: 300px; overflow: auto; }
.scroll:focus-visible { outline: 2px solid var(--quiet); outline-offset: 4px; }
.empty { color: var(--quiet); }
@media (max-width: 900px) {
  main { grid-template-columns: minmax(0, 1fr); padding: 8px 12px 20px; }
  header { padding: 14px 12px 6px; }
  section { padding: 12px; }
  th, td { padding-right: 10px; }
}
@media (max-width: 560px) { .spare { display: none; } }
`;

/** The whole document: its style and its script are part of it, and nothing else is fetched. */
export const markup = (style: string, behaviour: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Paper exchange</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<header>
  <h1>Paper exchange</h1>
  <p class="clock"><time id="now">–</time> <span class="zone">New York</span>
    <span id="session" class="badge">–</span></p>
  <p id="next" class="quiet"></p>
</header>
<p id="lost" class="lost" role="status" hidden>
  The exchange does not answer. What stands here is from <span id="lost-since"></span>.</p>
<main>
  <div id="accounts" class="accounts"></div>
  <div class="side">
    <section aria-labelledby="faults-title">
      <h2 id="faults-title">Faults in force</h2>
      <div id="faults"></div>
    </section>
    <section aria-labelledby="updates-title">
      <h2 id="updates-title">Orders, as they happen</h2>
      <div id="updates" class="scroll" tabindex="0"></div>
    </section>
    <section aria-labelledby="tape-title">
      <h2 id="tape-title">Tape</h2>
      <div id="tape" class="scroll" tabindex="0"></div>
    </section>
  </div>
</main>
<noscript>This page needs its script: it asks the exchange every second.</noscript>
<script>${behaviour}</script>
</body>
</html>
`;

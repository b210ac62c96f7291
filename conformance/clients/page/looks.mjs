// How the console is laid out, and whether it is there for everybody: no finding of axe, no mouse needed.
import { readFile } from 'node:fs/promises';
import { connected, expect, log_in, logged, open, submit, to_connection, until } from './hands.mjs';
import { publish, watch } from './by_hand.mjs';

const axe = await readFile(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const PANELS = ['overview', 'sessions', 'procedures', 'topics', 'watch', 'denials', 'try'];

async function no_findings(page, where) {
  const findings = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html.slice(0, 160)} (${node.any.concat(node.all, node.none).map((check) => check.message).join('; ').slice(0, 200)})`).slice(0, 3).join(' | ')}`);
  });
  if (findings.length) throw new Error(`axe in ${where}:\n${findings.join('\n')}`);
}

// Nothing stands out of the page at its sides; what is touched is large enough, and no input makes a phone zoom in.
async function fits(page, where, screen) {
  const wrong = await page.evaluate((is_phone) => {
    const seen = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getBoundingClientRect().width > 1;
    const name = (element) => `${element.tagName} ${element.className} ${element.textContent.slice(0, 30)}`;
    const found = [];
    if (document.documentElement.scrollWidth > innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
    const main = document.querySelector('main');
    if (main.scrollWidth > main.clientWidth) found.push(`the panel is ${main.scrollWidth} wide, ${main.clientWidth} are there`);
    for (const cell of document.querySelectorAll('tbody button.cell')) {
      if (seen(cell) && cell.getBoundingClientRect().width < 120) found.push(`no room for the name: ${name(cell)}`);
    }
    if (!is_phone) return found;
    for (const input of document.querySelectorAll('input:not([type=checkbox]), select, textarea')) {
      if (seen(input) && parseFloat(getComputedStyle(input).fontSize) < 16) found.push(`small letters: ${name(input)} ${input.name}`);
    }
    for (const touched of document.querySelectorAll('#tabs a, button:not(.cell), select, input:not([type=checkbox])')) {
      const { width, height } = touched.getBoundingClientRect();
      if (seen(touched) && (height < 43.5 || width < 43.5)) found.push(`${width.toFixed()} x ${height.toFixed()}: ${name(touched)}`);
    }
    return found;
  }, screen === 'phone');
  if (wrong.length) throw new Error(`${where}:\n${wrong.join('\n')}`);
}

// Each panel empty or denied, and with what is made for it; the drawer, the login; on the screen and in the theme of the request, and
// with `rules` by those of axe.
export async function every_panel_is_fit_for_everybody(page, { screen, rules, secret }) {
  await page.evaluate(axe);
  await connected(page);
  const look = async (where) => {
    if (rules) await no_findings(page, where);
    await fits(page, where, screen);
  };
  for (const name of PANELS) {
    await open(page, name);
    await page.locator(`#panel-${name} [data-kind=waiting]:visible`).waitFor({ state: 'detached' });
    await look(name);
  }
  await submit(page, 'register', { uri: 'com.example.looks.a_procedure_with_a_long_name_that_does_not_fit_into_the_narrow_column_of_a_table' });
  await logged(page, 'registered', 'com.example.looks');
  await submit(page, 'call', { uri: 'com.example.looks.none', args: '[1]' });
  await logged(page, 'error', 'no_such_procedure');
  await page.locator('.copy').getByRole('button', { name: 'Python' }).click();
  await page.getByText('History').click();
  await look('try, with answers');
  const watching = await watch(page, 'com.example.looks.topic_of_which_the_name_is_rather_long.and_goes_on.and_on');
  await publish(page, 'com.example.looks.topic_of_which_the_name_is_rather_long.and_goes_on.and_on', { text: 'x'.repeat(500) }, 2);
  await watching.locator('.events summary').last().click();
  await look('watch, with events');
  for (const name of ['sessions', 'procedures', 'topics']) {
    const panel = await open(page, name);
    await panel.locator('tbody button.cell').first().click();
    await page.locator('#drawer .facts').first().waitFor();
    await look(`the drawer of ${name}`);
    await page.keyboard.press('Escape');
  }
  await to_connection(page);
  await look('connection');
  await log_in(page, { method: 'ticket', authid: 'joe', secret });
  await page.locator('#whose').filter({ hasText: 'guest' }).waitFor();
  await open(page, 'sessions');
  await page.locator('#panel-sessions [data-kind=denied]').waitFor();
  await look('sessions, denied');
  await log_in(page, { method: 'ticket', authid: 'joe', secret: 'wrong' });
  await page.getByRole('alert').filter({ hasText: 'authentication_denied' }).waitFor();
  await look('connection, refused');
}

// The system's theme, until another one is chosen; that one is remembered.
export async function dark_and_light(page) {
  await connected(page);
  const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await back();
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await back();
  if (dark === light) throw new Error(`both are ${dark}`);
  await page.getByRole('button', { name: 'Theme: system' }).click();
  await page.getByRole('button', { name: 'Theme: light' }).waitFor();
  expect(await back(), light, 'light in a dark system');
  await page.reload();
  await page.getByRole('button', { name: 'Theme: light' }).click();
  await page.getByRole('button', { name: 'Theme: dark' }).waitFor();
  await page.emulateMedia({ colorScheme: 'light' });
  expect(await back(), dark, 'dark in a light system');
}

// From the address bar on, with Tab, arrows, Enter and Escape.
export async function by_keyboard_only(page) {
  await connected(page);
  const focused = () => page.evaluate(() => document.activeElement.innerText || document.activeElement.name || document.activeElement.tagName);
  const press = (...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
  const tab_to = (text) => until(page, async () => {
    await press('Tab');
    return (await focused()) === text;
  }, `Tab comes to ${text}`);
  await press('Tab');
  expect(await focused(), 'Skip to the content', 'the first one');
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  expect(outline === 'none', false, 'the focus is not seen');
  await tab_to('Try it');
  await press('Enter');
  await page.locator('#panel-try').waitFor();
  await tab_to('Call');
  await press('ArrowRight');
  expect(await focused(), 'Register', 'the next tab');
  await tab_to('uri');
  await press('Control+a');
  await page.keyboard.type('com.example.keyboard');
  await press('Enter');
  await logged(page, 'registered', 'com.example.keyboard');
  await page.locator('#brand').focus();
  await tab_to('Procedures');
  await press('Enter');
  await page.locator('#panel-procedures tbody button.cell').first().waitFor();
  await page.locator('#panel-procedures').getByLabel('Filter').focus();
  await page.keyboard.type('keyboard');
  await until(page, async () => await page.locator('#panel-procedures tbody button.cell').count() === 1, 'one row is left');
  await tab_to('com.example.keyboard');
  await press('Enter');
  await page.locator('#drawer').getByRole('button', { name: 'Call it' }).waitFor();
  await press('Escape');
  await page.locator('#drawer').waitFor({ state: 'hidden' });
  expect(await focused(), 'com.example.keyboard', 'the focus is back');
  await page.locator('#panel-procedures').getByLabel('Filter').fill('');
  await open(page, 'sessions');
  await page.locator('#panel-sessions tbody button.cell').first().focus();
  await press('End', 'Home', 'ArrowDown');
  expect(await page.evaluate(() => document.activeElement.className), 'cell', 'arrows stay in the rows');
}

// All that the router sends for it, as it goes over the wire; in this time it must be painted.
export async function the_page_is_small(page, { url, most_bytes }) {
  const client = await page.context().newCDPSession(page);
  await client.send('Network.enable');
  await client.send('Network.setCacheDisabled', { cacheDisabled: true });
  let bytes = 0;
  client.on('Network.loadingFinished', ({ encodedDataLength }) => { bytes += encodedDataLength; });
  await page.goto(url);
  await connected(page);
  for (const name of PANELS) await open(page, name);
  if (bytes > most_bytes || bytes < 10000) throw new Error(`the page takes ${bytes} bytes`);
}

// Numbers, durations, quantiles and previews as people read them.
export async function numbers_and_previews(page) {
  const got = await page.evaluate(async () => {
    const [format, { between, quantiles }, preview] = await Promise.all(['format', 'numbers', 'preview'].map((name) => import(`./text/${name}.js`)));
    const realm = (now, calls, call_us) => ({ now, calls, publications: 0, events: 0, errors: 0, call_us, process: { cpu_seconds: calls / 100 } });
    const change = between(realm('2026-11-30T12:00:00Z', 100, [[64, 100]]), realm('2026-11-30T12:00:02Z', 104, [[64, 101], [1024, 2], [null, 1]]));
    const deep = [];
    for (let inner = deep, i = 0; i < 5000; ++i) inner.push(inner = []);
    return [
      [0, 9999, 12345, 4.56e6].map(format.short_count), [0, 999, 1000, 15.2e6, 3e9].map(format.bytes), [0, 0.01, 0.44, 99.96, 1234].map(format.rate),
      [64, 999, 1024, 65536, 2097152].map(format.micros), [0, 59, 60, 3900, 100000].map(format.duration),
      [change.calls, Math.round(change.cpu), change.p50, change.p99], quantiles([]),
      preview.line_of({ a: [1, 'x'], b: null }), preview.line_of('y'.repeat(500), 10), preview.line_of(deep, 1000).length < 300,
      preview.pages_of(Array.from({ length: 100000 }, (_, i) => i), 1000).text.length, preview.parts_of({ args: [1], kwargs: {}, details: { publication: 7 } }).text,
    ];
  });
  expect(got, [
    ['0', '9,999', '12.3 k', '4.56 M'], ['0 B', '999 B', '1.00 kB', '15.2 MB', '3.00 GB'], ['0', '<0.1', '0.4', '100.0', '1,234'],
    ['64 µs', '999 µs', '1.0 ms', '66 ms', '2.1 s'], ['0 s', '59 s', '1 min', '1 h 05 min', '1 d 3 h'],
    [2, 2, 1024, 1024], { p50: null, p99: null },
    '{"a":[1,"x"],"b":null}', '"yyyyyyyyy…', true,
    1000, 'args [1]\ndetails {"publication":7}',
  ], 'texts');
}

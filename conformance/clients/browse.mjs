// Uses pages by hand, as a person would. Reads requests, lines of JSON, from its standard input and answers each with a line:
//   {"scenario", "url", ...}  ->  {"result": what the scenario returns}  or  {"problems": [text, ...]}
// Each scenario has a browser context of its own; with "visit" it is that of the visit of this name, which stays open.
import { createInterface } from 'node:readline';
import { launch } from './chromium.mjs';
import * as by_hand from './page/by_hand.mjs';
import * as connection from './page/connection.mjs';
import * as elsewhere from './page/elsewhere.mjs';
import * as looks from './page/looks.mjs';
import * as panels from './page/panels.mjs';

const scenarios = { ...by_hand, ...connection, ...elsewhere, ...looks, ...panels };
const SCREENS = { phone: { width: 390, height: 844 }, tablet: { width: 1024, height: 768 }, desktop: { width: 1440, height: 900 } };
const browser = await launch();
const visits = new Map(); // name -> { page, problems: what has gone wrong since the last answer }

// What goes wrong in any of its tabs, at any time, is a problem. That there is no connection, browsers say by themselves.
async function new_visit({ url, screen = 'desktop', scheme = 'light', motion }) {
  const problems = [];
  const context = await browser.newContext({ viewport: SCREENS[screen], colorScheme: scheme, reducedMotion: motion, ignoreHTTPSErrors: true });
  context.setDefaultTimeout(15000);
  context.on('weberror', (error) => problems.push(error.error().stack));
  context.on('console', (message) => { if (message.type() === 'error' && !message.text().startsWith('WebSocket connection to')) problems.push(message.text()); });
  context.on('request', (request) => { if (new URL(request.url()).origin !== new URL(url).origin && !request.url().startsWith('data:')) problems.push(`asked for ${request.url()}`); });
  return { page: await context.newPage(), problems };
}

async function carry_out(request) {
  let result;
  const { scenario, url, visit } = request;
  const was_open = visits.has(visit);
  const { page, problems } = visits.get(visit) ?? await new_visit(request);
  if (visit) visits.set(visit, { page, problems });
  try {
    if (!was_open && !request.stay_away) await page.goto(url);
    result = await scenarios[scenario](page, request);
  } catch (error) {
    problems.push(String(error.stack), `the page says:\n${await page.locator('body').innerText({ timeout: 1000 }).catch(() => '(nothing)')}`);
  }
  if (!visit || request.last || problems.length) {
    visits.delete(visit);
    await page.context().close();
  }
  return problems.length ? { problems } : { result };
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await carry_out(JSON.parse(line)))}\n`);
}
await browser.close();

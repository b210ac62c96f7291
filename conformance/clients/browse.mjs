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
const visits = new Map(); // name -> page

async function new_page({ url, screen = 'desktop', scheme = 'light', motion }, problems) {
  const context = await browser.newContext({ viewport: SCREENS[screen], colorScheme: scheme, reducedMotion: motion, ignoreHTTPSErrors: true });
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  page.on('pageerror', (error) => problems.push(error.stack));
  page.on('console', (message) => { if (message.text().includes('Content Security Policy')) problems.push(message.text()); });
  page.on('request', (request) => { if (new URL(request.url()).origin !== new URL(url).origin && !request.url().startsWith('data:')) problems.push(`asked for ${request.url()}`); });
  return page;
}

async function carry_out(request) {
  const problems = [];
  let result;
  const { scenario, url, visit } = request;
  const was_open = visits.has(visit);
  const page = visits.get(visit) ?? await new_page(request, problems);
  if (visit) visits.set(visit, page);
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

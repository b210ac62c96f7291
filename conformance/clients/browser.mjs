// Clients in headless Chromium, in the page that wampd serves: the page's own client, and Autobahn|JS's browser build.
import { readFile } from 'node:fs/promises';
import { emit, serve } from './lines.mjs';
import { launch } from './chromium.mjs';

const here = new URL('.', import.meta.url);
const autobahn_build = new URL('../node_modules/autobahn-browser/autobahn.min.js', here);

const browser = await launch();
const pages = new Map(); // library -> a promise of its carry_out(request)

// The page is opened at the router's own address: browsers send it as Origin, which the router checks.
async function open(library, url) {
  const origin = new URL('/', url.replace(/^ws/, 'http')).href;
  // The page's own policy would keep the other library out, and other ports.
  const page = await browser.newPage({ bypassCSP: true });
  page.on('pageerror', (error) => console.error(library, error));
  await page.exposeFunction('emit_to_runner', emit);
  await page.route('**/conformance/*', async (route) => {
    const name = new URL(route.request().url()).pathname.split('/').pop();
    await route.fulfill({ contentType: 'text/javascript', body: await readFile(new URL(name, here)) });
  });
  await page.goto(origin);
  if (library === 'autobahn') await page.addScriptTag({ path: autobahn_build.pathname });
  await page.evaluate(async (name) => {
    const { create_puppet } = await import('/conformance/puppet.mjs');
    const client = name === 'autobahn'
      ? (await import('/conformance/autobahn_js_session.mjs')).create_client(window.autobahn)
      : (await import('/conformance/page_session.mjs')).create_client(await import('/wampd.js'));
    window.carry_out = create_puppet(client, window.emit_to_runner);
  }, library);
  return (request) => page.evaluate((what) => window.carry_out(what), request);
}

const library_of_session = new Map();

async function carry_out(request) {
  const { op, session, library, page } = request;
  if (op === 'join') {
    library_of_session.set(session, library);
    if (!pages.has(library)) pages.set(library, open(library, page));
  }
  const chosen = library_of_session.get(session);
  try {
    (await pages.get(chosen))(request);
  } catch (error) {
    emit({ id: request.id, error: { text: String(error.stack ?? error) } });
  }
}

const AUTOBAHN_CAN = ['exclude_me', 'cancel', 'timeout', 'yield_progress', 'register_options', 'revocation', 'left_reason', 'login'];

serve(
  [
    { name: 'browser-page/json', serializer: 'json', library: 'page', can: ['exclude_me', 'timeout', 'cancel', 'yield_progress', 'register_options', 'left_reason', 'login', 'binary', 'int64'] },
    { name: 'browser-autobahn/json', serializer: 'json', library: 'autobahn', can: AUTOBAHN_CAN },
    { name: 'browser-autobahn/msgpack', serializer: 'msgpack', library: 'autobahn', can: [...AUTOBAHN_CAN, 'binary'] },
  ],
  carry_out,
);

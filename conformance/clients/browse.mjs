// Uses a page by hand, as a person would: node clients/browse.mjs SCENARIO URL. Exit code 0 if all went as it should.
import { launch } from './chromium.mjs';

const scenarios = {
  async register_and_call(page) {
    await connect(page);
    await submit(page, 'register', { uri: 'com.example.page.echo' });
    await page.getByRole('button', { name: 'Unregister com.example.page.echo' }).waitFor();
    await submit(page, 'call', { uri: 'com.example.page.echo', args: '[1, "zwei", 9007199254740993]', kwargs: '{"a": [2.5]}' });
    await logged(page, 'invocation', 'args [1,"zwei",9007199254740993]');
    await logged(page, 'result', 'args [1,"zwei",9007199254740993]\nkwargs {"a":[2.5]}');
    await page.getByRole('button', { name: 'Unregister com.example.page.echo' }).click();
    await logged(page, 'unregistered', 'com.example.page.echo');
    await submit(page, 'call', { uri: 'com.example.page.echo' });
    await logged(page, 'error', 'wamp.error.no_such_procedure');
  },

  async fail_in_its_own_words(page) {
    await connect(page);
    await page.locator('#register [name=does]').selectOption('error');
    await submit(page, 'register', { uri: 'com.example.page.fail', error_uri: 'com.example.page.broken', args: '["why"]' });
    await logged(page, 'registered', 'com.example.page.fail');
    await submit(page, 'call', { uri: 'com.example.page.fail' });
    await logged(page, 'error', 'com.example.page.broken');
    await logged(page, 'error', 'args ["why"]');
  },

  async subscribe_and_publish(page) {
    await connect(page);
    await submit(page, 'subscribe', { uri: 'com.example.page.topic' });
    await logged(page, 'subscribed', 'com.example.page.topic');
    await submit(page, 'publish', { uri: 'com.example.page.topic', args: '["hello"]' });
    await logged(page, 'published', 'publication');
    await logged(page, 'event', 'args ["hello"]');
    await page.getByRole('button', { name: 'Unsubscribe com.example.page.topic' }).click();
    await logged(page, 'unsubscribed', 'com.example.page.topic');
  },

  async calls_from_one_tab_to_another(page, url) {
    await connect(page);
    await submit(page, 'register', { uri: 'com.example.page.tab' });
    await logged(page, 'registered', 'com.example.page.tab');
    const other = await page.context().newPage();
    await other.goto(url);
    await connect(other);
    await submit(other, 'call', { uri: 'com.example.page.tab', args: '["from the other tab"]' });
    await logged(other, 'result', 'from the other tab');
    await logged(page, 'invocation', 'from the other tab');
  },

  async wrong_json_is_refused_at_its_field(page) {
    await connect(page);
    await submit(page, 'call', { uri: 'com.example.page.none', kwargs: '[1]' });
    const message = await page.locator('#call [name=kwargs]').evaluate((field) => field.validationMessage);
    if (message !== 'This must be a JSON object.') throw new Error(`the field says "${message}"`);
  },

  async an_unknown_realm_is_told(page) {
    await page.locator('#connection [name=realm]').fill('nowhere');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await logged(page, 'error', 'wamp.error.no_such_realm');
    await page.locator('#state[data-state=disconnected]').waitFor();
  },

  async leaving(page) {
    await connect(page);
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await logged(page, 'left', 'wamp.close.goodbye_and_out');
    await connect(page);
  },

  async a_lost_connection_comes_back(page, url) {
    let cut;
    await page.routeWebSocket(/\/ws$/, (socket) => {
      socket.connectToServer();
      cut = () => socket.close({ code: 4000, reason: 'cut' });
    });
    await page.goto(url);
    await connect(page);
    await submit(page, 'subscribe', { uri: 'com.example.page.again' });
    await logged(page, 'subscribed', 'com.example.page.again');
    await page.getByRole('button', { name: 'Clear' }).click();
    await cut();
    await logged(page, 'left', 'wamp.close.transport_lost');
    await logged(page, 'subscribed', 'com.example.page.again');
    await submit(page, 'publish', { uri: 'com.example.page.again', args: '["after"]' });
    await logged(page, 'event', 'args ["after"]');
  },

  // With docs/http.md's configuration.
  async event_source(page) {
    const told = await page.evaluate(async () => {
      const publish = (value) => fetch('/api/publish/com.example.news', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify([value]) });
      const next = (source) => new Promise((resolve) => source.addEventListener('message', resolve, { once: true }));
      const opened = (source) => new Promise((resolve) => source.addEventListener('open', resolve, { once: true }));
      const first = new EventSource('/api/events?topic=com.example.news');
      await opened(first);
      const event = next(first);
      await publish('one');
      const { data, lastEventId } = await event;
      first.close();
      await publish('two');
      const second = new EventSource(`/api/events?topic=com.example.news&last_event_id=${lastEventId}`);
      const { data: replayed } = await next(second);
      second.close();
      return [data, replayed].map((text) => JSON.parse(text).args[0]).join();
    });
    if (told !== 'one,two') throw new Error(`the events say "${told}"`);
  },

  // examples/browser/index.html, with examples/python/backend.py behind it.
  async browser_example(page) {
    await page.waitForFunction(() => document.querySelector('#time').textContent.startsWith('20'));
    await page.getByRole('button', { name: '=' }).click();
    await page.waitForFunction(() => document.querySelector('#sum').textContent === '5');
  },
};

async function connect(page) {
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.locator('#state[data-state=connected]').waitFor();
}

async function submit(page, form, fields) {
  for (const [name, value] of Object.entries(fields)) await page.locator(`#${form} [name=${name}]`).fill(value);
  await page.locator(`#${form} button.primary`).click();
}

function logged(page, kind, text) {
  return page.locator(`#log [data-kind=${kind}]`).filter({ hasText: text }).first().waitFor();
}

const [scenario, url] = process.argv.slice(2);
const browser = await launch();
const page = await (await browser.newContext()).newPage();
page.setDefaultTimeout(15000);
const problems = [];
page.on('pageerror', (error) => problems.push(error));
page.on('request', (request) => { if (new URL(request.url()).origin !== new URL(url).origin && !request.url().startsWith('data:')) problems.push(`asked for ${request.url()}`); });
try {
  await page.goto(url);
  await scenarios[scenario](page, url);
} catch (error) {
  problems.push(error, `the log says:\n${await page.locator('#log').innerText({ timeout: 1000 }).catch(() => '(none)')}`);
}
await browser.close();
for (const problem of problems) console.error(String(problem));
process.exit(problems.length ? 1 : 0);

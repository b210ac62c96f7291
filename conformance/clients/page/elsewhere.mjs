// Pages that are not the console.

// With docs/http.md's configuration.
export async function event_source(page) {
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
}

// docs/browser.md, with examples/python/backend.py behind it.
export async function browser_example(page) {
  const log_in = async (ticket) => {
    await page.getByLabel('Name').fill('joe');
    await page.getByLabel('Ticket').fill(ticket);
    await page.getByRole('button', { name: 'Log in' }).click();
  };
  await log_in('wrong');
  await page.getByRole('status').filter({ hasText: 'wamp.error.authentication_denied' }).waitFor();
  await log_in('secret');
  await page.getByRole('status').filter({ hasText: 'Joined as joe with role user.' }).waitFor();
  await page.waitForFunction(() => document.querySelector('#time').textContent.startsWith('20'));
  await page.getByRole('button', { name: '=' }).click();
  await page.waitForFunction(() => document.querySelector('#sum').textContent === '5');
}

// What one does in the console again and again.

export async function connected(page) {
  await page.locator('#state[data-state=connected]').waitFor();
}

export async function open(page, panel) {
  await page.locator(`#tabs a[href="#${panel}"]`).click();
  await page.locator(`#panel-${panel}`).waitFor();
  return page.locator(`#panel-${panel}`);
}

export async function to_connection(page) {
  await page.locator('#who').click();
  await page.locator('#panel-connection').waitFor();
}

// In "Try it": fills in a form and sends it.
export async function submit(page, kind, fields) {
  await open(page, 'try');
  await page.locator(`#tab-${kind}`).click();
  for (const [name, value] of Object.entries(fields)) await page.locator(`#${kind} [name=${name}]`).fill(value);
  await page.locator(`#${kind} button.primary`).click();
}

export function logged(page, kind, text) {
  return page.locator(`#log [data-kind=${kind}]`).filter({ hasText: text }).first().waitFor();
}

export async function log_in(page, { realm = 'realm1', method, authid, secret }) {
  if (!await page.locator('#login').isVisible()) await to_connection(page);
  await page.locator('#login [name=realm]').fill(realm);
  await page.locator('#login [name=method]').selectOption(method);
  if (authid) await page.locator('#login [name=authid]').fill(authid);
  if (secret) await page.locator('#login [name=secret]').fill(secret);
  await page.locator('#login button.primary').click();
}

export function expect(got, wanted, what) {
  if (JSON.stringify(got) !== JSON.stringify(wanted)) throw new Error(`${what}: ${JSON.stringify(got)}, expected ${JSON.stringify(wanted)}`);
}

// As a screen would show it: waits until `check()` is true.
export async function until(page, check, what, ms = 15000) {
  const end = Date.now() + ms;
  while (!await check()) {
    if (Date.now() > end) throw new Error(`${what}: not within ${ms} ms`);
    await page.waitForTimeout(50);
  }
}

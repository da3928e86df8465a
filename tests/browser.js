/*
 * tests/browser.js -- drives Chromium for tests/browser.py.
 *
 * usage: node browser.js PLAYWRIGHT CHROMIUM [AXE]
 *
 * Reads orders, one JSON object a line, and answers each by one line: {ok: value}
 * or {failed: why}.  Keys and clicks go through the browser's own input, as a
 * person's do.  It ends when its input ends.
 */
const readline = require("readline");
const [, , playwright, chromium, axe] = process.argv;

let browser, page, errors = [];

async function open({width = 1280, height = 720, media = {}, blind}) {
	if (page)
		await page.context().close();
	const context = await browser.newContext(
		{viewport: {width, height}, ...media});

	page = await context.newPage();
	errors = [];
	page.on("pageerror", error => errors.push(String(error)));
	page.on("requestfailed", request => errors.push("no " + request.url()));
	page.on("request", request => {
		if (!/^(file|data|blob):/.test(request.url()))
			errors.push("asks the network for " + request.url());
	});
	if (blind) {
		const session = await context.newCDPSession(page);

		await session.send("Emulation.setEmulatedVisionDeficiency",
			{type: blind});
	}
}

const ORDERS = {
	open,
	goto: ({url}) => page.goto(url).then(() => null),
	press: async ({keys}) => {
		for (const key of keys)
			await page.keyboard.press(key);
	},
	type: ({text}) => page.keyboard.type(text),
	click: ({selector, position}) =>
		page.click(selector, position ? {position} : {}),
	evaluate: ({script}) => page.evaluate(script),
	wait: ({script, milliseconds}) => page.waitForFunction(script, null,
		{timeout: milliseconds}).then(() => null),
	shot: ({path}) => page.screenshot({path}).then(() => null),
	media: ({media}) => page.emulateMedia(media),
	errors: () => errors,
	axe: async () => {
		await page.addScriptTag({path: axe});
		const found = await page.evaluate("axe.run()");

		return found.violations.map(({id, help, nodes}) => [id, help,
			...nodes.slice(0, 3).map(node => node.html.slice(0, 200))]);
	},
};

async function obey(line) {
	const order = JSON.parse(line);

	try {
		const value = await ORDERS[order.order](order);

		return {ok: value === undefined ? null : value};
	} catch (error) {
		return {failed: String(error && error.message || error)};
	}
}

async function main() {
	browser = await require(playwright).chromium.launch(
		{executablePath: chromium, args: ["--no-sandbox", "--disable-gpu"]});
	console.log(JSON.stringify({ok: browser.version()}));
	for await (const line of readline.createInterface({input: process.stdin}))
		console.log(JSON.stringify(await obey(line)));
	await browser.close();
}

main().catch(error => {
	console.log(JSON.stringify({failed: String(error && error.message)}));
	process.exit(1);
});

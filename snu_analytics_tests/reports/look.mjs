// Opens pages in Chromium and prints as JSON what is wrong with each at two widths: violations of
// accessibility (axe-core), texts of charts that overlap or are cut off, a page wider than the screen.
// Arguments: the folder of node_modules, Chromium, pages.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, chromium, ...pages] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const puppeteer = require("puppeteer-core");

const faultsOfLayout = () => {
  const faults = [];
  const screen = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > screen) faults.push("the page is wider than the screen");
  for (const svg of document.querySelectorAll("svg")) {
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text")].map((t) => [t.textContent, t.getBoundingClientRect()]);
    texts.forEach(([text, box], place) => {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
        faults.push(`cut off: ${text}`);
      for (const [other, near] of texts.slice(place + 1))
        if (box.left < near.right - 1 && near.left < box.right - 1 && box.top < near.bottom - 4 && near.top < box.bottom - 4)
          faults.push(`overlapping: ${text} / ${other}`);
    });
  }
  for (const element of document.querySelectorAll("h1, h2, h3, p:not(.skip), dt, dd, figcaption"))
    if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1)
      faults.push(`cut off: ${element.textContent}`);
  return faults;
};

const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox"] });
const looks = [];
for (const page of pages)
  for (const width of [1280, 390]) {
    const tab = await browser.newPage();
    const requests = [];
    tab.on("request", (request) => requests.push(request.url().slice(0, 30)));
    await tab.setViewport({ width, height: 900 });
    await tab.goto(pathToFileURL(page).href);
    await tab.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));
    const layout = await tab.evaluate(faultsOfLayout);
    const charts = await tab.evaluate(() => document.querySelectorAll("svg[role=img]").length);
    const asked = requests.length;
    await tab.addScriptTag({ path: require.resolve("axe-core") });
    const { violations } = await tab.evaluate(() => axe.run(document));
    const axe = violations.map((v) => `${v.id}: ${v.nodes[0].html}`);
    looks.push({ width, axe, layout, charts, asked });
    await tab.close();
  }
await browser.close();
console.log(JSON.stringify(looks));

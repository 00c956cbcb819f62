/* What a scene looks like: the regions of the page, drawn anew only where something changed.

   Knows the DOM and how wide words are; keeps out what is shown when. Texts from elsewhere only ever become text. */

import { BLANK, LOST, NOTED } from "./board-core.js";
import { pageOf } from "./board-facts.js";

const texts = JSON.parse(document.getElementById("texts").textContent);
const drawn = new Map(); // what each region shows, so that what is the same is left alone
const SHAPES = {
  arrow: "M2 10h11V4.500L22 12l-9 7.500V14H2z",
  warning: "M12 2 23 21.500H1zM10.800 9v6h2.400V9zm0 7.500v2.400h2.400v-2.400z",
  info: "M12 1a11 11 0 1 1 0 22 11 11 0 0 1 0-22zm-1.600 9v8h3.200v-8zm0-4v2.800h3.200V6z",
  tick: "M5 2h14a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H5a3 3 0 0 1-3-3V5a3 3 0 0 1 3-3zm5.200 15.400 8.400-8.600-1.900-1.900-6.500 6.700-3-3-1.900 1.900z",
  diamond: "M12 1 23 12 12 23 1 12z",
  half: "M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20zm0 2.600v14.800a7.400 7.400 0 0 0 0-14.800z",
};
const LEAST_WORD = 0.7; // of the word before a counter; rather none than a smaller one
const LEAST_BAND = 0.75; // of the band's letters: what is longer is shown in turns
const SVG = document.querySelector("svg").namespaceURI;

export function say(key, params = {}) {
  return texts[key].replace(/\{(\w+)\}/g, (whole, name) => name in params ? params[name] : whole);
}

/* An element: make("b", "n", "A031"). */
export function make(name, kind, ...inside) {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  made.append(...inside);
  return made;
}

export function icon(shape) {
  const made = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path");
  made.setAttribute("viewBox", "0 0 24 24");
  made.setAttribute("aria-hidden", "true");
  path.setAttribute("d", SHAPES[shape]);
  path.setAttribute("fill-rule", "evenodd");
  made.append(path);
  return made;
}

/* Fill a region if what it shows has changed; whether it had. `fill(region)` gives its children. */
export function region(id, shown, fill) {
  const key = JSON.stringify(shown);
  if (drawn.get(id) === key) return false;
  drawn.set(id, key);
  const place = document.getElementById(id);
  place.textContent = "";
  place.append(...fill(place));
  return true;
}

/* Everything is drawn anew at the next look: the screen or the letters have another size. */
export function forget() {
  drawn.clear();
}

/* Make what is too wide for its place smaller, down to `least` of its size. */
export function fit(element, room = element.clientWidth, least = 0.05) {
  element.style.setProperty("--fit", 1);
  const inside = document.createRange();
  inside.selectNodeContents(element);
  const wide = inside.getBoundingClientRect().width;
  if (room > 0 && wide > room) element.style.setProperty("--fit", Math.max(least, Math.floor(1000 * room / wide) / 1000));
}

/* What is around the calls, and around slides: the strip, the clock, the band. */
export function drawFoot(scene) {
  drawStrip(scene);
  region("clock", scene.clock, () => [scene.clock]);
  drawBand(scene);
}

export function drawHeader(scene) {
  region("hall", scene.hall, () => [scene.hall]);
  const said = scene.knownAt ? say("known_at", { time: scene.knownAt }) : day(scene.day);
  region("day", [said, scene.staleness >= NOTED], () => scene.staleness >= NOTED ? [icon("warning"), said] : [said]);
}

/* `Thứ hai, 23/11/2026` */
export function day(iso) {
  const [year, month, date] = iso.split("-");
  const weekday = (new Date(Date.UTC(+year, month - 1, +date)).getUTCDay() + 6) % 7;
  return `${texts[`day_${weekday}`]}, ${date}/${month}/${year}`;
}

export function drawHero(scene) {
  const { hero } = scene, place = document.getElementById("hero");
  place.classList.toggle("fresh", hero !== null && hero.fresh);
  place.classList.toggle("pulse", hero !== null && hero.pulse);
  const message = hero ? "" : scene.staleness >= BLANK ? "lost" : "empty";
  region("hero", hero ? [hero.number, hero.counter] : message, () => {
    if (hero) return [make("p", "n call", hero.number), toCounter(hero.counter)];
    const lines = texts[message].split(" – ").map(line => make("span", "line", line));
    return [make("p", "message", ...(message === "lost" ? [icon("warning")] : []), ...lines)];
  });
  if (!hero) return;
  fitted("hero", hero, () => {
    fit(place.querySelector(".call"));
    const to = place.querySelector(".to"), number = to.lastChild, word = to.querySelector(".word");
    word.hidden = false;
    const taken = parseFloat(getComputedStyle(to).paddingLeft) + 1.1 * to.firstChild.getBoundingClientRect().width;
    const room = to.clientWidth - taken;
    number.style.setProperty("--fit", 1);
    const wide = number.getBoundingClientRect().width;
    if (wide > room) number.style.setProperty("--fit", Math.floor(1000 * room / wide) / 1000);
    fit(word, 0.8 * word.clientWidth, LEAST_WORD);
    word.hidden = word.scrollWidth > word.clientWidth;
  });
}

function toCounter(counter) {
  return make("p", "to", icon("arrow"), make("span", "word", texts.counter), make("span", "n", counter));
}

/* Measure once for what is shown now. */
function fitted(id, shown, measure) {
  const key = `fit of ${id}`, told = JSON.stringify(shown);
  if (drawn.get(key) === told) return;
  drawn.set(key, told);
  measure();
}

/* A page of calls, or of counters and who is there. */
export function drawList(scene, rows) {
  const page = pageOf(scene, rows), place = document.getElementById("list");
  place.setAttribute("aria-label", texts[page.kind === "latest" ? "latest" : "serving"]);
  place.className = page.kind;
  region("list", [page, rows], () => {
    const list = make("ol", "");
    list.style.setProperty("--rows", rows);
    if (page.kind === "latest") {
      for (const { number, counter } of page.rows) {
        list.append(make("li", "", make("b", "n", number), icon("arrow"), make("b", "n to", counter)));
      }
      return [list];
    }
    const title = make("h2", "", texts[page.kind === "pausing" ? "paused" : "serving"]);
    for (const row of page.rows) {
      if (page.kind === "pausing") list.append(make("li", "", ...row.map(counter => make("b", "tile off", make("span", "", counter)))));
      else list.append(make("li", "", make("b", "tile", make("span", "", row.counter)), make("b", "n", row.number || "–")));
    }
    return [title, list];
  });
  fitted("list", page, () => place.querySelectorAll("li").forEach(fitRow));
}

/* All of a row in its width, as large as there is room for. */
function fitRow(row) {
  row.style.setProperty("--fit", 1);
  const style = getComputedStyle(row), room = row.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  let wide = 0;
  for (const part of row.children) {
    const { marginLeft, marginRight } = getComputedStyle(part);
    wide += part.getBoundingClientRect().width + parseFloat(marginLeft) + parseFloat(marginRight);
  }
  if (wide > room) row.style.setProperty("--fit", Math.floor(1000 * room / wide) / 1000);
}

/* Who waits, letter by letter, and in turn who is probably next. */
function drawStrip(scene) {
  const place = document.getElementById("strip");
  const { waiting, upcoming } = scene, next = upcoming.length && (scene.page % 2 || !waiting.length);
  const things = next ? upcoming : waiting, page = upcoming.length && waiting.length ? Math.floor(scene.page / 2) : scene.page;
  region("strip", [things, page], () => {
    if (!things.length) return [];
    const list = make("ul", "");
    place.append(make("h2", "", texts[next ? "next" : "waiting"]), list);
    for (let most = 3; most; most -= 1) { // as many as there is room for, never smaller ones
      const at = page % Math.ceil(things.length / most) * most;
      list.textContent = "";
      list.append(...things.slice(at, at + most).map(next ? nextOne : waitingOnes));
      if (list.scrollWidth <= list.clientWidth) break;
    }
    return Array.from(place.children);
  });
}

function nextOne(number) {
  return make("li", "", make("b", "n", number));
}

function waitingOnes({ letter, count }) {
  return make("li", "", make("b", "tile", make("span", "", letter)), make("b", "n", count === null ? "–" : String(count)));
}

/* The loss of the server, or one notice at a time; what is longer than the band goes on in the next turn. */
function drawBand(scene) {
  const lost = scene.staleness >= LOST, place = document.getElementById("band");
  const notices = lost ? [texts.lost] : scene.notices;
  place.hidden = !notices.length;
  place.classList.toggle("lost", lost);
  document.querySelector("footer").classList.toggle("bare", !notices.length);
  if (!notices.length) return;
  region("band", [lost, notices, scene.page], () => {
    const words = make("span", "");
    place.append(icon(lost ? "warning" : "info"), words);
    tellInTurns(words, notices, scene.page, LEAST_BAND);
    return Array.from(place.children);
  });
}

/* This turn's notice, or part of it, not smaller than `least` of its size; `words` stand in their place already. */
export function tellInTurns(words, notices, turn, least) {
  const turns = [].concat(...notices.map(text => turnsOf(text, words, least)));
  words.textContent = turns[turn % turns.length];
  fitBand(words);
}

/* Whether the words fit into the band at this share of its size. */
function fits(words, share) {
  words.style.setProperty("--fit", share);
  const place = words.parentElement;
  return words.scrollWidth <= words.clientWidth + 1 && words.scrollHeight <= place.clientHeight + 1;
}

function fitBand(words) {
  for (let share = 1; share > 0.1; share -= 0.05) if (fits(words, share)) return;
}

/* The parts in which a notice is shown, each at the least size at most as long as the band. */
function turnsOf(text, words, least) {
  words.textContent = text;
  if (fits(words, least)) return [text];
  const turns = [];
  let left = text.split(" ");
  while (left.length) {
    let count = 1;
    const part = n => (turns.length ? "… " : "") + left.slice(0, n).join(" ") + (n < left.length ? " …" : "");
    while (count < left.length) {
      words.textContent = part(count + 1);
      if (!fits(words, least)) break;
      count += 1;
    }
    turns.push(part(count));
    left = left.slice(count);
  }
  return turns;
}

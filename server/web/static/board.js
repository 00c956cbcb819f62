/* The wall in a browser: hears the hall, keeps its time, and draws what the rules say.

   All that is not pure is here: the stream and who asks when there is none, the clock, the chime. It goes on by
   itself after everything: a server that was away, one that is newer, a cable that was out. */

import { drawFoot, drawHeader, drawHero, drawList, forget, say } from "./board-draw.js";
import { drawProgress, drawRest, drawSlide } from "./board-tables.js";
import { Wall, drift } from "./board-wall.js";

const told = document.body.dataset;
const BEAT_MS = +told.beat; // the server says something at least so often; without a stream it is asked so often
const SILENT_MS = 1.4 * BEAT_MS;
const DEAF_MS = 4 * BEAT_MS; // a stream that says nothing for so long is opened anew
const SLOW_MS = 4000, TRY_MS = 30000; // an answer takes at most so long; how often a stream is tried
const OFF_MS = 250; // the clock is put right from this error on
const HURRY = 1.1; // a demo whose clock runs faster must not flicker
const LAG_MS = 5000; // real time that a message may need
const RELOAD_MS = 60000; // a newer page waits at most so long for a quiet moment

const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const clock = { at: Date.now(), mono: performance.now(), speed: 1 };
const now = () => clock.at + (performance.now() - clock.mono) * clock.speed;
// How many rows a page has, as the design's pictures have room for: earlier calls, dossiers, late authorities.
const ROOMS = { "calls-progress": { dossiers: 6, late: 6 }, progress: { dossiers: 8, late: 8 } };
const ROWS = 5, ROWS_ABOVE = 2;
const wall = new Wall(now(), { zone: told.timeZone, lang: document.documentElement.lang, calm: calm.matches, rooms: ROOMS });
const calls = wall.calls;
let rows = ROWS, heardAt = null, known = { board: "", dossiers: "", epoch: 0 }, newerSince = null, timer = 0;

// --- hearing ---

function hear(news) {
  const at = Date.parse(news.at);
  if (Math.abs(at - now()) > OFF_MS * news.speed || clock.speed !== news.speed) {
    Object.assign(clock, { at, mono: performance.now(), speed: news.speed });
  }
  calls.calm = calm.matches || news.speed > HURRY;
  calls.lagMs = news.speed > HURRY ? LAG_MS * news.speed : 0;
  calls.pace = news.speed;
  heardAt = performance.now();
  tell({ kind: "up" });
  if (news.plan) {
    const plan = news.plan.display;
    if (plan && told.zone) Object.assign(plan, { zone: told.zone, schedule: [] }); // the address has the last word
    rows = Math.min(plan && plan.rows || ROWS, ROWS); // more would be smaller ones
    tell({ kind: "config", config: news.plan });
  }
  if (news.board) {
    if (news.board.epoch < known.epoch) beginAnew(); // a server of an older backup
    known.epoch = news.board.epoch;
    known.board = `${news.board.epoch}.${news.board.rev}`;
    tell({ kind: "board", board: news.board });
  }
  if (news.dossiers) {
    known.dossiers = news.dossiers.rev;
    tell({ kind: "dossiers", dossiers: news.dossiers });
  }
  if (news.mark !== told.mark && newerSince === null) newerSince = performance.now();
  turn();
}

/* Nobody says how the hall stands, since it was last heard. */
function lose() {
  const silent = heardAt === null ? 0 : performance.now() - heardAt;
  tell({ kind: "down", since: now() - silent * clock.speed });
}

let stream = null, tried = 0, asking = 0;

function listen() {
  if (stream) stream.close();
  tried = performance.now();
  stream = new EventSource(told.events);
  stream.onmessage = event => {
    clearTimeout(asking);
    hear(JSON.parse(event.data));
  };
  stream.onerror = () => {
    lose();
    if (stream.readyState === EventSource.CLOSED) ask(); // all streams are taken, or something stands between
    turn();
  };
}

/* Without a stream: ask every few seconds, and now and then for a stream. */
async function ask() {
  clearTimeout(asking);
  if (performance.now() - tried > TRY_MS) { listen(); return; }
  const giveUp = new AbortController(), slow = setTimeout(() => giveUp.abort(), SLOW_MS);
  let news = null;
  try {
    const answer = await fetch(`${told.state}?board=${known.board}&dossiers=${known.dossiers}`, { signal: giveUp.signal });
    if (answer.ok) news = await answer.json();
  } catch (error) {
    lose(); // nobody answers
  }
  clearTimeout(slow);
  asking = setTimeout(ask, BEAT_MS);
  if (news !== null) hear(news);
}

// --- time and pictures ---

// Which parts of the page each face of the wall has.
const PARTS = {
  hero: ["calls", "calls-progress"], list: ["calls", "calls-progress"], progress: ["calls-progress", "progress"],
  slide: ["slides"], foot: ["calls", "slides"], rest: ["rest"],
};

function tell(input) {
  for (const effect of wall.handle(input, now())) if (effect.kind === "announce") announce(effect.call);
}

/* Let what is due happen, draw, and sleep until the next moment at which something changes. */
function turn() {
  clearTimeout(timer);
  const mono = performance.now(), silent = heardAt === null ? 0 : mono - heardAt;
  if (silent > SILENT_MS) lose();
  if (silent > DEAF_MS && mono - tried > DEAF_MS && stream.readyState !== EventSource.CLOSED) listen();
  tell({ kind: "tick" });
  const at = now();
  if (newerSince !== null && (calls.heroUntil(at) === null || mono - newerSince > RELOAD_MS)) {
    newerSince = null;
    beginAnew();
  }
  draw(at);
  timer = setTimeout(turn, Math.max(20, Math.min(1000, (wall.nextDeadline(at) - at) / clock.speed)));
}

function draw(at) {
  const { face, calls: scene, progress, slides, rest } = wall.view(at);
  if (heardAt === null && !scene.staleness) return; // what the server wrote stands until it has spoken
  told.heard = known.board;
  const [right, down] = drift(at);
  document.body.style.setProperty("--right", right);
  document.body.style.setProperty("--down", down);
  if (told.face !== face) {
    told.face = face;
    for (const [id, faces] of Object.entries(PARTS)) document.getElementById(id).hidden = !faces.includes(face);
    forget();
  }
  if (rest) {
    drawRest(scene, rest);
    return;
  }
  drawHeader(scene);
  if (progress) drawProgress(scene, progress, ROOMS[face].dossiers);
  else drawFoot(scene);
  if (slides) drawSlide(slides);
  if (PARTS.hero.includes(face)) {
    drawHero(scene);
    if (progress) drawList({ ...scene, desks: [] }, ROWS_ABOVE);
    else drawList(scene, rows);
  }
}

// --- a voice for screen readers, and a chime ---

function announce(call) {
  const words = { number: call.number, counter: call.counter };
  document.getElementById("said").textContent = say(call.recall ? "recall" : call.onward ? "onward" : "call", words);
  chime(Boolean(call.recall));
}

let sound = null;
const G4 = 392, C5 = 523.25;
const NOTES = { call: [[G4, 0, 0.35], [C5, 0.35, 0.65]], recall: [[C5, 0, 0.65]] };

/* Two soft notes, one for a recall: a sine with a third of its octave, 10 ms of attack, fading. */
function chime(again) {
  if (!sound) return;
  for (const [pitch, begins, lasts] of NOTES[again ? "recall" : "call"]) {
    for (const [frequency, share] of [[pitch, 0.45], [2 * pitch, 0.15]]) {
      const tone = sound.createOscillator(), loudness = sound.createGain(), at = sound.currentTime + begins;
      tone.frequency.value = frequency;
      loudness.gain.setValueAtTime(0.0001, at);
      loudness.gain.linearRampToValueAtTime(share, at + 0.01);
      loudness.gain.exponentialRampToValueAtTime(0.0001, at + lasts);
      tone.connect(loudness).connect(sound.destination);
      tone.start(at);
      tone.stop(at + lasts);
    }
  }
}

/* A browser sounds only after somebody has touched the page. */
const bell = document.getElementById("sound");
if (bell && window.AudioContext) {
  bell.hidden = false;
  bell.addEventListener("click", () => {
    sound = new AudioContext();
    bell.hidden = true;
    chime(false);
  });
}

// --- beginning ---

/* Load the page once more, when there is a server to load it from. */
async function beginAnew() {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (answer.ok) location.reload();
  } catch (error) {
    lose(); // nobody answers yet
  }
  setTimeout(beginAnew, 2 * BEAT_MS);
}

/* A mistake of ours must not leave old numbers standing: what the server writes is right. */
function mistaken() {
  setTimeout(beginAnew, 2 * BEAT_MS);
}

window.addEventListener("error", mistaken);
window.addEventListener("unhandledrejection", mistaken);

function redraw() {
  forget();
  turn();
}

window.addEventListener("resize", redraw);
if (document.fonts) document.fonts.addEventListener("loadingdone", redraw); // letters that came have other widths
calm.addListener(() => { calls.calm = calm.matches || clock.speed > HURRY; });
listen();
turn();

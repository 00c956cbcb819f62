/* One ticket's page: what changes comes by a stream, else by asking every 15 to 60 s; a call vibrates and rings. */
"use strict";
const live = document.getElementById("live"), lost = document.getElementById("lost");
const title = document.title, told = live?.dataset, said = document.getElementById("said");
const CALM_S = Number(told?.calm), SLOW_S = 60, SEEK_MS = 30000, LATE_MS = 8000;
const STREAM_EVERY = 3; // of the tries, one is for a stream
const BUZZ = [400, 200, 400, 200, 400], NOTES = [[392, 0, 0.35], [523, 0.35, 0.65]]; // ms; Hz, from and for s
let stream = null, timer = 0, wait = CALM_S, tries = 0, heard = Date.now(), sound = null;

const now = () => live.querySelector(".now").dataset;

function put(html) {
  const before = { ...now() }, focus = document.activeElement.id;
  live.innerHTML = html;
  if (focus) document.getElementById(focus)?.focus();
  lost.hidden = true;
  heard = Date.now();
  if (now().news !== before.news) wait = CALM_S;
  if (now().said !== before.said) said.textContent = now().said;
  if (now().call && now().call !== before.call) ring();
  dress();
}

function dress() {
  const bell = document.getElementById("bell");
  document.title = now().title ?? title;
  if (!bell) return;
  bell.hidden = false;
  if (sound) { bell.textContent = bell.dataset.on; bell.setAttribute("aria-pressed", "true"); }
}

function ring() {
  if (navigator.userActivation?.hasBeenActive !== false) navigator.vibrate?.(BUZZ);
  if (sound) NOTES.forEach(play);
}

function play([hz, from, long]) {
  const at = sound.currentTime + from;
  for (const [times, loud] of [[1, 0.3], [2, 0.1]]) {
    const tone = new OscillatorNode(sound, { frequency: hz * times }), level = new GainNode(sound, { gain: 0 });
    level.gain.setValueAtTime(0, at);
    level.gain.linearRampToValueAtTime(loud, at + 0.01);
    level.gain.exponentialRampToValueAtTime(0.001, at + long);
    tone.connect(level).connect(sound.destination);
    tone.start(at);
    tone.stop(at + long);
  }
}

function listen() {
  stream = new EventSource(told.events);
  stream.onmessage = (news) => { wait = CALM_S; put(JSON.parse(news.data)); };
  stream.onerror = () => { quiet(); later(); };
}

function quiet() { stream?.close(); stream = null; }

async function look() {
  try {
    const answer = await fetch(told.live, { signal: AbortSignal.timeout?.(LATE_MS) });
    if (answer.status === 404) { location.reload(); return; }
    if (!answer.ok) throw new Error(answer.status);
    put(await answer.text());
  } catch { lost.hidden = false; }
  later();
}

function later() {
  if ("over" in now()) return;
  timer = setTimeout(++tries % STREAM_EVERY ? look : listen, wait * 1000 * (1 + Math.random() / 5));
  wait = "near" in now() ? CALM_S : Math.min(SLOW_S, wait * 2); // whose turn is soon hears of it soon
}

function bellOn(press) {
  if (press.target.id !== "bell" || sound) return;
  sound = new AudioContext();
  navigator.vibrate?.(BUZZ[0]);
  play(NOTES[1]);
  navigator.wakeLock?.request("screen").catch(() => {}); // a phone that would rather sleep rings when it wakes
  dress();
}

function seen() {
  if (document.hidden || Date.now() - heard < CALM_S * 1000 || "over" in now()) return;
  quiet();
  clearTimeout(timer);
  look();
}

async function seek() { // a number that its kiosk has not told of yet
  const answer = await fetch(location.href).catch(() => null);
  if (answer?.ok) location.reload(); else setTimeout(seek, SEEK_MS);
}

if (live) {
  live.addEventListener("click", bellOn);
  document.addEventListener("visibilitychange", seen);
  dress();
  if (!("over" in now())) listen();
} else setTimeout(seek, SEEK_MS);

/* A page with one live part: it looks again when the hall or a device changed, and now and then for what only creeps. */
"use strict";

const told = document.body.dataset, part = document.getElementById("live"), lost = document.getElementById("lost");
const CREEP_MS = 15000, SLOW_MS = 8000;
let looking = false, again = false, before = "";

// What the reader opened stays open, and where he stands with the keyboard he stays.
function renew(text) {
  if (text === before) return;
  before = text;
  const open = [...part.querySelectorAll("details[open][id]")].map(e => e.id), here = document.activeElement.id;
  part.innerHTML = text;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (here && document.activeElement.id !== here) document.getElementById(here)?.focus();
}

async function look() {
  if (looking) { again = true; return; }
  looking = true;
  try {
    const answer = await fetch(told.fragment, { signal: AbortSignal.timeout(SLOW_MS) });
    if (answer.status === 401 || answer.redirected) { location.reload(); return; }
    if (!answer.ok) throw new Error(answer.status);
    renew(await answer.text());
    lost.hidden = true;
  } catch { lost.hidden = false; }
  looking = false;
  if (again) { again = false; look(); }
}

const stream = new EventSource(told.events);
stream.onmessage = look;
stream.onerror = () => setTimeout(look, 500);
setInterval(look, CREEP_MS);

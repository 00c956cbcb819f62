/* A look-up: the code of a slip behind "#" is put into the form; what was found is wiped, also by going back. */
"use strict";
const main = document.querySelector("main"), here = main.dataset.here;
const code = document.getElementById("code"), left = document.getElementById("left");
const STEP_S = 5; // what is left is said in fives, as kiosks do: nothing flickers

const begin = () => location.replace(here);

addEventListener("pagehide", () => {
  document.getElementById("found")?.remove();
  document.getElementById("rest")?.remove();
  for (const field of document.querySelectorAll("input:not([type=hidden])")) field.value = "";
});
addEventListener("pageshow", (shown) => { if (shown.persisted) begin(); });

if (main.dataset.wiped) {
  const end = performance.now() + Number(main.dataset.wiped) * 1000, told = left.textContent;
  setInterval(() => {
    const rest = end - performance.now();
    if (rest <= 0) begin();
    else left.textContent = told.replace(/\d+/, Math.ceil(rest / 1000 / STEP_S) * STEP_S);
  }, 1000);
}

/* What an address says; nothing where somebody spoilt it. */
const said = (text) => {
  try { return decodeURIComponent(text); } catch { return ""; }
};

if (location.hash) {
  const found = said(location.hash.slice(1)).slice(0, 64);
  history.replaceState(null, "", location.pathname + location.search);
  if (found && code) {
    code.value = found;
    code.focus();
  }
}

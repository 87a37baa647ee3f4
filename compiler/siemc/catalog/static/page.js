"use strict";
// Every page: the switch between light and dark, copy buttons, and what is folded in print.
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");
  const KEY = "siemc-theme";
  const store = {
    get() { try { return localStorage.getItem(KEY); } catch { return null; } },
    set(value) { try { localStorage.setItem(KEY, value); } catch { /* only for this page, then */ } },
  };
  const known = store.get();
  if (known === "light" || known === "dark") root.dataset.theme = known;

  const isDark = () => root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;

  function addSwitch() {
    const place = document.querySelector(".top");
    if (!place) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "theme";
    const show = () => { button.textContent = isDark() ? "Light" : "Dark"; };
    button.setAttribute("aria-label", "Switch between light and dark");
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      store.set(root.dataset.theme);
      show();
    });
    show();
    place.append(button);
  }

  async function copy(text) {
    if (navigator.clipboard) {
      try { await navigator.clipboard.writeText(text); return true; } catch { /* the old way, then */ }
    }
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }

  function addCopyButton(box) {
    const text = box.querySelector("pre");
    const heading = box.closest("section").querySelector("h3");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy the query: ${heading.textContent}`);
    button.addEventListener("click", async () => {
      button.textContent = (await copy(text.textContent)) ? "Copied" : "Not copied";
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    box.prepend(button);
  }

  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const each of folded) each.open = true;
  });
  addEventListener("afterprint", () => {
    for (const each of folded) each.open = false;
  });

  // An address may lead into something folded
  function unfold() {
    const id = decodeURIComponent(location.hash.slice(1));
    const target = id && !id.includes("=") ? document.getElementById(id) : null;
    if (!target) return;
    for (let each = target; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
    const inside = target.querySelector("details");
    if (inside) inside.open = true;
    target.scrollIntoView();
  }

  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof Element && event.target.closest("input, select, textarea")) return;
    const search = document.querySelector("input[type=search]");
    if (search) { event.preventDefault(); search.focus(); search.select(); return; }
    const index = document.querySelector(".brand");
    if (index) { event.preventDefault(); location.href = `${index.getAttribute("href")}#find`; }
  });

  addEventListener("DOMContentLoaded", () => {
    addSwitch();
    for (const box of document.querySelectorAll(".copied")) addCopyButton(box);
    unfold();
  });
  addEventListener("hashchange", unfold);
})();

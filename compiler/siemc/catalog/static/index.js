"use strict";
// The index: instant search and facets over the rows of the table, which is there without it.
// What the rows do not show, and the facets, come from search-data.js as ``CATALOGUE``.
addEventListener("DOMContentLoaded", () => {
  const { facets, text } = CATALOGUE;
  const body = document.getElementById("rules");
  const search = document.getElementById("search");
  const order = document.getElementById("order");
  const said = document.getElementById("said");
  const more = document.getElementById("more");
  const side = document.getElementById("facets");
  const FIRST = 200; // rows shown at once: the rest on demand
  const FEW = 8; // values shown of a facet that has more than MANY
  const MANY = 12;
  const rest = document.getElementById("rest");
  const rows = [...body.rows, ...(rest ? rest.rows : [])].map((row, i) => {
    const title = row.cells[0].textContent.toLowerCase();
    const link = row.querySelector("a").getAttribute("href").toLowerCase();
    return { row, i, title, text: `${title}\n${row.cells[3].textContent.toLowerCase()}\n${row.cells[4].textContent.toLowerCase()}\n${link}\n${text[i].toLowerCase()}`, date: row.cells[6].textContent };
  });
  // A facet: its values with their names, and for each rule the numbers of its values
  const chosen = facets.map(() => new Set());
  const open = facets.map(() => false);
  const sought = facets.map(() => "");
  let limit = FIRST;

  const terms = (query) => [...query.toLowerCase().matchAll(/"([^"]+)"|(\S+)/g)].map((m) => m[1] ?? m[2]);
  const has = (f, i) => chosen[f].size === 0 || facets[f].rules[i].some((v) => chosen[f].has(v));

  function score(rule, words) {
    let sum = 0;
    for (const word of words) {
      const at = rule.title.indexOf(word);
      if (at < 0) continue;
      sum += at === 0 || !/[a-z0-9]/.test(rule.title[at - 1]) ? 3 : 2;
    }
    return sum;
  }

  const level = facets.findIndex((each) => each.key === "level");
  const orders = {
    title: () => 0,
    level: (a, b) => facets[level].rules[a.i][0] - facets[level].rules[b.i][0],
    newest: (a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : 0),
  };

  function update() {
    const words = terms(search.value);
    const hits = rows.filter((rule) => words.every((word) => rule.text.includes(word)));
    const misses = hits.map((rule) => facets.map((_, f) => !has(f, rule.i)));
    const found = hits.filter((_, n) => !misses[n].includes(true));
    if (order.value !== "title") found.sort((a, b) => orders[order.value](a, b) || a.i - b.i);
    else if (words.length) {
      const scores = new Map(found.map((rule) => [rule, score(rule, words)]));
      found.sort((a, b) => scores.get(b) - scores.get(a) || a.i - b.i);
    }
    body.replaceChildren(...found.slice(0, limit).map((rule) => rule.row));
    const count = found.length.toLocaleString("en");
    said.textContent = found.length === rows.length ? `${count} rules` : `${count} of ${rows.length.toLocaleString("en")} rules`;
    more.hidden = found.length <= limit;
    more.firstElementChild.textContent = `Show all ${count}`;
    // What a value would leave: the other facets hold, this one does not
    facets.forEach((facet, f) => {
      const counts = new Array(facet.values.length).fill(0);
      hits.forEach((rule, n) => {
        if (misses[n].some((miss, g) => miss && g !== f)) return;
        for (const v of facet.rules[rule.i]) counts[v] += 1;
      });
      showFacet(f, counts);
    });
    clear.hidden = chosen.every((each) => each.size === 0) && !search.value;
    keep();
  }

  function showFacet(f, counts) {
    const facet = facets[f];
    const view = views[f];
    let order = facet.values.map((_, v) => v).filter((v) => counts[v] || chosen[f].has(v));
    if (!facet.ordered) order.sort((a, b) => counts[b] - counts[a] || a - b);
    const all = order.length;
    if (sought[f]) order = order.filter((v) => facet.values[v][1].toLowerCase().includes(sought[f]));
    const shown = open[f] || sought[f] || all <= MANY ? order : order.filter((v, n) => n < FEW || chosen[f].has(v));
    view.seek.hidden = all <= MANY;
    view.all.hidden = Boolean(sought[f]) || all <= MANY;
    view.all.textContent = open[f] ? "Show fewer" : `Show all ${all}`;
    const focused = document.activeElement?.dataset?.value;
    const within = view.list.contains(document.activeElement);
    view.list.replaceChildren(...shown.map((v) => option(f, v, counts[v])));
    if (within) view.list.querySelector(`[data-value="${focused}"]`)?.focus();
  }

  function option(f, v, count) {
    const item = document.createElement("li");
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = chosen[f].has(v);
    box.dataset.value = v;
    box.addEventListener("change", () => {
      if (box.checked) chosen[f].add(v); else chosen[f].delete(v);
      limit = FIRST;
      update();
    });
    const name = document.createElement("span");
    name.textContent = facets[f].values[v][1];
    const number = document.createElement("span");
    number.textContent = count.toLocaleString("en");
    label.append(box, name, number);
    item.append(label);
    return item;
  }

  function frame(facet, f) {
    const details = document.createElement("details");
    details.className = "facet";
    details.open = facet.open && wide.matches;
    details.dataset.facet = facet.key;
    const summary = document.createElement("summary");
    summary.textContent = facet.title;
    const seek = document.createElement("input");
    seek.type = "search";
    seek.placeholder = "Find";
    seek.setAttribute("aria-label", `Find in: ${facet.title}`);
    seek.addEventListener("input", () => { sought[f] = seek.value.trim().toLowerCase(); update(); });
    const list = document.createElement("ul");
    list.setAttribute("aria-label", facet.title);
    const all = document.createElement("button");
    all.type = "button";
    all.addEventListener("click", () => { open[f] = !open[f]; update(); });
    details.append(summary, seek, list, all);
    return { details, seek, list, all };
  }

  const clear = document.createElement("button");
  clear.type = "button";
  clear.className = "clear";
  clear.textContent = "Clear all";
  clear.addEventListener("click", () => {
    search.value = "";
    for (const each of chosen) each.clear();
    update();
    search.focus();
  });
  const wide = matchMedia("(min-width: 60rem)");
  const views = facets.map(frame);
  const filters = document.createElement("details");
  filters.className = "filters";
  const title = document.createElement("summary");
  title.textContent = "Filters";
  filters.append(title, ...views.map((each) => each.details), clear);
  side.append(filters);
  const unfold = () => { filters.open = wide.matches; };
  wide.addEventListener("change", unfold);
  unfold();

  // The state is in the address, so that a search is a link
  function keep() {
    const state = new URLSearchParams();
    if (search.value) state.set("q", search.value);
    if (order.value !== "title") state.set("order", order.value);
    facets.forEach((facet, f) => {
      for (const v of [...chosen[f]].sort((a, b) => a - b)) state.append(facet.key, facet.values[v][0]);
    });
    const hash = state.toString();
    const now = location.hash.slice(1);
    if (hash !== now) history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  }

  function take() {
    const state = new URLSearchParams(location.hash.slice(1));
    search.value = state.get("q") ?? "";
    order.value = state.get("order") in orders ? state.get("order") : "title";
    facets.forEach((facet, f) => {
      const wanted = new Set(state.getAll(facet.key));
      chosen[f] = new Set(facet.values.flatMap((value, v) => (wanted.has(value[0]) ? [v] : [])));
      if (chosen[f].size) views[f].details.open = true;
    });
    update();
  }

  search.addEventListener("input", () => { limit = FIRST; update(); });
  order.addEventListener("change", update);
  more.firstElementChild.addEventListener("click", () => {
    const next = body.rows.length;
    limit = Infinity;
    update();
    body.rows[next]?.querySelector("a").focus();
  });
  addEventListener("hashchange", take);

  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.activeElement === search) { search.value = ""; update(); return; }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const links = [...body.querySelectorAll("td:first-child > a")];
    const at = links.indexOf(document.activeElement);
    if (at < 0 && document.activeElement !== search) return;
    const next = at + (event.key === "ArrowDown" ? 1 : -1);
    if (at < 0 && event.key === "ArrowUp") return;
    event.preventDefault();
    if (next < 0) search.focus(); else links[Math.min(next, links.length - 1)]?.focus();
  });

  const focus = location.hash === "#find";
  document.querySelector(".finder").classList.remove("plain");
  side.hidden = false;
  document.querySelector(".ask").hidden = false;
  take();
  if (focus) search.focus();
});

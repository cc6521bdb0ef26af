"use strict";
// The page reads without this script: it only picks, filters, sorts and copies.
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// ---- patients: the one that is picked is shown ----
const showPatient = () => {
  const picked = document.querySelector("input[name=life]:checked");
  for (const life of all(".life")) life.hidden = !picked || life.id !== picked.value;
};
for (const input of all("input[name=life]")) input.addEventListener("change", showPatient);
if (all(".life").length) showPatient();

// ---- inputs: by a word, and assumptions or published numbers alone ----
const form = document.querySelector(".filter");
if (form) {
  form.hidden = false;
  const [find, basis, count] = [form.querySelector("#find"), form.querySelector("#basis"), form.querySelector("output")];
  const rows = all("#inputs-table tr[data-basis]");
  const filter = () => {
    const word = find.value.toLowerCase();
    for (const row of rows)
      row.hidden = !((!basis.value || row.dataset.basis === basis.value) && row.textContent.toLowerCase().includes(word));
    for (const body of all("#inputs-table tbody")) body.hidden = all("tr[data-basis]", body).every((row) => row.hidden);
    count.value = `${rows.filter((row) => !row.hidden).length} of ${rows.length} inputs`;
  };
  find.addEventListener("input", filter);
  basis.addEventListener("change", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  filter();
}

// ---- tables: sorted by a column within each part, and copied with all digits ----
const filed = (cell) => {
  const number = cell.querySelector("data");
  return number ? number.value : cell.textContent.trim();
};
const sortBy = (table, column, down) => {
  for (const body of table.tBodies) {
    const rows = [...body.rows].filter((row) => !row.classList.contains("group"));
    const key = (row) => filed(row.cells[column]);
    const sign = down ? -1 : 1;
    rows.sort((a, b) => {
      const [x, y] = [key(a), key(b)];
      const both = x !== "" && y !== "" && isFinite(x) && isFinite(y);
      return sign * (both ? x - y : x.localeCompare(y));
    });
    body.append(...rows);
  }
};
for (const table of all("table.sortable")) {
  for (const head of all("thead th", table)) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of all("thead th", table)) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      sortBy(table, head.cellIndex, down);
    });
  }
}
const asText = (table) => all("tr", table).filter((row) => !row.hidden).map((row) => [...row.cells].map((cell) => {
  const numbers = all("data", cell).map((number) => number.value);
  return numbers.length ? numbers.join("\t") : cell.textContent.trim().replace(/\s+/g, " ");
}).join("\t")).join("\n");
for (const table of all("main table")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy this table";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(asText(table));
      button.textContent = "Copied: paste it into a spreadsheet";
    } catch {
      button.textContent = "The browser does not allow copying";
    }
  });
  (table.closest(".scroll") ?? table).after(button);
}

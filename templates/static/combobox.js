/* A search box whose suggestions htmx fetches: arrow keys choose, Enter opens, Escape closes. Without this script the
   box stays a plain search form. */
(() => {
  "use strict";

  for (const box of document.querySelectorAll("[data-combobox]")) {
    const input = box.querySelector("input");
    const list = box.querySelector("[role=listbox]");
    const said = box.querySelector("[role=status]");
    const options = () => [...list.querySelectorAll("[role=option]")];
    const chosen = () => list.querySelector("[aria-selected=true]");

    const choose = (option) => {
      for (const each of options()) each.setAttribute("aria-selected", String(each === option));
      if (option) {
        input.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      } else {
        input.removeAttribute("aria-activedescendant");
      }
    };
    const show = (isOpen) => {
      list.hidden = !isOpen;
      input.setAttribute("aria-expanded", String(isOpen));
      said.textContent = isOpen ? said.dataset.said : "";
      if (!isOpen) choose(null);
    };
    const step = (by) => {
      const all = options();
      if (!all.length) return;
      show(true);
      const at = all.indexOf(chosen());
      choose(all[(at < 0 && by < 0 ? all.length - 1 : at + by + all.length) % all.length]);
    };

    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    show(false);

    list.addEventListener("htmx:afterSwap", () => {
      show(options().length > 0 && document.activeElement === input);
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        step(event.key === "ArrowDown" ? 1 : -1);
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        show(false);
      } else if (event.key === "Enter" && !list.hidden && chosen()) {
        event.preventDefault();
        location.assign(chosen().dataset.href);
      }
    });
    // Before the box loses the focus, so that the list is still there.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) location.assign(option.dataset.href);
    });
    input.addEventListener("blur", () => show(false));
  }
})();

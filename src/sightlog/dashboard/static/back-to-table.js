// "All use cases" leads back to the table as this tab showed it last: its search, order and page.

const table = document.querySelector('form[data-search="use-cases"]');
const link = document.querySelector("a[data-back-to-table]");

if (table) {
  addEventListener("pagehide", () => sessionStorage.setItem(`table ${location.pathname}`, location.search));
}
if (link) link.search = sessionStorage.getItem(`table ${link.pathname}`) ?? "";

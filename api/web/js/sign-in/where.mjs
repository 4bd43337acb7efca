/** Where people go once they are in: the page they came from, if it is one of ours, or their own. */

const HOMES = {
  driver: "/driver", dispatcher: "/console", planner: "/console", admin: "/console", representative: "/care",
};
const PAGES = ["/", "/driver", "/console", "/care"];

/** The page that was asked for in this address, "" if there is none of that name. */
export function wantedPage(query = location.search) {
  const page = new URLSearchParams(query).get("page") ?? "";
  return PAGES.includes(page) ? page : "";
}

/** Code of what a provider's sign-in ended with, "" if nothing went wrong. */
export const refusedWith = (query = location.search) => new URLSearchParams(query).get("refused") ?? "";

/** Page of somebody in this role. */
export const homeOf = (role, query) => wantedPage(query) || HOMES[role] || "/";

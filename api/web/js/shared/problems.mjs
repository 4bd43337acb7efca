/** Why something cannot be done, in the page's words where it has them. */
import { findText, t } from "./i18n.mjs";

/** What went wrong and what to do next as `{title, next}`; `facts` fill the words' gaps. */
export function explain(error, facts = {}) {
  const type = error.type ?? "unexpected";
  if (findText(`problem.${type}.title`)) {
    return { title: t(`problem.${type}.title`), next: t(`problem.${type}.next`, facts) };
  }
  if (error.title) return { title: error.title, next: error.detail };
  return explain({ type: "unexpected" });
}

/** The words of the page: one file per language under locales/, chosen once for the whole page. */
import en from "../locales/en.mjs";
import ko from "../locales/ko.mjs";

const LOCALES = { ko, en };
const STORED = "sokcho.language";

/** Languages of the page with their own names, first one the default. */
export const LANGUAGES = { ko: "한국어", en: "English" };

let language = readLanguage();

function readLanguage() {
  const stored = localStorage.getItem(STORED);
  return stored in LOCALES ? stored : "ko";
}

/** Code of the language that the page speaks now. */
export const getLanguage = () => language;

/** Speak `code` from now on, and at the next visit. */
export function setLanguage(code) {
  language = code;
  localStorage.setItem(STORED, code);
  document.documentElement.lang = code;
  document.title = t("page.title");
}

/** Text of `key`, with `{name}` replaced by `values.name`; `values.n` chooses singular or plural. */
export function t(key, values = {}) {
  const text = find(key, values);
  if (text === undefined) throw new Error(`no text for ${key}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function find(key, { n }) {
  const words = LOCALES[language];
  if (n === undefined) return words[key];
  return words[`${key}.${new Intl.PluralRules(language).select(n)}`] ?? words[`${key}.other`];
}

/** Text of `key`, or undefined where the locale has none. */
export const findText = (key) => LOCALES[language][key];

/** Words that the service tells in every language. */
export const textOf = (words) => words[language] || words.ko;

/** Name of a GeoJSON feature, whose properties are flat. */
export const featureName = (properties) => properties[`name_${language}`] || properties.name_ko;

/** Name of anything that the API names in both languages. */
export const nameOf = ({ name }) => textOf(name);

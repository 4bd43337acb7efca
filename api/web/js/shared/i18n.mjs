/** The words of a page: those that all pages share, and its own, in one language at a time. */

const STORED = "sokcho.language";
const DEFAULT = "ko";

/** Every language with its own name; a page speaks those that it is started with. */
const NAMES = { ko: "한국어", en: "English", ja: "日本語", zh: "中文" };

let page;
let spoken = [];
let language = DEFAULT;
let words = {};

/**
 * Start speaking as the page `name` (a folder of locales/) in one of its `languages`: the one that
 * was chosen before, else Korean.
 */
export async function startWords(name, languages) {
  page = name;
  spoken = languages;
  await setLanguage(chosenLanguage());
}

function chosenLanguage() {
  const asked = [localStorage.getItem(STORED), DEFAULT];
  return asked.find((code) => spoken.includes(code));
}

/** Languages of the page as `[code, its own name]`. */
export const listLanguages = () => spoken.map((code) => [code, NAMES[code]]);

/** Code of the language that the page speaks now. */
export const getLanguage = () => language;

/** Speak `code` from now on, and at the next visit; only this language's words are fetched. */
export async function setLanguage(code) {
  const parts = await Promise.all(["shared", page].map((part) => import(`../../locales/${part}/${code}.mjs`)));
  words = Object.assign({}, ...parts.map((part) => part.default));
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
  const plural = n === undefined ? undefined : new Intl.PluralRules(language).select(n);
  // Not every word with a number has a form of its own for one.
  return words[`${key}.${plural}`] ?? words[`${key}.other`] ?? words[key];
}

/** Text of `key`, or undefined where the locale has none. */
export const findText = (key) => words[key];

/** Words that the service tells in Korean and English; other languages read the English ones. */
export const textOf = (told) => told[language] || (language !== "ko" && told.en) || told.ko;

/** Name of a GeoJSON feature, whose properties are flat. */
export const featureName = (properties) =>
  textOf({ ko: properties.name_ko, en: properties.name_en, [language]: properties[`name_${language}`] });

/** Name of anything that the API names in several languages. */
export const nameOf = ({ name }) => textOf(name);

/** Revised Romanisation of Korean, letter by letter, and initials: good enough to search by. */

const FIRST = 0xac00;
const LAST = 0xd7a3;
const INITIALS = "g kk n d tt r m b pp s ss  j jj ch k t p h".split(" ");
const INITIAL_JAMO = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const VOWELS = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split(" ");
const FINALS = " k k k n n n t l k m l l l p l m p p t t ng t t k t p t".split(" ");

function letters(character) {
  const code = character.codePointAt(0);
  if (code < FIRST || code > LAST) return null;
  const index = code - FIRST;
  return [Math.floor(index / 588), Math.floor((index % 588) / 28), index % 28];
}

/** "속초시청" -> "sokchosicheong"; what is not Hangul stays. */
export function romanise(text) {
  return Array.from(text, (character) => {
    const found = letters(character);
    if (!found) return character;
    return INITIALS[found[0]] + VOWELS[found[1]] + FINALS[found[2]];
  }).join("");
}

/** "속초시청" -> "ㅅㅊㅅㅊ", as people type in a hurry. */
export function initials(text) {
  return Array.from(text, (character) => {
    const found = letters(character);
    return found ? INITIAL_JAMO[found[0]] : character;
  }).join("");
}

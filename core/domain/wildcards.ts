/**
 * EC2's wildcards: `*` is any number of characters, `?` is one; everything else is meant literally, in its case. No
 * regular expression: a tenant's pattern of many stars would make one run for ages; this takes pattern × text at most.
 */
export const matchesPattern = (pattern: string, text: string): boolean => {
  let p = 0;
  let t = 0;
  // where the last star was, and how much of the text it stands for
  let star = -1;
  let taken = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++;
      taken = t;
    } else if (pattern[p] === '?' || pattern[p] === text[t]) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
};

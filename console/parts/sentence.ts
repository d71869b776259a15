/** `there is no instance i-1` → `There is no instance i-1.`: as it stands alone. What begins with an id or a name stays. */
export const sentence = (text: string): string => {
  const trimmed = text.trim();
  const whole = /[\p{L}\p{N})’”\]]$/u.test(trimmed) ? `${trimmed}.` : trimmed;
  return /^[a-z]+[\s,’]/.test(whole) ? whole.charAt(0).toUpperCase() + whole.slice(1) : whole;
};

// What a directory's fields may hold: the server's own rules, said while
// typing. Each gives what is wrong, "" when nothing is.

export function checkDirectoryName(name: string): string {
  if (!name) return "Enter the directory's DNS name.";
  if (name.length > 64) return "A directory name has at most 64 characters.";
  if (!name.includes(".")) return "Use a fully qualified name of two or more labels, such as corp.example.com.";
  for (const label of name.split(".")) {
    if (!label) return "A label between the dots is empty.";
    if (label.length > 63) return "A label has at most 63 characters.";
    if (!/^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$/.test(label))
      return "Labels hold letters, digits and hyphens, and begin and end with a letter or digit.";
    if (label.includes("--")) return "Two hyphens in a row are not allowed.";
  }
  return "";
}

/** The NetBIOS name that a directory gets when none is given. */
export const defaultNetBIOS = (name: string) => (name.split(".")[0] ?? "").slice(0, 15).toUpperCase();

export function checkNetBIOS(name: string): string {
  if (!name) return "";
  if (name.length > 15) return "A NetBIOS name has at most 15 characters.";
  if (name.startsWith(".")) return "A NetBIOS name does not begin with a dot.";
  // eslint-disable-next-line no-useless-escape
  if (/[\\\/:*?"<>|.\s]/.test(name)) return 'None of \\ / : * ? " < > | . and spaces may be in a NetBIOS name.';
  return "";
}

export function checkDescription(text: string): string {
  if (!text) return "";
  if (text.length > 128) return "A description has at most 128 characters.";
  if (!/^[a-zA-Z0-9_]/.test(text)) return "A description begins with a letter, a digit or an underscore.";
  if (!/^[a-zA-Z0-9_\\@#%*+=:?./!\s-]*$/.test(text))
    return "Only letters, digits, spaces and _ @ # % * + = : ? . / ! - \\ may be in a description.";
  return "";
}

/** How many of the four kinds of characters that Active Directory counts. */
function kindsOf(password: string): number {
  return [/\p{Ll}/u, /\p{Lu}/u, /[0-9]/, /[^\p{L}0-9\s]/u].filter((r) => r.test(password)).length;
}

export function checkAdminPassword(password: string, user = "Admin"): string {
  if (!password) return "Enter a password.";
  if (password.length < 8 || password.length > 64) return "A password has 8 to 64 characters.";
  if (kindsOf(password) < 3) return "Use at least three of: lower-case letters, upper-case letters, digits, others.";
  if (user && password.toLowerCase().includes(user.toLowerCase()))
    return `A password does not contain the word ${user}.`;
  return "";
}

export const checkRepeat = (password: string, again: string) =>
  password === again ? "" : "The two passwords are not the same.";

/** Exactly two subnets, in two availability zones. */
export function checkSubnets(chosen: { zone: string }[]): string {
  if (chosen.length !== 2) return "Choose exactly two subnets.";
  if (chosen[0]?.zone === chosen[1]?.zone) return "Choose subnets in two different availability zones.";
  return "";
}

export function checkTag(key: string, value: string): string {
  if (!key) return "Enter a key.";
  if (key.length > 128) return "A key has at most 128 characters.";
  if (value.length > 256) return "A value has at most 256 characters.";
  if (/^aws:/i.test(key)) return "Keys that begin with aws: are reserved.";
  if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(key + value)) return "Letters, digits, spaces and _ . : / = + - @ only.";
  return "";
}

export function checkTopic(name: string): string {
  if (!name) return "Enter the topic's name.";
  if (name.length > 256) return "A topic's name has at most 256 characters.";
  return /^[a-zA-Z0-9_-]+$/.test(name) ? "" : "Letters, digits, hyphens and underscores only.";
}

export function checkLogGroup(name: string): string {
  if (!name) return "Enter the log group's name.";
  if (name.length > 512) return "A log group's name has at most 512 characters.";
  return /^[-._/#A-Za-z0-9]+$/.test(name) ? "" : "Letters, digits and - . _ / # only.";
}

/** The alias of a directory, from which its access URL comes. */
export function checkAlias(alias: string): string {
  if (!alias) return "Enter an alias.";
  if (alias.length > 62) return "An alias has at most 62 characters.";
  if (/^d-/i.test(alias)) return "An alias does not begin with d-, as directory IDs do.";
  return /^[\da-zA-Z]+(-*[\da-zA-Z])*$/.test(alias) ? "" : "Letters, digits and hyphens; the first and last no hyphen.";
}

/** A certificate as text. */
export function checkCertificate(pem: string): string {
  if (!pem.trim()) return "Paste the certificate.";
  if (pem.length > 8192) return "A certificate has at most 8192 characters.";
  if (/PRIVATE KEY/.test(pem)) return "This is a private key. Paste the certificate alone.";
  return /-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/.test(pem)
    ? ""
    : "It begins with -----BEGIN CERTIFICATE----- and ends with -----END CERTIFICATE-----.";
}

/** AllowedValues is JSON in a string; what is not a list of words is shown as it is. */
export function allowedValues(text: string | undefined): string[] {
  try {
    const v: unknown = JSON.parse(text ?? "");
    return Array.isArray(v) ? v.map(String) : [];
  } catch {
    return [];
  }
}

import { HttpError } from "../errors.js";

/** What RFC 3986 calls scheme, authority, path and query; the fragment is dropped. */
const PARTS = /^(https?):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?/i;

/** An absolute URL with `http` or `https`, taken apart. The host is what checks it for real. */
export class Url {
  constructor(text) {
    const invalid = (why) =>
      new HttpError(
        "invalid-request",
        `\`${text}\` ${why}; a URL is written like https://app.example:8443/path?key=value`,
      );
    if (/[\s\u0000-\u001f\u007f-\u009f]/u.test(text)) throw invalid("holds white space");
    const parts = PARTS.exec(text);
    if (parts === null) throw invalid("does not begin with https:// or http://");
    const [, scheme, authority, path, query = ""] = parts;
    if (authority === "") throw invalid("names no host");
    if (authority.includes("@")) {
      // Without the text: it holds a password.
      const why = "a URL with a user name or a password in it; the operator's grant can add such a header";
      throw new HttpError("invalid-request", why);
    }
    this.scheme = scheme.toLowerCase();
    this.authority = authority;
    this.path = path === "" ? "/" : path;
    this.query = query;
  }

  toString() {
    return `${this.scheme}://${this.authority}${this.path}${this.query}`;
  }

  /** How messages name it: without the query, which may hold what is nobody's business. */
  get named() {
    return `${this.scheme}://${this.authority}${this.path}`;
  }

  /** The URL that a reference, such as a `Location` header, leads to from here. */
  join(reference) {
    const [target] = reference.split("#");
    if (/^[a-z][^:/?]*:/i.test(target)) return new Url(target);
    if (target.startsWith("//")) return new Url(`${this.scheme}:${target}`);
    const origin = `${this.scheme}://${this.authority}`;
    if (target === "") return this;
    if (target.startsWith("?")) return new Url(origin + this.path + target);
    const folder = target.startsWith("/") ? "" : this.path.slice(0, this.path.lastIndexOf("/") + 1);
    return new Url(origin + withoutDots(folder + target));
  }

  /** Whether two URLs have the same scheme, host and port. */
  isSameOrigin(other) {
    return this.scheme === other.scheme && this._host() === other._host();
  }

  _host() {
    const port = this.scheme === "https" ? ":443" : ":80";
    const host = this.authority.toLowerCase();
    return host.endsWith(port) ? host.slice(0, -port.length) : host;
  }
}

/** Resolves `.` and `..` in the path. */
function withoutDots(pathAndQuery) {
  const [path] = pathAndQuery.split("?");
  const kept = [];
  const segments = path.split("/").slice(1);
  segments.forEach((segment, index) => {
    if (segment === "..") kept.pop();
    else if (segment !== ".") kept.push(segment);
    if (index === segments.length - 1 && (segment === "." || segment === "..")) kept.push("");
  });
  return `/${kept.join("/")}${pathAndQuery.slice(path.length)}`;
}

/** The headers of a request or a response: names in any case, several values of a name joined by a comma. */
export class Headers {
  constructor(init = []) {
    this._pairs = [];
    const pairs = typeof init[Symbol.iterator] === "function" ? init : Object.entries(init);
    for (const [name, value] of pairs) this.append(name, value);
  }

  append(name, value) {
    this._pairs.push([String(name).toLowerCase(), String(value).trim()]);
  }

  set(name, value) {
    this.delete(name);
    this.append(name, value);
  }

  delete(name) {
    const wanted = name.toLowerCase();
    this._pairs = this._pairs.filter(([known]) => known !== wanted);
  }

  get(name) {
    const wanted = name.toLowerCase();
    const values = this._pairs.filter(([known]) => known === wanted).map(([, value]) => value);
    return values.length === 0 ? null : values.join(", ");
  }

  has(name) {
    return this.get(name) !== null;
  }

  forEach(callback) {
    for (const [name, value] of this) callback(value, name, this);
  }

  *entries() {
    const names = [...new Set(this._pairs.map(([name]) => name))].sort();
    for (const name of names) yield [name, this.get(name)];
  }

  *keys() {
    for (const [name] of this.entries()) yield name;
  }

  *values() {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator]() {
    return this.entries();
  }
}

// Messages for the person who runs the evaluation. They are kept with the row and change no result.

import { host } from "./host.js";
import { inspect } from "./inspect.js";

const write = (level) => (message) => host.log.log(level, inspect(message).toWellFormed());

export const log = {
  trace: write("trace"),
  debug: write("debug"),
  info: write("info"),
  warn: write("warn"),
  error: write("error"),
};

// Bundles a plugin and the SDK into one module for an engine. Run by `scorebox plugin build`, with one argument, a JSON
// object: {entry, output, engine, sdk, imports: {llm, http}, exports: {scorers, predictors}, rolldown}.

import { existsSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const ENTRY = "\0scorebox-entry";
const CONTRACT = "scorebox:plugin";
const CONTRACT_VERSION = "1.0.0";
const WASI_VERSION = "0.2.12";

/** For QuickJS, WASI has another name until the component is made; see the build of JavaScript plugins. */
const WASI = { quickjs: "xasi", starlingmonkey: "wasi" };

/** What QuickJS cannot run during a call by itself: its own promises are settled only after it. */
const ASYNCHRONOUS = /\basync\b|\bawait\b/;

const request = JSON.parse(process.argv[2]);
const { rolldown } = await import(pathToFileURL(request.rolldown));

try {
  writeFileSync(request.output, await bundle());
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}

async function bundle() {
  const modern = await generate("es2022");
  if (request.engine !== "quickjs" || !ASYNCHRONOUS.test(modern.code)) return withSourceMap(modern);
  return withSourceMap(await generate("es2016"));
}

async function generate(target) {
  const built = await rolldown({
    input: ENTRY,
    cwd: process.cwd(),
    platform: "neutral",
    external: /^(?:scorebox|wasi|xasi):/,
    transform: { target },
    resolve: {
      mainFields: ["module", "main"],
      conditionNames: ["import", "module", "default"],
      // TypeScript writes the names of modules as they are after compilation.
      extensionAlias: { ".js": [".ts", ".js"], ".mjs": [".mts", ".mjs"] },
    },
    plugins: [entryPlugin(), sdkPlugin()],
    onLog(level, log, handle) {
      // A module that is not found would only be missed when it is called.
      if (log.code === "UNRESOLVED_IMPORT") throw new Error(log.message);
      // Literals of large integers stay as they are, which is right: every engine knows them.
      if (level !== "info" && log.code !== "TOLERATED_TRANSFORM") handle(level, log);
    },
  });
  const { output } = await built.generate({
    format: "esm",
    sourcemap: true,
    codeSplitting: false,
    file: request.output,
  });
  return output[0];
}

function entryPlugin() {
  return {
    name: "scorebox-entry",
    resolveId: (source) => (source === ENTRY ? { id: ENTRY } : undefined),
    load: (id) => (id === ENTRY ? { code: entryModule(), moduleSideEffects: true } : undefined),
  };
}

/** Finds the SDK beside the contract, whether or not npm has linked it into the project. */
function sdkPlugin() {
  const faces = { scorebox: "index.js", "scorebox/llm": "llm.js", "scorebox/http": "http.js" };
  return {
    name: "scorebox-sdk",
    resolveId(source, importer) {
      const place = importer === undefined || importer === ENTRY ? "" : ` (in ${relative(process.cwd(), importer)})`;
      if (source === "scorebox/testing") throw new Error(`scorebox/testing is for native tests only${place}`);
      for (const name of ["llm", "http"]) {
        if (source === `scorebox/${name}` && !request.imports[name] && importer !== ENTRY) {
          throw new Error(
            `\`scorebox/${name}\` is imported${place}, but plugin.toml does not ask for it: ` +
              `add ${JSON.stringify(name)} to \`imports\`, as in imports = [${JSON.stringify(name)}]`,
          );
        }
      }
      const face = faces[source] ?? (source.startsWith("scorebox-sdk:") ? source.slice(13) : undefined);
      // Modules that nobody uses must not be evaluated, but the runtimes are there for what they do.
      return face && { id: join(request.sdk, "src", face), moduleSideEffects: face.startsWith("runtime/") };
    },
  };
}

function entryModule() {
  const { engine, imports, exports } = request;
  const lines = [
    `import "scorebox-sdk:runtime/${engine}.js";`,
    'import { host } from "scorebox-sdk:host.js";',
    'import { plugin } from "scorebox-sdk:plugin.js";',
    'import { locator } from "scorebox-sdk:runtime/source-map.js";',
    `import * as log from "${CONTRACT}/log@${CONTRACT_VERSION}";`,
    `import * as tracing from "${CONTRACT}/tracing@${CONTRACT_VERSION}";`,
    `import * as exported from ${JSON.stringify(resolve(request.entry))};`,
  ];
  const set = ["host.log = log;", "host.tracing = tracing;"];
  if (imports.llm) {
    lines.push(`import * as llm from "${CONTRACT}/llm@${CONTRACT_VERSION}";`);
    set.push("host.llm = llm;");
  }
  if (imports.http) {
    lines.push(
      `import * as types from "${WASI[engine]}:http/types@${WASI_VERSION}";`,
      `import * as outgoingHandler from "${WASI[engine]}:http/outgoing-handler@${WASI_VERSION}";`,
      'import { sender } from "scorebox-sdk:http/wasi.js";',
      'import * as http from "scorebox/http";',
    );
    set.push(
      "host.send = sender({ types, outgoingHandler });",
      "const { fetch, Headers, Request, Response } = http;",
      "Object.assign(globalThis, { fetch, Headers, Request, Response });",
    );
  }
  set.push(
    "if (globalThis.__scoreboxSourceMap !== undefined) host.locate = locator(globalThis.__scoreboxSourceMap);",
    "const interfaces = plugin(exported);",
    "host.start();",
  );
  for (const [name, isExported] of Object.entries(exports)) {
    if (isExported) set.push(`export const ${name} = interfaces.${name};`);
  }
  return [...lines, ...set].join("\n");
}

/** The bundle with its source map inside, so that stack traces can name the sources. */
function withSourceMap({ code, map }) {
  const sources = map.sources.map((source) => named(resolve(request.output, "..", source)));
  const text = JSON.stringify({ sources, mappings: `;${map.mappings}` });
  const withoutComment = code.replace(/\n\/\/# sourceMappingURL=.*\n?$/, "\n");
  return `globalThis.__scoreboxSourceMap = ${text};\n${withoutComment}`;
}

/** A source as its author knows it: relative to the project. */
function named(path) {
  const name = relative(process.cwd(), path).replaceAll("\\", "/");
  return name.startsWith("..") && path.startsWith(request.sdk) ? `sdk/javascript/${relative(request.sdk, path)}` : name;
}

function messageOf(error) {
  const errors = error?.errors ?? [error];
  return errors.map((one) => String(one?.message ?? one).replace(/^\[plugin [^\]]*\]\s*/, "")).join("\n");
}

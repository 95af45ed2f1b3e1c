// gpt-tokenizer's countTokens in Node. Options, cuts, passes and output lines are those of
// tests/bench/bench_tokens.c. Texts are decoded before the clock starts; process.cpuUsage() counts the
// threads of the compiler and the garbage collector too, as every peer's figure counts all its threads.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const option = (name, fallback) => {
  const i = process.argv.indexOf(name);
  return i > 0 ? process.argv[i + 1] : fallback;
};
const seconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

function cut(data, size) {
  const docs = [];
  size = size || data.length;
  for (let at = 0; at < data.length;) {
    let end = Math.min(at + size, data.length);
    while (end < data.length && (data[end] & 0xc0) === 0x80) end--;
    docs.push(data.toString('utf8', at, end));
    at = end;
  }
  return docs;
}

const encoding = option('--encoding', 'o200k_base');
const data = readFileSync(option('--corpus'));
const require = createRequire(resolve(option('--modules', 'build/bench/npm'), 'x.js'));
const plain = { disallowedSpecial: new Set() };

function timed(api, docs, label) {
  const from = seconds();
  let tokens = 0;
  for (const doc of docs) tokens += api.countTokens(doc, plain);
  console.log(['pass', label, docs.length, tokens, (seconds() - from).toFixed(9)].join('\t'));
}

const from = seconds();
const api = require(`gpt-tokenizer/encoding/${encoding}`);
console.log(['build', encoding, (seconds() - from).toFixed(9)].join('\t'));
timed(api, cut(data, 65536), `${encoding}\t65536\tfirst`);
for (const size of option('--size', '65536').split(',').map(Number)) {
  const docs = cut(data, size);
  for (let round = 0; round < Number(option('--rounds', '1')); round++) {
    api.clearMergeCache();
    timed(api, docs, `${encoding}\t${size}\tcold`);
    for (let i = 0; i < Number(option('--warm', '1')); i++) timed(api, docs, `${encoding}\t${size}\twarm`);
  }
}

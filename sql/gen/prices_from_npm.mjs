// Rebuilds sql/prices/*.json and their MANIFEST from the npm package @pydantic/genai-prices (MIT), the models that it
// lacks from the Python package genai-prices (MIT), which is released more often, and the prices of service tiers
// (batch, flex, priority) and of regions from the model list of the Python package litellm (MIT).
//
//     node sql/gen/prices_from_npm.mjs PACKAGE_FOLDER OUT_FOLDER DATE_OF_PUBLICATION LITELLM_FOLDER LITELLM_VERSION \
//       NEWER_JSON NEWER_VERSION DATE_OF_ITS_PUBLICATION
//
// NEWER_JSON is what prices_newer.py prints of the Python package.
// Never needed to build or test: the files that it writes are committed. `make prices` runs it and shows what
// changed. corrections.json beside the output lists where the source is known to be wrong, with the reason.
import crypto from 'crypto';
import fs from 'fs';
import path from 'path';

const [packageDir, outDir, checked, litellmDir, litellmVersion, newerFile, newerVersion, newerChecked] = process.argv.slice(2);
const newerText = fs.readFileSync(newerFile, 'utf8');
const newer = JSON.parse(newerText);
const newerSource = `genai-prices ${newerVersion}`;
const litellmText = fs.readFileSync(path.join(litellmDir, 'litellm', 'model_prices_and_context_window_backup.json'), 'utf8');
const litellm = JSON.parse(litellmText);
const litellmSource = `litellm ${litellmVersion}`;
const about = JSON.parse(fs.readFileSync(path.join(packageDir, 'package.json'), 'utf8'));
const sourceName = `${about.name} ${about.version}`;
const corrections = JSON.parse(fs.readFileSync(path.join(outDir, 'corrections.json'), 'utf8'));

// The package keeps its data as a literal before its first class; nothing else of it is run.
const bundle = path.join(packageDir, 'dist', 'index.js');
const code = fs.readFileSync(bundle, 'utf8');
const literal = code.slice(code.indexOf('['), code.indexOf('\nconst J ') > 0 ? code.indexOf('\nconst J ') : code.indexOf(', J = {'));
const providers = new Function(`return ${literal.replace(/[;,]\s*$/, '')}`)();

const METERS = {
  input_mtok: 'input', output_mtok: 'output', cache_read_mtok: 'cache_read',
  cache_write_mtok: 'cache_write', cache_write_1h_mtok: 'cache_write_1h',
  output_reasoning_mtok: 'reasoning', output_citation_mtok: 'citation',
  input_audio_mtok: 'input_audio', output_audio_mtok: 'output_audio',
  cache_audio_read_mtok: 'cache_read_audio', input_image_mtok: 'input_image',
  output_image_mtok: 'output_image', cache_image_read_mtok: 'cache_read_image',
  input_video_mtok: 'input_video', output_video_mtok: 'output_video',
  requests_kcount: 'requests', web_searches_kcount: 'web_searches',
  storage_searches_kcount: 'storage_searches', audio_hours: 'seconds',
  input_audio_hours: 'input_seconds', input_document_kpages: 'pages',
  input_annotated_document_kpages: 'annotated_pages', input_text_messages_kcount: 'messages',
  input_mchars: 'characters',
};

// Exact decimal text with at most 12 places (pico-dollars); 0.18000000000000002 is 0.18.
function decimal(x) {
  const text = x.toFixed(12).replace(/0+$/, '').replace(/\.$/, '');
  if (Math.abs(Number(text) - x) > 1e-12) throw new Error(`price ${x} needs more than 12 decimals`);
  return text;
}

function meter(key) {
  if (!METERS[key]) throw new Error(`unknown price key ${key}`);
  return METERS[key];
}

// One price set -> {meter: price, …, tiers: [{from_tokens, meter: price, …}]}.
// The source's tier starts *after* `start` tokens; from_tokens is the first number of tokens that pays it.
function priceSet(source) {
  const set = {}, tiers = new Map();
  for (const [key, value] of Object.entries(source)) {
    if (typeof value === 'number') { set[meter(key)] = decimal(value); continue; }
    set[meter(key)] = decimal(value.base);
    for (const t of value.tiers) {
      const from = t.start + 1;
      if (!tiers.has(from)) tiers.set(from, { from_tokens: from });
      tiers.get(from)[meter(key)] = decimal(t.price);
    }
  }
  // No price at all is how the source says "free of charge".
  if (!Object.keys(source).length) return { input: '0', output: '0' };
  if (tiers.size) set.tiers = [...tiers.values()].sort((a, b) => a.from_tokens - b.from_tokens);
  return set;
}

// The source takes the last conditional set that applies; here each set says from when to when.
function history(prices) {
  if (!Array.isArray(prices)) return [priceSet(prices)];
  const out = [];
  let dated = null;
  for (const p of prices) {
    const set = priceSet(p.prices);
    const c = p.constraint;
    if (c && c.type === 'start_date') {
      const from = `${c.start_date}T00:00:00Z`;
      if (dated) dated.to = from;
      out.push(dated = { from, ...set });
    } else if (c) {
      // A window belongs to the prices that precede it: it starts when they do.
      out.push({ ...(dated && dated.from ? { from: dated.from } : {}),
                 hours: `${c.start_time.slice(0, 5)}-${c.end_time.slice(0, 5)}`, ...set });
    } else {
      out.push(dated = set);
    }
  }
  return out.map(({ from, to, hours, weekdays, ...rest }) => ({
    ...(from && { from }), ...(to && { to }), ...(hours && { hours }), ...(weekdays && { weekdays }), ...rest }));
}

// After litellm's tiers, which are added only where there are none.
function addFast(provider, model) {
  for (const c of corrections) {
    if (c.provider !== provider || !c.fast_models?.includes(model.model)) continue;
    addTier(model, 'fast', c.fast_percent, c.source);
    c.used = true;
  }
  return model;
}

// Match rules -> names. "x": x alone. "x~": x and whatever versions of it follow. "x*": anything that starts so.
// A rule that ends in '-' means versions, too, but for the sizes of gemma and the dates of fine-tuned models.
const OPEN_ENDED = /^gemma-3-$|@$|-20\d\d-?$|flash-0$|^ft:gpt-4-0$|-thinking$|\.ft-$/;
function stem(text) { return OPEN_ENDED.test(text) ? `${text}*` : `${text.replace(/-$/, '')}~`; }
function names(rule, out = new Set()) {
  const [[kind, value]] = Object.entries(rule);
  if (kind === 'or') value.forEach((v) => names(v, out));
  else if (kind === 'and') names(value.find((v) => v.starts_with), out); // the other half excludes -tts, which "~" does
  else if (kind === 'equals') out.add(value.toLowerCase());
  else if (kind === 'regex') {
    const dated = /^\^(.*?)-\\d(\{8\}\$|\{4\}-\\d\{2\}-\\d\{2\}\$)?$/.exec(value);
    if (dated) out.add(`${dated[1].replace(/\\/g, '')}~`);
    else out.add(value.replace(/^\^|\$$/g, '').replace(/\\/g, ''));
  } else out.add(stem(value.toLowerCase()));
  return out;
}

// Does the source's own rule cover its own id? Then the id is a name too.
function matches(rule, text) {
  const [[kind, value]] = Object.entries(rule);
  const v = typeof value === 'string' ? value.toLowerCase() : value;
  switch (kind) {
    case 'or': return value.some((r) => matches(r, text));
    case 'and': return value.every((r) => matches(r, text));
    case 'equals': return text === v;
    case 'starts_with': return text.startsWith(v);
    case 'ends_with': return text.endsWith(v);
    case 'contains': return text.includes(v);
    default: return new RegExp(value).test(text);
  }
}

function namesOf(m) {
  const out = names(m.match), id = m.id.toLowerCase();
  if (matches(m.match, id)) out.add(id);
  return [...out];
}

function glob(rule) {
  if (!rule) return [];
  const [[kind, value]] = Object.entries(rule);
  if (kind === 'or') return value.flatMap(glob);
  if (kind === 'and') return [`${value.map((v) => glob(v)[0]).join('')}`.replace('**', '*')];
  if (kind === 'equals') return [value.toLowerCase()];
  if (kind === 'starts_with') return [`${value.toLowerCase()}*`];
  if (kind === 'ends_with') return [`*${value.toLowerCase()}`];
  if (kind === 'contains') return [`*${value.toLowerCase()}*`];
  if (value === '^o[134]') return ['o1*', 'o3*', 'o4*'];
  if (value.includes('stral')) {
    return ['mistral', 'codestral', 'devstral', 'magistral', 'ministral', 'mixtral', 'pixtral', 'voxtral',
            'open-mistral', 'open-mixtral'].flatMap((n) => [`${n}*`, `labs-${n}*`]);
  }
  throw new Error(`unknown rule ${JSON.stringify(rule)}`);
}

// Meters that the source leaves out: {meter: price} or {meter: "2 x other meter"}; at each size of each price set.
function addMeters(model, add) {
  for (const set of model.prices.flatMap((p) => [p, ...(p.tiers ?? [])])) {
    for (const [m, price] of Object.entries(add)) {
      const times = /^(\d+) x (\w+)$/.exec(price);
      if (set[m] !== undefined || (times && set[times[2]] === undefined)) continue;
      set[m] = times ? decimal(Number(times[1]) * Number(set[times[2]])) : price;
    }
  }
}

// A price set of a tier beside each standard one: so many percent of each of its prices of tokens.
function addTier(model, tier, percent, source) {
  const part = (set) => Object.fromEntries(Object.entries(set)
    .filter(([m]) => /^(input|output|cache_|reasoning)/.test(m)).map(([m, price]) => [m, decimal(Number(price) * percent / 100)]));
  model.prices.push(...model.prices.filter((p) => !p.service_tier).map((p) => ({
    ...(p.from && { from: p.from }), ...(p.to && { to: p.to }), service_tier: tier, source, ...part(p),
    ...(p.tiers && { tiers: p.tiers.map((t) => ({ from_tokens: t.from_tokens, ...part(t) })) }),
  })));
}

function correct(provider, model) {
  for (const c of corrections) {
    if (c.provider !== provider || !c.models?.includes(model.model)) continue;
    if (c.names) model.names = [...new Set([...model.names, ...c.names])];
    if (c.minimum_seconds) model.minimum_seconds = c.minimum_seconds;
    if (c.prices) model.prices = c.prices[model.model] ?? c.prices;
    if (c.add) addMeters(model, c.add);
    if (c.batch_percent) addTier(model, 'batch', c.batch_percent, c.source);
    model.note = (c.batch_percent || c.keep_note) && model.note ? `${model.note} ${c.note}`.trim() : c.note;
    c.used = true;
  }
  return model;
}

// ---- service tiers -----------------------------------------------------------------------------------------
// The keys under which litellm lists a provider's models, in the order in which they are tried.
const LITELLM_PREFIXES = {
  openai: ['', 'openai/'], azure: ['azure/'], google: ['gemini/', '', 'vertex_ai/'], aws: [''], anthropic: [''],
  'x-ai': ['xai/'], fireworks: ['fireworks_ai/accounts/fireworks/models/', 'fireworks_ai/'], mistral: ['mistral/'],
};
const LITELLM_METERS = {
  input_cost_per_token: 'input', output_cost_per_token: 'output', cache_read_input_token_cost: 'cache_read',
  cache_creation_input_token_cost: 'cache_write', cache_creation_input_token_cost_above_1hr: 'cache_write_1h',
  input_cost_per_audio_token: 'input_audio', output_cost_per_audio_token: 'output_audio',
  cache_read_input_audio_token_cost: 'cache_read_audio', input_cost_per_image_token: 'input_image',
  output_cost_per_image_token: 'output_image',
};
const TIERS = { batches: 'batch', flex: 'flex', priority: 'priority', ultrafast: 'ultrafast' };

// One tier's prices for the meters that the standard set has: {meter: {0: price, thousands of tokens: price, …}}.
function tierPrices(entry, word, standard) {
  const out = {};
  for (const [key, value] of Object.entries(entry)) {
    const m = /^(.*?)(?:_above_(\d+)k_tokens)?_(batches|flex|priority|ultrafast)$/.exec(key);
    if (!m || m[3] !== word || !standard[LITELLM_METERS[m[1]]]) continue;
    (out[LITELLM_METERS[m[1]]] ??= {})[m[2] ?? 0] = decimal(value * 1e6);
  }
  return out;
}

// Where a size has a price of its own and litellm gives none for the tier, the tier's discount goes for it, too, if
// it is a plain half or double. A premium holds at every size at least. Otherwise the meter is left out: better the standard price
// than one too low.
function tierSet(entry, word, standard) {
  const prices = tierPrices(entry, word, standard);
  // Discounts stack on the one-hour write as on the five-minute one (the provider's page on caching); litellm has no key.
  const write = prices.cache_write?.[0] / standard.cache_write;
  if (standard.cache_write_1h && !prices.cache_write_1h && (write === 0.5 || write === 2)) {
    prices.cache_write_1h = { 0: decimal(standard.cache_write_1h * write) };
  }
  const set = { service_tier: TIERS[word], source: litellmSource }, tiers = [];
  for (const [m, p] of Object.entries(prices)) {
    const above = (standard.tiers ?? []).filter((t) => t[m] !== undefined);
    const ratio = p[0] / standard[m], thousands = (t) => Math.floor(t.from_tokens / 1000);
    const derived = (t) => (ratio === 0.5 || ratio === 2 ? t[m] * ratio : Math.max(p[0], t[m]));
    if (p[0] === undefined || above.some((t) => p[thousands(t)] === undefined && ratio !== 0.5 && ratio < 1)) continue;
    set[m] = p[0];
    for (const t of above) {
      let tier = tiers.find((x) => x.from_tokens === t.from_tokens);
      if (!tier) tiers.push(tier = { from_tokens: t.from_tokens });
      tier[m] = p[thousands(t)] ?? decimal(derived(t));
    }
  }
  if (set.input === undefined) return null;
  return tiers.length ? { ...set, tiers } : set;
}

const HAS_TIER = /_(batches|flex|priority|ultrafast)$/;

// The prices that hold when the list is made; those of later may be announced already.
function standardNow(model) {
  const now = `${checked}T00:00:00Z`;
  return model.prices.filter((s) => !s.hours && !s.retracted && !s.service_tier
    && (!s.from || s.from <= now) && (!s.to || now < s.to)).at(-1);
}

// What litellm has under the model's name, or, where that has no tiers, under one of its dated names.
function litellmEntry(provider, model) {
  const names = [model.model, ...model.names.filter((n) => !/[~*]$/.test(n))];
  const found = (LITELLM_PREFIXES[provider] ?? []).flatMap((p) => names.map((n) => litellm[p + n])).filter((e) => e);
  return found.find((e) => Object.keys(e).some((k) => HAS_TIER.test(k)));
}

// A tier of prices that are announced: the half of them is known, no other part.
function later(set, standard, next) {
  const half = (m) => set[m] !== undefined && Number(set[m]) * 2 === Number(standard[m]) && next[m] !== undefined;
  if (next.tiers || !half('input')) return null;
  return { from: next.from, ...(next.to && { to: next.to }), service_tier: set.service_tier, source: set.source,
           ...Object.fromEntries(Object.keys(next).filter(half).map((m) => [m, decimal(Number(next[m]) / 2)])) };
}

// Only where both sources agree on the standard price of input: else they speak of different things.
const tierReport = { models: 0, sets: 0, differ: [] };
function addTiers(provider, model) {
  const entry = litellmEntry(provider, model), standard = standardNow(model);
  if (!entry || !standard?.input || model.prices.some((s) => s.service_tier)) return model;
  if (decimal((entry.input_cost_per_token ?? 0) * 1e6) !== standard.input) {
    tierReport.differ.push(`${provider}/${model.model}`);
    return model;
  }
  const next = model.prices.filter((s) => !s.hours && !s.retracted && standard.to && s.from >= standard.to);
  const sets = Object.keys(TIERS).map((word) => tierSet(entry, word, standard)).filter((s) => s);
  model.prices.push(...sets.flatMap((s) => [
    { ...(standard.from && { from: standard.from }), ...(standard.to && { to: standard.to }), ...s },
    ...next.map((n) => later(s, standard, n)).filter((n) => n)]));
  tierReport.models += sets.length > 0;
  tierReport.sets += sets.length;
  return model;
}

// ---- regions -----------------------------------------------------------------------------------------------
// Azure's data zones and Bedrock's geographies and regions have prices of their own, which litellm lists as models:
// azure/eu/gpt-5, us-gov.anthropic.claude-…, bedrock/eu-west-2/…. Each becomes a model of that name, but where the source has names of
// that region itself. Of two prices of a region the higher one holds: for GovCloud the source
// repeats those of the commercial regions.
const REGIONS = {
  azure: /^azure\/((?:eu|us|us-gov|apac|global|global-standard)\/[^/]+)$/,
  aws: /^(?:bedrock\/((?:claude_platform|[a-z]{2}(?:-gov)?-[a-z]+-\d)\/[^/]+)|((?:us|eu|apac|ap|jp|au|ca|sa|me|af|us-gov|global)\.[^/]+))$/,
};

// A model's prices in litellm: {…} with its sizes, and one such set for each service tier.
function regionSets(entry) {
  const sets = new Map();
  for (const [key, value] of Object.entries(entry)) {
    const m = /^(.*?)(?:_above_(\d+)k_tokens)?(?:_(batches|flex|priority|ultrafast))?$/.exec(key), name = LITELLM_METERS[m[1]];
    if (!name || typeof value !== 'number') continue;
    if (!sets.has(m[3])) sets.set(m[3], { ...(m[3] && { service_tier: TIERS[m[3]] }), source: litellmSource, sizes: new Map() });
    const set = sets.get(m[3]);
    if (!m[2]) { set[name] = decimal(value * 1e6); continue; }
    const from = Number(m[2]) * 1000 + 1;
    if (!set.sizes.has(from)) set.sizes.set(from, { from_tokens: from });
    set.sizes.get(from)[name] = decimal(value * 1e6);
  }
  // a size without its price from the first token on is no price: the standard one holds there, as elsewhere
  return [...sets.values()].map(({ sizes, ...set }) => {
    const tiers = [...sizes.values()].sort((a, b) => a.from_tokens - b.from_tokens)
      .map((t) => Object.fromEntries(Object.entries(t).filter(([m]) => m === 'from_tokens' || set[m] !== undefined)))
      .filter((t) => Object.keys(t).length > 1);
    return tiers.length ? { ...set, tiers } : set;
  }).filter((set) => set.input !== undefined || set.output !== undefined);
}

// The name, and the stem of its versions: us-gov.anthropic.claude-sonnet-4-5-20250929~.
function regionNames(name) {
  const versioned = /^(.*?)-v\d+(:\d+)?$/.exec(name);
  return versioned ? [name, `${versioned[1]}~`] : [name];
}

function addRegions(provider, models) {
  if (!REGIONS[provider]) return models;
  const covers = (n, name) => n === name || (n.endsWith('~') && name.startsWith(n.slice(0, -1)) && /^(-v\d+)?(:\d+)?$/.test(name.slice(n.length - 1)));
  // Does the source name it? Where its price is the lower one, of several regions at once, it does not any more.
  const taken = (name, input) => {
    const m = models.find((x) => x.names.some((n) => covers(n, name)));
    if (!m || input <= Number(standardNow(m)?.input ?? 0)) return m !== undefined;
    m.names = m.names.filter((n) => !covers(n, name));
    return false;
  };
  const added = [];
  for (const [key, entry] of Object.entries(litellm)) {
    const m = REGIONS[provider].exec(key), name = m && (m[1] ?? m[2]).toLowerCase();
    const prices = name ? regionSets(entry) : [];
    if (!prices.length || prices[0].service_tier) continue;
    const gov = /^us-gov-[a-z]+-\d\/(.*)$/.exec(name);
    const own = [name, ...(gov ? [`us-gov.${gov[1]}`] : [])].filter((n) => !taken(n, Number(prices[0].input ?? 0)));
    if (own.length) added.push({ model: own[0], names: own.flatMap(regionNames),
                 ...(entry.max_input_tokens && { context_window: entry.max_input_tokens }), prices });
  }
  added.sort((a, b) => a.model.includes('/') - b.model.includes('/')); // us-gov.x itself before us-gov-west-1/x
  const names = new Set();
  for (const m of added) m.names = m.names.filter((n) => !names.has(n) && names.add(n));
  return [...models, ...added];
}

// Names of the provider ("called") or of its models ("makes") beside the source's.
function otherNames(provider, kind) {
  return corrections.filter((c) => c.provider === provider && c[kind])
    .flatMap((c) => { c.used = true; return c[kind]; });
}

// ---- models that the first source lacks ---------------------------------------------------------------------
// The Python package's, with the tiers that it lists for a price without a history; names that are taken stay whose
// they are. Prices by the hour of the day are left to corrections.json, since the source has no weekdays.
const TIER_OF = { batch: 'batch', flex: 'flex', priority: 'priority', fast: 'fast' };
function newerTiers(m) {
  if (Array.isArray(m.prices)) return [];
  return m.variants.flatMap((v) => {
    const [[key, word], ...others] = Object.entries(v.when);
    const tier = ['processing', 'service_tier', 'speed'].includes(key) && !others.length && TIER_OF[word];
    if (!tier || !Object.keys(v.prices).length || (v.constraint && v.constraint.type !== 'start_date')) return [];
    return [{ ...(v.constraint && { from: `${v.constraint.start_date}T00:00:00Z` }), service_tier: tier, ...priceSet(v.prices) }];
  });
}

function newerModel(m, taken) {
  const names = namesOf(m).filter((n) => !taken.has(n.toLowerCase()));
  const byHour = Array.isArray(m.prices) && m.prices.some((p) => p.constraint && p.constraint.type !== 'start_date');
  if (taken.has(m.id.toLowerCase()) || !names.length || byHour) return [];
  return [{ model: m.id, names, ...(m.context_window && { context_window: m.context_window }),
            ...(m.deprecated && { deprecated: true }), ...(m.price_comments && { note: m.price_comments }),
            prices: [...history(m.prices), ...newerTiers(m)].map((set) => ({ source: newerSource, ...set })) }];
}

// The prices of the first source's own models, where the newer one says otherwise and nobody corrects either. What it
// lists for times before a change stays as it is, so that no past request changes its price by that.
function renew(provider, model, was) {
  const now = newer.find((p) => p.id === provider)?.models.find((m) => m.id === model.model);
  const corrected = corrections.some((c) => c.provider === provider && c.prices && c.models?.includes(model.model));
  const byHour = now && Array.isArray(now.prices) && now.prices.some((p) => p.constraint && p.constraint.type !== 'start_date');
  if (!now || corrected || byHour || JSON.stringify(history(now.prices)) === JSON.stringify(history(was.prices))) return model;
  return { ...model, ...(now.price_comments && { note: now.price_comments }),
           prices: history(now.prices).map((set) => ({ source: newerSource, ...set })) };
}

function addNewer(provider, models) {
  const taken = new Set(models.flatMap((m) => [m.model, ...m.names]).map((n) => n.toLowerCase()));
  return [...models, ...(newer.find((p) => p.id === provider)?.models ?? []).flatMap((m) => newerModel(m, taken))];
}

// litellm's, of providers of whom genai-prices lists few. Not those that are paid by what no usage counts (images,
// seconds of video), nor those of which its numbers contradict the provider's.
const LITELLM_MODELS = {
  ai21: /^(jamba-.*)$/,
  anthropic: /^(claude-mythos-5(?:-1)?)$/,
  aws: /^(?:bedrock\/)?((?:ai21|amazon|anthropic|cohere|deepseek|google|meta|minimax|mistral|moonshot|moonshotai|nvidia|openai|qwen|writer|zai)\.[^/@]+)$/,
  cohere: /^(?:cohere\/)?((?:rerank|embed)-.*)$/,
  voyageai: /^voyage\/((?:rerank|voyage)-.*)$/,
};
const LITELLM_WRONG = /claude-3-7-sonnet-20240620|mythos-preview|embed-multilingual-light|^embed-english-light/;
const NOT_COUNTED = /_per_(image|pixel|video|audio|second|character|page)/;
const isOf = (provider, entry) => entry.litellm_provider.startsWith({ aws: 'bedrock', voyageai: 'voyage' }[provider] ?? provider);

function litellmSets(entry) {
  const sets = regionSets(entry);
  return entry.input_cost_per_query > 0 && entry.mode === 'rerank'
    ? [{ source: litellmSource, rerank_searches: decimal(entry.input_cost_per_query * 1000) }] : sets;
}

function addLitellm(provider, models) {
  if (!LITELLM_MODELS[provider]) return models;
  const covers = (n, name) => n === name || (n.endsWith('~') && name.startsWith(n.slice(0, -1)) && /^([-@].*)?$/.test(name.slice(n.length - 1)));
  const named = (m, name) => m.names.some((n) => covers(n, name) || covers(n, name.replace(/^[a-z0-9]+\.(?=[a-z])/, ''))
    || new RegExp(`\\.${name.replace(/-v\d+(:\d+)?$/, '').replace(/\./g, '\\.')}(?![.\\w])`).test(n)); // sold by region only: us.amazon.nova-2-lite
  const out = [...models];
  for (const [key, entry] of Object.entries(litellm)) {
    const name = LITELLM_MODELS[provider].exec(key)?.[1].toLowerCase();
    if (!name || !isOf(provider, entry) || LITELLM_WRONG.test(name) || !['chat', 'embedding', 'rerank'].includes(entry.mode)) continue;
    const others = Object.keys(entry).some((k) => NOT_COUNTED.test(k) && !/_per_image_token|_per_audio_token/.test(k) && entry[k]);
    const sets = litellmSets(entry);
    if (others || !sets.length || sets[0].service_tier || out.some((m) => named(m, name))) continue;
    out.push({ model: name, names: [name], ...(entry.max_input_tokens && { context_window: entry.max_input_tokens }),
               ...(entry.source && { note: entry.source }), prices: sets });
  }
  return out;
}

// What neither source has: {"provider", "note", "source", "new": [{model, names, prices, …}]};
// with "takes", names that the source has elsewhere.
function addOwn(provider, models) {
  return [...models, ...corrections.filter((c) => c.provider === provider && c.new).flatMap((c) => {
    c.used = true;
    for (const name of c.new.flatMap((m) => m.names)) {
      const whose = models.find((x) => x.names.includes(name));
      if (whose && !c.takes) throw new Error(`${provider}/${name} is ${whose.model}'s already`);
      if (whose) whose.names = whose.names.filter((n) => n !== name);
    }
    return c.new.map((m) => ({ ...m, note: m.note ?? c.note, prices: m.prices.map((set) => ({ source: c.source, ...set })) }));
  })];
}

function convert(p) {
  return {
    provider: p.id, name: p.name, source: sourceName, licence: about.license ?? 'MIT', checked,
    urls: p.pricing_urls ?? [], ...(p.price_comments && { note: p.price_comments }),
    called: [...new Set([...glob(p.provider_match), ...otherNames(p.id, 'called')])],
    makes: [...new Set([...glob(p.model_match), ...otherNames(p.id, 'makes')])],
    falls_back_to: p.fallback_model_providers ?? [], ...(REGIONS[p.id] && { regional: true }),
    ...Object.fromEntries(corrections.filter((c) => c.provider === p.id && c.us_percent)
      .map((c) => { c.used = true; return ['us_percent', c.us_percent]; })),
    models: addRegions(p.id, addLitellm(p.id, addOwn(p.id, addNewer(p.id, p.models.map((m) => renew(p.id, {
      model: m.id, names: namesOf(m),
      ...(m.context_window && { context_window: m.context_window }),
      ...(m.deprecated && { deprecated: true }),
      ...(m.price_comments && { note: m.price_comments }),
      prices: history(m.prices),
    }, m))))).map((m) => addFast(p.id, addTiers(p.id, correct(p.id, m))))),
  };
}

// A provider that the first source lacks: the Python package's, or one of corrections.json ("new_provider").
function others() {
  const known = new Set(providers.map((p) => p.id));
  const more = newer.filter((p) => !known.has(p.id) && p.provider_match)
    .map((p) => ({ ...convert({ ...p, models: [] }), source: newerSource, checked: newerChecked }));
  const own = corrections.filter((c) => c.new_provider).map((c) => ({
    ...convert({ id: c.provider, ...c.new_provider, models: [] }), source: c.source, licence: c.licence, checked: c.checked }));
  return [...more, ...own];
}

// One model a line: a change of price is a change of one line.
function print(p) {
  const { models, ...head } = p;
  const lines = Object.entries(head).map(([k, v]) => `  ${JSON.stringify(k)}: ${JSON.stringify(v)},`);
  return `{\n${lines.join('\n')}\n  "models": [\n${models.map((m) => `    ${JSON.stringify(m)}`).join(',\n')}\n  ]\n}\n`;
}

const sha256 = (text) => crypto.createHash('sha256').update(text).digest('hex');
const manifest = [
  '# The price list: one file a provider, written by sql/gen/prices_from_npm.mjs (make prices).',
  `# source: npm ${sourceName}, licence ${about.license ?? 'MIT'} (LICENSE beside this file)`,
  `# dist/index.js sha256 ${sha256(code)}`,
  `# models that it lacks: PyPI ${newerSource}, licence MIT (the same LICENSE), as prices_newer.py prints it sha256 ${sha256(newerText)}`,
  `# service tiers and regions: PyPI ${litellmSource}, licence MIT (LICENSE.litellm), model list sha256 ${sha256(litellmText)}`,
  `# corrections.json (by hand) sha256 ${sha256(fs.readFileSync(path.join(outDir, 'corrections.json')))}`,
  '# sha256  file  models',
];
for (const old of fs.readdirSync(outDir)) {
  if (old.endsWith('.json') && old !== 'corrections.json') fs.unlinkSync(path.join(outDir, old));
}
for (const converted of [...providers.map(convert), ...others()]) {
  const text = print(converted);
  fs.writeFileSync(path.join(outDir, `${converted.provider}.json`), text);
  manifest.push(`${sha256(text)}  ${converted.provider}.json  ${converted.models.length}`);
}
fs.copyFileSync(path.join(packageDir, 'LICENSE'), path.join(outDir, 'LICENSE'));
fs.copyFileSync(path.join(litellmDir, `litellm-${litellmVersion}.dist-info`, 'licenses', 'LICENSE'), path.join(outDir, 'LICENSE.litellm'));
console.log(`service tiers: ${tierReport.sets} price sets of ${tierReport.models} models; other standard prices: ${tierReport.differ.join(' ')}`);
fs.writeFileSync(path.join(outDir, 'MANIFEST'), `${manifest.join('\n')}\n`);
for (const c of corrections) if (!c.used) throw new Error(`correction of ${c.provider} ${c.models} fits no model`);

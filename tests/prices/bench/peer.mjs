// genai-prices in JavaScript on the work that run.py sends: CPU seconds of each round.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { readFileSync } from 'node:fs'
import path from 'node:path'

const require = createRequire(path.resolve(process.argv[2], 'x.js'))
const { calcPrice, extractUsage, findProvider } = await import(pathToFileURL(require.resolve('@pydantic/genai-prices')))
const work = JSON.parse(readFileSync(0, 'utf8'))
const at = new Date(work.at)
const cpu = start => { const c = process.cpuUsage(start); return (c.user + c.system) / 1e6 }

function costs() {
  let sum = 0
  for (const [providerId, model, usage] of work.requests) {
    const r = calcPrice(usage, model, { providerId, timestamp: at })
    if (r) sum += r.total_price
  }
  return sum
}
function usages() {
  let read = 0
  for (const [providerId, flavour, text] of work.bodies) {
    try { if (extractUsage(findProvider({ providerId }), JSON.parse(text), flavour).usage) read++ } catch { /* not one of its shapes */ }
  }
  return read
}
const out = { costs: [], usage: [], sum: costs(), read: usages() } // and warm
for (let i = 0; i < work.rounds; i++) {
  let start = process.cpuUsage()
  costs()
  out.costs.push(cpu(start))
  start = process.cpuUsage()
  usages()
  out.usage.push(cpu(start))
}
console.log(JSON.stringify(out))

// One instance of a handler, as Lambda would start it: imports it, answers requests, and says what that cost. What
// child.py is for the handlers in Python: the job comes as JSON in the argument, and what was measured is printed.

import { readFileSync } from 'node:fs';

// A compiler has to have seen a request this often before it is as fast as it gets.
const WARM_UP = 500;

function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function peakBytes() {
  // Linux hands maxRSS down from whoever started the process; what /proc says begins anew with it.
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'ascii'))[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

async function answerAll(handler, event, count, statuses) {
  for (let each = 0; each < count; each += 1) statuses.add((await handler(event)).statusCode);
}

async function measure({ handler: name, event, blocks, requests }) {
  const [module, member] = name.split('.');
  const handler = (await import(`./${module}.mjs`))[member];
  const imported = cpuSeconds();
  const statuses = new Set();
  await answerAll(handler, event, 1, statuses);
  // The clock that time.perf_counter() reads in Python.
  const answered = Number(process.hrtime.bigint()) / 1e9;
  const measured = { answered, imported, cpu: cpuSeconds(), memory: peakBytes(), warm: [] };
  if (blocks > 0) await answerAll(handler, event, WARM_UP, statuses);
  for (let block = 0; block < blocks; block += 1) {
    const before = cpuSeconds();
    await answerAll(handler, event, requests, statuses);
    measured.warm.push([(cpuSeconds() - before) / requests]);
  }
  return { ...measured, statuses: [...statuses].sort() };
}

console.log(JSON.stringify(await measure(JSON.parse(process.argv[2]))));
process.exit();

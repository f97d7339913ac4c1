// Preloaded into a process and its threads: adds a line to the file NOTES for each name that JavaScript looks up, and
// each host that it connects to. What native code does is seen by strace only (watched-process.ts).
const { appendFileSync } = require('node:fs');
const dns = require('node:dns');
const net = require('node:net');
const { syncBuiltinESMExports } = require('node:module');

const note = (line) => appendFileSync(process.env.NOTES, `${line}\n`);

for (const module of [dns, dns.promises]) {
  for (const [name, lookUp] of Object.entries(module)) {
    if (!/^(lookup|resolve|reverse)/.test(name)) continue;
    module[name] = new Proxy(lookUp, {
      apply(target, self, args) {
        // Listening at an address comes this way, too.
        if (!net.isIP(args[0])) note(`looked up ${args[0]}`);
        return Reflect.apply(target, self, args);
      },
    });
  }
}
syncBuiltinESMExports();

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...args) {
  // net.connect hands over its arguments as one array.
  const [to, host = 'localhost'] = Array.isArray(args[0]) ? args[0] : args;
  note(
    `connected to ${typeof to === 'object' ? (to.path ?? `${to.host ?? 'localhost'}:${to.port}`) : `${host}:${to}`}`,
  );
  return connect.apply(this, args);
};

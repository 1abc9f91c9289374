import net from 'node:net';

/**
 * Tests may talk to this machine only. A connection to any other host fails at once, with a sentence that
 * names it, instead of waiting for a network that is not there (or worse, is).
 */
const loopback = new Set(['127.0.0.1', '::1', 'localhost']);
const connect = Reflect.get(net.Socket.prototype, 'connect') as (...args: unknown[]) => net.Socket;

function readHost(args: unknown[]): string {
  const first: unknown = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (typeof first === 'object' && first !== null) {
    // Agents of node:http pass `path: null`; only a text is the path of a socket.
    const options = first as { host?: string; path?: string | null };
    return typeof options.path === 'string' ? 'localhost' : (options.host ?? 'localhost');
  }
  return typeof args[1] === 'string' ? args[1] : 'localhost';
}

net.Socket.prototype.connect = function guarded(this: net.Socket, ...args: unknown[]): net.Socket {
  const host = readHost(args);
  if (!loopback.has(host))
    throw new Error(`A test tried to reach ${host}; only loopback is allowed in tests.`);
  return Reflect.apply(connect, this, args);
};

// The work of a form: SHA-256 (FIPS 180-4) of short ASCII texts, by the hundred
// thousand. The browser's own is missing on
// pages that come by plain http, as onion services' do, and is asynchronous,
// which costs more than the hash itself for texts this short.

const K = new Int32Array(64); // signed words: those are what engines keep in registers
const START = new Int32Array(8);
{
  // The constants are the first 32 bits of the fractional parts of the cube
  // and square roots of the first primes.
  const fraction = (x) => ((x - Math.floor(x)) * 2 ** 32) | 0;
  let found = 0;
  for (let n = 2; found < 64; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
    if (!prime) continue;
    if (found < 8) START[found] = fraction(Math.sqrt(n));
    K[found++] = fraction(Math.cbrt(n));
  }
}

const w = new Int32Array(64);

function block(state, bytes, at) {
  for (let i = 0; i < 16; i++, at += 4) {
    w[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  }
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15], y = w[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
  }
  let a = state[0], b = state[1], c = state[2], d = state[3];
  let e = state[4], f = state[5], g = state[6], h = state[7];
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0;
    d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  state[0] += a; state[1] += b; state[2] += c; state[3] += d;
  state[4] += e; state[5] += f; state[6] += g; state[7] += h;
}

// hasher makes a function that gives how many zero bits the digest of an ASCII
// prefix followed by a whole number begins with. What the prefix fills whole
// blocks with is hashed once.
export function hasher(prefix) {
  const whole = prefix.length & ~63;
  const begun = new Int32Array(START);
  const head = new Uint8Array(whole);
  for (let i = 0; i < whole; i++) head[i] = prefix.charCodeAt(i);
  for (let at = 0; at < whole; at += 64) block(begun, head, at);
  const state = new Int32Array(8);
  const bytes = new Uint8Array(128);

  return (number) => {
    const text = String(number);
    let n = 0;
    bytes.fill(0);
    for (let i = whole; i < prefix.length; i++) bytes[n++] = prefix.charCodeAt(i);
    for (let i = 0; i < text.length; i++) bytes[n++] = text.charCodeAt(i);
    bytes[n] = 0x80;
    const end = n < 56 ? 64 : 128;
    const bits = (whole + n) * 8;
    bytes[end - 4] = bits >>> 24;
    bytes[end - 3] = bits >>> 16;
    bytes[end - 2] = bits >>> 8;
    bytes[end - 1] = bits;
    state.set(begun);
    for (let at = 0; at < end; at += 64) block(state, bytes, at);
    let zeros = 0;
    for (let i = 0; i < 8; i++) {
      zeros += Math.clz32(state[i]);
      if (state[i] !== 0) break;
    }
    return zeros;
  };
}

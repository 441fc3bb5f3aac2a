// The members of `api` that need nothing from outside, and which member is nearest to a name that is none. Names are published, shapes mostly are not [S names; I shapes].
((told) => {
  'use strict';
  const { pure, closed } = told;
  const group = (label, members) =>
    closed(`api.${label}`, Object.fromEntries(Object.entries(members).map(([name, work]) => [name, pure(`api.${label}.${name}`, work)])));
  const need = (fine, words) => {
    if (!fine) throw new TypeError(words);
  };
  const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
  const lookUp = (data, path) => path.split('.').reduce((at, name) => (at !== null && at !== undefined && Object.hasOwn(Object(at), name) ? at[name] : undefined), data);

  // Arithmetic, comparison, logic, ?: and dotted names, read here by descent: never handed to the engine as code.
  const TOKEN = /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*|\[\d+\])*)|(===|!==|\*\*|==|!=|<=|>=|&&|\|\||\?\?|[-+*\/%<>!?:()]))/y;
  const LEVELS = [['??'], ['||'], ['&&'], ['===', '!==', '==', '!='], ['<', '<=', '>', '>='], ['+', '-'], ['*', '/', '%']];
  const WORK = {
    '===': (a, b) => a === b, '!==': (a, b) => a !== b, '==': (a, b) => a == b, '!=': (a, b) => a != b, // eslint-disable-line eqeqeq
    '<': (a, b) => a < b, '<=': (a, b) => a <= b, '>': (a, b) => a > b, '>=': (a, b) => a >= b,
    '+': (a, b) => a + b, '-': (a, b) => a - b, '*': (a, b) => a * b, '/': (a, b) => a / b, '%': (a, b) => a % b,
    '??': (a, b) => a ?? b, '||': (a, b) => a || b, '&&': (a, b) => a && b,
  };
  const WORDS = { true: true, false: false, null: null, undefined: undefined };
  const tokens = (text) => {
    const found = [];
    TOKEN.lastIndex = 0;
    for (let at = 0; at < text.trimEnd().length; at = TOKEN.lastIndex) {
      const token = TOKEN.exec(text);
      need(token, `"${text.slice(at, at + 20).trim()}" makes no sense in an expression`);
      found.push(token);
    }
    return found;
  };
  const evaluate = (text, variables = {}) => {
    need(typeof text === 'string', 'the expression must be text');
    const rest = tokens(text);
    const sign = () => rest[0]?.[4];
    const expect = (word) => need(rest.shift()?.[4] === word, `"${word}" is missing`);
    const choice = () => {
      const test = level(0);
      if (sign() !== '?') return test;
      rest.shift();
      const yes = choice();
      expect(':');
      const no = choice();
      return test ? yes : no;
    };
    const level = (depth) => {
      if (depth === LEVELS.length) return unary();
      let left = level(depth + 1);
      while (LEVELS[depth].includes(sign())) left = WORK[rest.shift()[4]](left, level(depth + 1));
      return left;
    };
    const unary = () => {
      if (sign() === '-') return rest.shift(), -unary();
      if (sign() === '!') return rest.shift(), !unary();
      const base = value();
      return sign() === '**' ? (rest.shift(), base ** unary()) : base;
    };
    const value = () => {
      const token = rest.shift();
      need(token, 'the expression ends too early');
      if (token[1]) return Number(token[1]);
      if (token[2]) return token[2].slice(1, -1).replace(/\\(.)/g, '$1');
      if (token[3]) return Object.hasOwn(WORDS, token[3]) ? WORDS[token[3]] : lookUp(variables, token[3].replace(/\[(\d+)\]/g, '.$1'));
      need(token[4] === '(', `"${token[4]}" makes no sense here`);
      const inside = choice();
      expect(')');
      return inside;
    };
    const result = choice();
    need(rest.length === 0, `"${rest[0]?.[0].trim()}" makes no sense here`);
    return result;
  };

  const merge = (...parts) =>
    parts.reduce((whole, part) => {
      need(isObject(part), 'only objects can be merged');
      for (const [name, value] of Object.entries(part)) {
        const into = isObject(value) && isObject(whole[name]) ? merge(whole[name], value) : value;
        Object.defineProperty(whole, name, { value: into, enumerable: true, configurable: true, writable: true });
      }
      return whole;
    }, {});

  const formatDate = (date, format, zone) => {
    const at = date === undefined ? new Date() : new Date(date);
    need(!Number.isNaN(at.getTime()), `${String(date)} is not a date`);
    need(zone === undefined || zone === 'UTC', 'time zones need Intl, which the local workspace has not: only UTC can be written');
    if (format === undefined || format === 'ISO') return at.toISOString();
    need(typeof format === 'string', 'the format must be text, for example "YYYY-MM-DD HH:mm"; locales need Intl, which the local workspace has not');
    const part = (name, length = 2) => String(at[`getUTC${name}`]()).padStart(length, '0');
    const parts = {
      YYYY: part('FullYear', 4), MM: String(at.getUTCMonth() + 1).padStart(2, '0'), DD: part('Date'),
      HH: part('Hours'), mm: part('Minutes'), ss: part('Seconds'), SSS: part('Milliseconds', 3),
    };
    return format.replace(/YYYY|yyyy|SSS|MM|DD|dd|HH|mm|ss/g, (word) => parts[word] ?? parts[word.toUpperCase()]);
  };

  const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const encode = (text) => {
    const bytes = unescape(encodeURIComponent(String(text).toWellFormed()));
    let out = '';
    for (let i = 0; i < bytes.length; i += 3) {
      const bits = (bytes.charCodeAt(i) << 16) | ((bytes.charCodeAt(i + 1) || 0) << 8) | (bytes.charCodeAt(i + 2) || 0);
      for (let j = 0; j < 4; j++) out += i + j > bytes.length ? '=' : LETTERS[(bits >> (18 - 6 * j)) & 63];
    }
    return out;
  };
  const decode = (text) => {
    const plain = String(text).replace(/-/g, '+').replace(/_/g, '/').replace(/[\s=]/g, '');
    need(/^[A-Za-z0-9+/]*$/.test(plain) && plain.length % 4 !== 1, 'this is not base64');
    let bytes = '';
    for (let i = 0, bits = 0; i < plain.length; i++) {
      bits = (bits << 6) | LETTERS.indexOf(plain[i]);
      if (i % 4 > 0) bytes += String.fromCharCode((bits >> (6 - 2 * (i % 4))) & 255);
    }
    try {
      return decodeURIComponent(escape(bytes));
    } catch {
      return bytes; // not UTF-8: one character for each byte
    }
  };

  const field = (value, delimiter) => {
    const text = value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
    return /["\r\n]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const toCSV = (rows, { columns, delimiter = ',' } = {}) => {
    need(Array.isArray(rows) && rows.every((row) => row !== null && typeof row === 'object'), 'rows must be a list of objects');
    const names = columns ?? [...new Set(rows.flatMap((row) => Object.keys(row)))];
    return [names, ...rows.map((row) => names.map((name) => row[name]))].map((line) => line.map((value) => field(value, delimiter)).join(delimiter)).join('\n');
  };

  const numbers = (work) => (list) => {
    need(Array.isArray(list) && list.every((one) => typeof one === 'number'), 'a list of numbers is expected');
    return work(list);
  };
  const sum = (list) => list.reduce((total, one) => total + one, 0);
  const median = (list) => {
    const sorted = [...list].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length === 0 ? null : sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  };
  const round = (value, digits = 0) => Number(`${Math.round(Number(`${value}e${digits}`))}e${-digits}`);
  const hex = (digits) => Array.from({ length: digits }, () => Math.floor(Math.random() * 16).toString(16)).join('');

  const chunk = (list, size) => {
    need(Array.isArray(list), 'the first argument must be a list');
    need(Number.isInteger(size) && size > 0, 'the size must be a whole number above 0');
    return Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));
  };
  const renderTemplate = (template, data = {}) => {
    need(typeof template === 'string', 'the template must be text');
    return template.replace(/\{\{\{?\s*([\w$]+(?:\.[\w$]+)*)\s*\}?\}\}/g, (_, path) => {
      const value = lookUp(data, path);
      return value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
    });
  };

  const distance = (a, b) => {
    let row = [...Array(b.length + 1).keys()];
    for (let i = 1; i <= a.length; i++) {
      const next = [i];
      for (let j = 1; j <= b.length; j++) next[j] = Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      row = next;
    }
    return row[b.length];
  };
  const near = (word, words) => {
    const found = words.map((one) => [distance(word.toLowerCase(), one.toLowerCase()), one]).sort((a, b) => a[0] - b[0])[0];
    return found[0] <= Math.max(2, word.length / 3) ? found[1] : undefined;
  };

  const plain = {
    chunk, merge, formatDate, evaluate, renderTemplate, toCSV,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[Math.floor(Math.random() * 4)]}${hex(3)}-${hex(12)}`,
    toJSON: (value, indent) => JSON.stringify(value, null, indent),
  };
  return {
    near,
    ...Object.fromEntries(Object.entries(plain).map(([name, work]) => [name, pure(`api.${name}`, work)])),
    base64: group('base64', { encode, decode }),
    math: group('math', {
      sum: numbers(sum), average: numbers((list) => (list.length ? sum(list) / list.length : null)), median: numbers(median),
      min: numbers((list) => (list.length ? list.reduce((a, b) => Math.min(a, b)) : null)),
      max: numbers((list) => (list.length ? list.reduce((a, b) => Math.max(a, b)) : null)), round,
      abs: Math.abs, ceil: Math.ceil, floor: Math.floor, pow: Math.pow, sqrt: Math.sqrt, random: () => Math.random(),
    }),
  };
})

'use strict';

const EVERY = 2000;
const WHOLE = 30;   // every so many answers carry all points
const POINTS = { seconds: 600, minutes: 1440 };

const texts = {
  en: {
    other: 'العربية', direction: 'ltr', title: 'real time', live: 'live', lost: 'not connected; trying again', connecting: 'connecting',
    download: 'Download the log', who: 'Log in as an owner or admin to see the monitor.', email: 'E-mail address', password: 'Password', enter: 'Log in',
    unreachable: 'The server could not be reached.', forbidden: 'This login may not see the monitor.',
    connections: 'connections', messages: 'messages received', uptime: 'running for', memory: 'memory', total: 'connections in all', left: 'gone',
    alive: 'answer', dead: 'do not answer', delivered: 'messages delivered', broadcasts: 'messages encoded', buffered: 'waiting for clients',
    overloaded: 'slow clients', load: 'load', cpu: 'processor time', errors: 'errors', lastError: 'last error', none: 'none', version: 'version',
    unauthorizedAttempts: 'no valid proof', rateLimitViolations: 'over the limit', invalidOrigins: 'other sites', expiredHandshakes: 'signed too long ago',
    invalidSignatures: 'wrong signatures', oversizedMessages: 'too big', blockedAddresses: 'blocked addresses', tooManyConnections: 'too many',
    protocolViolations: 'broken protocol', slowClosed: 'closed as slow', clients: 'Clients', security: 'Security log', end: 'End', endSure: 'Really end?',
    chartConnections: 'Connections', chartMessages: 'Messages delivered in each', chartMemory: 'Memory (MiB)', seconds: 'Last 10 minutes: show 24 hours',
    minutes: 'Last 24 hours: show 10 minutes',
    columns: { id: '#', ip: 'address', user: 'person', proof: 'by', connected: 'here for', lastPing: 'last answer', rttMs: 'round trip', buffered: 'waiting',
      received: 'received', sent: 'sent', violations: 'violations', subscriptions: 'subscriptions' },
    alert: { memory: 'Memory is at {v} MiB; the limit is {l}.', buffered: '{v} MiB wait for clients; the limit is {l}.',
      refused: '{v} clients were refused in a minute; the limit is {l}.', slow: '{v} slow clients were closed in a minute; the limit is {l}.' },
    what: { blocked_address: 'address blocked', bad_origin: 'page of another site', unauthorised: 'no valid proof', expired_handshake: 'signed too long ago',
      bad_signature: 'wrong signature', too_many: 'too many connections', rate_limited: 'too many messages', oversized: 'too big', violation: 'broken protocol',
      slow: 'too slow', kicked: 'ended by an administrator' },
  },
  ar: {
    other: 'English', direction: 'rtl', title: 'الوقت الحقيقي', live: 'مباشر', lost: 'غير متصل؛ تُعاد المحاولة', connecting: 'جارٍ الاتصال',
    download: 'تنزيل السجل', who: 'سجّل الدخول كمالك أو مدير لعرض المراقبة.', email: 'البريد الإلكتروني', password: 'كلمة المرور', enter: 'تسجيل الدخول',
    unreachable: 'تعذّر الوصول إلى الخادم.', forbidden: 'لا يحق لهذا الحساب عرض المراقبة.',
    connections: 'الاتصالات', messages: 'الرسائل الواردة', uptime: 'مدة التشغيل', memory: 'الذاكرة', total: 'مجموع الاتصالات', left: 'غادرت',
    alive: 'تستجيب', dead: 'لا تستجيب', delivered: 'الرسائل المُسلَّمة', broadcasts: 'الرسائل المُرمَّزة', buffered: 'بانتظار العملاء',
    overloaded: 'عملاء بطيئون', load: 'الحِمل', cpu: 'زمن المعالج', errors: 'الأخطاء', lastError: 'آخر خطأ', none: 'لا يوجد', version: 'الإصدار',
    unauthorizedAttempts: 'دون إثبات صالح', rateLimitViolations: 'تجاوز الحد', invalidOrigins: 'مواقع أخرى', expiredHandshakes: 'توقيع قديم',
    invalidSignatures: 'توقيع خاطئ', oversizedMessages: 'كبيرة جدًا', blockedAddresses: 'عناوين محظورة', tooManyConnections: 'اتصالات كثيرة',
    protocolViolations: 'خرق البروتوكول', slowClosed: 'أُغلقت لبطئها', clients: 'العملاء', security: 'سجل الأمان', end: 'إنهاء', endSure: 'إنهاء فعلًا؟',
    chartConnections: 'الاتصالات', chartMessages: 'الرسائل المُسلَّمة في كل فترة', chartMemory: 'الذاكرة (ميبيبايت)', seconds: 'آخر 10 دقائق: عرض 24 ساعة',
    minutes: 'آخر 24 ساعة: عرض 10 دقائق',
    columns: { id: '#', ip: 'العنوان', user: 'الشخص', proof: 'بواسطة', connected: 'منذ', lastPing: 'آخر استجابة', rttMs: 'زمن الذهاب والإياب', buffered: 'بالانتظار',
      received: 'وارد', sent: 'صادر', violations: 'مخالفات', subscriptions: 'الاشتراكات' },
    alert: { memory: 'الذاكرة {v} ميبيبايت، والحد {l}.', buffered: 'ينتظر العملاء {v} ميبيبايت، والحد {l}.', refused: 'رُفض {v} من العملاء خلال دقيقة، والحد {l}.',
      slow: 'أُغلق {v} من العملاء البطيئين خلال دقيقة، والحد {l}.' },
    what: { blocked_address: 'عنوان محظور', bad_origin: 'صفحة موقع آخر', unauthorised: 'دون إثبات صالح', expired_handshake: 'توقيع قديم',
      bad_signature: 'توقيع خاطئ', too_many: 'اتصالات كثيرة', rate_limited: 'رسائل كثيرة', oversized: 'كبيرة جدًا', violation: 'خرق البروتوكول', slow: 'بطيء جدًا',
      kicked: 'أنهاه مدير' },
  },
};

const element = (id) => document.getElementById(id);
let language = navigator.language.startsWith('ar') ? 'ar' : 'en';
let range = 'seconds';
let points = { seconds: [], minutes: [] };
let latest = null;
let state = 'connecting';
let socket = null;
let failures = 0;

const text = () => texts[language];
const make = (tag, content, name) => {
  const made = document.createElement(tag);
  made.textContent = content;
  if (name) made.className = name;
  return made;
};
const size = (bytes) => bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1048576).toFixed(1)} MiB`;

function showTexts() {
  document.documentElement.lang = language;
  document.documentElement.dir = text().direction;
  element('language').textContent = text().other;
  for (const one of document.querySelectorAll('[data-text]')) one.textContent = text()[one.dataset.text];
  element('head').replaceChildren(...Object.values(text().columns).map((name) => make('th', name)), make('th', ''));
  element('range').textContent = text()[range];
  showState();
  if (latest) show();
}

function showState() {
  element('status').textContent = text()[state];
  element('status').dataset.state = state;
}

function setState(next) {
  state = next;
  showState();
}

function card(id, value, label) {
  const made = make('div', '', 'card');
  const figure = make('b', String(value));
  figure.id = `figure-${id}`;
  made.append(figure, make('span', label));
  return made;
}

function showCards() {
  const { server, connections, messages, errors, system, buffer, security } = latest;
  const t = text();
  element('cards').replaceChildren(
    card('connections', connections.current, t.connections), card('messages', messages.received, t.messages),
    card('uptime', server.uptimeFormatted, t.uptime), card('memory', size(system.memory.rss), t.memory));
  const load = system.cpu.loadAvg.map((one) => one.toFixed(2)).join(' ');
  element('details').replaceChildren(
    card('total', connections.total, t.total), card('left', connections.disconnections, t.left), card('alive', connections.alive, t.alive),
    card('dead', connections.dead, t.dead), card('delivered', messages.delivered, t.delivered), card('broadcasts', messages.broadcasts, t.broadcasts),
    card('buffered', size(buffer.totalBuffered), t.buffered), card('overloaded', buffer.overloaded, t.overloaded),
    card('load', `${load} / ${system.cpu.cores}`, t.load), card('cpu', `${system.cpu.seconds.toFixed(1)} s`, t.cpu),
    card('errors', errors.total, t.errors), card('lastError', errors.last ? errors.last.message : t.none, t.lastError), card('version', server.version, t.version),
    ...Object.entries(security).map(([name, value]) => card(name, value, t[name])));
}

function showClients() {
  const columns = Object.keys(text().columns);
  const cell = (client, name) => {
    const value = client[name];
    if (value === undefined) return '–';
    if (name === 'buffered') return size(value);
    if (name === 'rttMs') return `${value.toFixed(1)} ms`;
    if (name === 'connected' || name === 'lastPing') return `${value} s`;
    return name === 'subscriptions' ? value.join(', ') : name === 'user' ? value.slice(-8) : value;
  };
  // The button that is being pressed stays where it is.
  const asked = element('clients').querySelector('button[data-sure]')?.dataset.client;
  element('clients').replaceChildren(...latest.clients.map((client) => {
    const row = make('tr', '');
    row.dataset.client = client.id;
    row.append(...columns.map((name) => make('td', cell(client, name), name === 'subscriptions' ? 'wrap' : '')));
    const button = make('button', String(client.id) === asked ? text().endSure : text().end);
    button.type = 'button';
    button.dataset.client = client.id;
    if (String(client.id) === asked) button.dataset.sure = 'yes';
    const last = make('td', '');
    last.append(button);
    row.append(last);
    return row;
  }));
}

function showSecurity() {
  element('security').replaceChildren(...latest.securityLog.slice(0, 100).map((entry) => {
    const row = make('tr', '');
    row.append(make('td', new Date(entry.at).toLocaleTimeString(language)), make('td', text().what[entry.what]), make('td', entry.address),
      make('td', entry.detail, 'wrap'));
    return row;
  }));
}

function draw(id, values) {
  const canvas = element(id);
  const context = canvas.getContext('2d');
  const { width, height } = canvas;
  const most = Math.max(1, ...values);
  context.clearRect(0, 0, width, height);
  context.fillStyle = '#9fb0c3';
  context.font = '12px system-ui, sans-serif';
  context.fillText(most < 10 ? most.toFixed(1) : String(Math.round(most)), 4, 14);
  if (values.length === 0) return;
  const x = (index) => width - (values.length - 1 - index) * (width / (POINTS[range] - 1));
  const y = (value) => height - 4 - (value / most) * (height - 24);
  context.beginPath();
  values.forEach((value, index) => context.lineTo(x(index), y(value)));
  context.strokeStyle = '#35c48f';
  context.lineWidth = 1.5;
  context.stroke();
  context.lineTo(x(values.length - 1), height);
  context.lineTo(x(0), height);
  context.fillStyle = '#35c48f22';
  context.fill();
}

function showCharts() {
  const shown = points[range];
  draw('chart-connections', shown.map((one) => one.connections));
  draw('chart-messages', shown.map((one) => one.delivered));
  draw('chart-memory', shown.map((one) => one.rss / 1048576));
}

function show() {
  element('alerts').replaceChildren(...latest.alerts.map((alert) =>
    make('p', text().alert[alert.kind].replace('{v}', alert.value).replace('{l}', alert.limit), 'alert')));
  showCards();
  showCharts();
  showClients();
  showSecurity();
  element('monitor').dataset.at = latest.server.timestamp;
}

/** Puts what is newer behind what is there; minutes come whole, once in a while. */
function remember(fresh, whole) {
  if (whole) points = fresh;
  else points.seconds.push(...fresh.seconds.filter((one) => !points.seconds.length || one.at > points.seconds.at(-1).at));
  points.seconds = points.seconds.slice(-POINTS.seconds);
}

function connect() {
  setState('connecting');
  socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`);
  let timer = 0;
  let asked = 0;
  const ask = () => {
    const whole = asked++ % WHOLE === 0;
    socket.send(JSON.stringify({ type: 'get_monitor', id: whole ? 'whole' : 'part', history: whole }));
  };
  socket.onopen = () => {
    ask();
    timer = setInterval(() => { if (socket.readyState === WebSocket.OPEN) ask(); }, EVERY);
  };
  socket.onmessage = (event) => {
    const frame = JSON.parse(event.data);
    if (frame.type === 'error' && frame.data.code === 'forbidden') return refuse(text().forbidden);
    if (frame.type !== 'monitor') return;
    failures = 0;
    latest = frame.data;
    remember(latest.history, frame.id === 'whole');
    element('monitor').hidden = element('log').hidden = false;
    setState('live');
    show();
  };
  socket.addEventListener('close', () => clearInterval(timer));
  socket.onclose = () => {
    setState('lost');
    const wait = Math.random() * Math.min(30000, 1000 * 2 ** failures++);
    setTimeout(begin, 500 + wait);
  };
}

function refuse(why) {
  socket.onclose = null;
  socket.close(1000);
  element('login').hidden = false;
  element('refused').textContent = why;
  setState('lost');
}

/** A browser does not say why a WebSocket was refused, so the same is asked by HTTP first. */
async function begin() {
  try {
    const response = await fetch('/api/auth/me');
    if (response.ok) return void connect();
    element('monitor').hidden = element('log').hidden = true;
    element('login').hidden = false;
  } catch {
    setState('lost');
    setTimeout(begin, 500 + Math.random() * Math.min(30000, 1000 * 2 ** failures++));
  }
}

element('login').addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = event.target.querySelector('button');
  const wish = { ...Object.fromEntries(new FormData(event.target)), kind: 'cookie' };
  button.disabled = true;
  element('refused').textContent = '';
  try {
    const response = await fetch('/api/auth/login', {
      method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Waqtor-Request': '1' }, body: JSON.stringify(wish),
    });
    const answer = await response.json();
    if (answer.success) {
      element('login').hidden = true;
      event.target.reset();
      connect();
    } else element('refused').textContent = answer.error.message;
  } catch {
    element('refused').textContent = text().unreachable;
  }
  button.disabled = false;
});

element('clients').addEventListener('click', async (event) => {
  const { client, sure } = event.target.dataset;
  if (!client || event.target.tagName !== 'BUTTON') return;
  if (!sure) {
    event.target.dataset.sure = 'yes';
    event.target.textContent = text().endSure;
    return;
  }
  event.target.disabled = true;
  await fetch(`/api/ws-clients/${client}`, { method: 'DELETE', headers: { 'X-Waqtor-Request': '1' } });
  delete event.target.dataset.sure;
});

element('language').addEventListener('click', () => {
  language = language === 'ar' ? 'en' : 'ar';
  showTexts();
});

element('range').addEventListener('click', () => {
  range = range === 'seconds' ? 'minutes' : 'seconds';
  showTexts();
});

showTexts();
begin();

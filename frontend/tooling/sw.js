// The page without the service: it opens, keeps its look and says that the service cannot be
// reached. Answers of the service are never kept. `tooling/service-worker.ts` fills in the names.
const CACHE = 'page-__VERSION__';
const FILES = __FILES__;

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(dropOthers().then(() => self.clients.claim()));
});

async function dropOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) {
    return;
  }
  if (request.mode === 'navigate' && pathname === '/') {
    event.respondWith(pageFirstFromNetwork(request));
  } else if (FILES.includes(pathname) || pathname.startsWith('/assets/')) {
    // Also of another version, whose worker waits: names there hold a hash of their content.
    event.respondWith(kept(request));
  }
});

// What a gateway says for a page that is away.
const AWAY = [502, 503, 504];

// As long as the page itself waits to hear whether the service is there (`src/lib/useService.ts`).
const PATIENCE_MS = 4_000;

// Always the newest page where there is one: its scripts have names of their own. A service that
// takes the request and never answers is as good as away.
async function pageFirstFromNetwork(request) {
  const coming = fetch(request);
  const late = new Promise((done) => setTimeout(done, PATIENCE_MS));
  try {
    const answer = await Promise.race([coming, late]);
    return answer && !AWAY.includes(answer.status)
      ? answer
      : ((await caches.match('/')) ?? (await coming));
  } catch {
    return (await caches.match('/')) ?? Response.error();
  }
}

async function kept(request) {
  return (await caches.match(request, { ignoreSearch: true })) ?? fetch(request);
}

// npm ci --ignore-scripts && npm run make: writes every file of tests/vectors/ again.
for (const part of ['tokens', 'crypto', 'codec', 'noise', 'signal', 'media', 'appstate', 'pairing', 'messages', 'corpus']) await import(`./${part}.mjs`);

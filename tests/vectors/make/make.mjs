// npm ci --ignore-scripts && npm run make: writes every file of tests/vectors/ again.
for (const part of ['tokens', 'crypto', 'codec', 'noise', 'signal', 'media', 'appstate', 'pairing']) await import(`./${part}.mjs`);

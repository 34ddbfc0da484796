// Bun's server (uWebSockets): every client is subscribed to one topic.
const { publishPort } = require("./publish.js");

const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: (request, it) => (it.upgrade(request) ? undefined : new Response("", { status: 400 })),
  websocket: {
    perMessageDeflate: process.argv[2] === "deflate",
    idleTimeout: 960,
    open: (client) => client.subscribe("all"),
    message: () => undefined,
  },
});
publishPort((text) => server.publish("all", text, process.argv[2] === "deflate")).then((publish) => console.log(`port ${server.port}\npublish ${publish}`));

// GET /health as WaQtor answers it, on Fastify with a response schema (its fast way to write JSON) and its log off.
"use strict";
const fastify = require("fastify")({ logger: false });

const fields = {
  status: { type: "string" },
  timestamp: { type: "string" },
  service: { type: "string" },
  version: { type: "string" },
};
const schema = {
  response: {
    200: {
      type: "object",
      properties: { success: { type: "boolean" }, data: { type: "object", properties: fields }, ...fields },
    },
  },
};

fastify.get("/health", { schema }, async () => {
  const health = { status: "ok", timestamp: new Date().toISOString(), service: "Waqtor API", version: "0.1.0" };
  return { success: true, data: health, ...health };
});

fastify.listen({ port: 0, host: "127.0.0.1" }).then(() => console.log(`port ${fastify.server.address().port}`));

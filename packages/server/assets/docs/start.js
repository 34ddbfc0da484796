// Starts the page; a file of its own because the page's policy allows no inline script.
SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  validatorUrl: null,
  tryItOutEnabled: false,
  persistAuthorization: false,
  requestInterceptor: (request) => {
    request.headers["X-Waqtor-Request"] = "1";
    return request;
  },
});

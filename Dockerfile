# The package, built from its sources.
FROM node:20-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY src ./src
RUN npm run build
RUN npm prune --omit=dev --no-audit --no-fund

# What runs: node, the built package and its data.
FROM node:20-slim
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY fixtures ./fixtures
COPY scenarios ./scenarios
USER node
# A container has to listen on all of its addresses to be reached; everywhere else the default is loopback.
ENV FAKE_KS_HOST=0.0.0.0 FAKE_KS_PORT=9090
EXPOSE 9090
HEALTHCHECK --interval=5s --timeout=5s --start-period=10s --retries=6 CMD ["node", "dist/cli.js", "healthcheck"]
ENTRYPOINT ["node", "dist/cli.js"]
CMD ["serve"]

# The viewer, from the built package: this repository after `npm ci`, or node_modules/sluice (SLUICE_PACKAGE in .env names the folder).
FROM node:24.21.0-bookworm-slim
WORKDIR /opt/sluice
# With its lock file where there is one. What steps use, training and plots, is no part of the viewer.
COPY package*.json ./
RUN npm install --omit=dev --omit=peer --ignore-scripts --no-audit --no-fund --no-update-notifier && npm cache clean --force
COPY bin bin
COPY dist dist
# By them the command knows its own folder.
COPY templates templates
# A new volume takes its owner from the folder that it covers.
RUN chmod +x bin/sluice.js && ln -s /opt/sluice/bin/sluice.js /usr/local/bin/sluice \
 && mkdir -p /project /data && chown node:node /data
ENV NODE_ENV=production SLUICE_HOME=/data
USER node
WORKDIR /project
EXPOSE 7717
ENTRYPOINT ["sluice"]

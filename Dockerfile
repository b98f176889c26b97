# One image for the web server, the worker and the timetable; docker-compose.yml starts each.
# `manage.py run`, for a machine of one's own, is the one command that does not work in it: what it
# needs (honcho, psutil, the servers in wheels) is in requirements/dev.txt only.

# The stylesheet and the script. Nothing of Node reaches the image below.
FROM node:22-bookworm-slim AS assets
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY static/src static/src
RUN npm run build


# The Python packages, every one checked against its hash.
FROM python:3.11-slim-bookworm AS packages
COPY requirements/base.txt .
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes --requirement base.txt


FROM python:3.11-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    VAR_DIR=/var/lib/days-of-action

# VAR_DIR holds the timetable's note of what it last sent, and nothing else in here. It is made
# here so that a volume on it belongs to the user.
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin app \
    && install --directory --owner app --mode 700 "$VAR_DIR"

WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY . .
COPY --from=assets /app/static/dist static/dist
# Static files are the same in each mode, so the build needs no secret. The code stays root's: the
# process that serves it cannot change it.
RUN VAR_DIR=/tmp/build python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf /tmp/build

USER app
EXPOSE 8000

# /health/ answers over plain HTTP, but only to a name that is allowed, so it asks by the first.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as http; host = os.environ.get('ALLOWED_HOSTS', 'localhost').split(',')[0].strip().lstrip('.').replace('*', 'localhost'); http.urlopen(http.Request('http://127.0.0.1:8000/health/', headers={'Host': host}), timeout=4)"]

# Its heartbeat files lie in memory, since a slow disk can make it take a worker for dead.
CMD ["gunicorn", "--config", "python:config.gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]

# Grail's web and worker. Runs as a user of its own on a read-only file system; state goes to /data.
FROM python:3.13-slim AS build
RUN python -m venv /venv
COPY .ci/requirements.txt /requirements.txt
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r /requirements.txt

FROM python:3.13-slim
RUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data grail && install -d -o grail -g grail /data
COPY --from=build /venv /venv
WORKDIR /grail
COPY bot bot
COPY handlers handlers
COPY config.yaml config.yaml
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 GRAIL_DATA=/data HOST=0.0.0.0 PORT=8000
USER grail
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["web", "--log-format", "json"]

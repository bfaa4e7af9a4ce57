FROM python:3.11-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements/app.txt /requirements.txt
RUN python -m venv /venv && /venv/bin/pip install --require-hashes -r /requirements.txt

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /srv/forum forum \
    && install -d -o forum -g forum /srv/forum/instance
WORKDIR /srv/forum
COPY --from=packages /venv /venv
COPY wsgi.py gunicorn.conf.py ./
COPY migrations migrations
COPY moderation moderation
COPY reputation reputation
COPY community community
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    FLASK_APP=wsgi \
    FORUM_BIND=0.0.0.0:8000 \
    FORUM_INSTANCE_PATH=/srv/forum/instance
USER forum
EXPOSE 8000
VOLUME /srv/forum/instance
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "wsgi:app"]

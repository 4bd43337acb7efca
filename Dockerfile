# Two stages: the first installs and compiles, the second only runs. BASE needs Python 3.11 or newer with venv.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python3 -m venv /opt/sokcho
WORKDIR /src
COPY requirements.lock ./
RUN /opt/sokcho/bin/pip install --require-hashes --no-deps -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY routing routing
COPY gtfs gtfs
COPY api api
# Image layers keep whole seconds of a file's time, and numba drops compiled code whose source has another time.
RUN /opt/sokcho/bin/pip install --no-deps --no-build-isolation --no-index . \
    && find /opt/sokcho -name '*.py' -exec touch --date=@1700000000 {} +
# The image may run on another processor than the one that built it.
ENV NUMBA_CPU_NAME=generic NUMBA_CACHE_DIR=/opt/sokcho/kernels
RUN /opt/sokcho/bin/sokcho warm-kernels

FROM ${BASE}
RUN useradd --create-home --home-dir /data --uid 10001 sokcho
COPY --from=build --chown=10001 /opt/sokcho /opt/sokcho
ENV PATH=/opt/sokcho/bin:$PATH NUMBA_CPU_NAME=generic NUMBA_CACHE_DIR=/opt/sokcho/kernels \
    SOKCHO_HOST=0.0.0.0 SOKCHO_DATA_DIR=/data
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python3", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["sokcho", "serve"]

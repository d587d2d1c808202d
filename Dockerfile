# One image for every process: `ipt-rooms server`, `ipt-rooms scheduler`, `ipt-rooms migrate`.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
# A compiler for the optional compiled fan-out; it stays in this stage.
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
COPY requirements/build.txt requirements/run.txt requirements/
RUN python -m venv /opt/ipt-rooms \
 && /opt/ipt-rooms/bin/pip install --no-cache-dir --require-hashes -r requirements/build.txt -r requirements/run.txt
COPY pyproject.toml README.md ./
COPY care care
COPY store store
COPY server server
COPY scheduler scheduler
COPY command command
COPY web web
RUN /opt/ipt-rooms/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
 && cd / && /opt/ipt-rooms/bin/python -m server.media.compile_fanout

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /var/lib/ipt-rooms --create-home --shell /usr/sbin/nologin ipt \
 && chmod 0700 /var/lib/ipt-rooms
COPY --from=build /opt/ipt-rooms /opt/ipt-rooms
ENV PATH=/opt/ipt-rooms/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER ipt
WORKDIR /var/lib/ipt-rooms
VOLUME /var/lib/ipt-rooms
CMD ["ipt-rooms", "--help"]

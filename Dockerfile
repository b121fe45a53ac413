# One image for daemon, webserver, code location, Celery workers and runs: only the command differs
# (deploy/compose.yaml, deploy/kubernetes/). docs/scale.md tells what of it was run.
FROM python:3.11.14-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY snu_analytics ./snu_analytics
RUN python -m venv /opt/venv \
    && /opt/venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
        -c constraints.txt '.[celery,k8s,s3]'

FROM python:3.11.14-slim-bookworm
# Nobody's account: no shell, and it owns only the folder of its data and Dagster's.
RUN groupadd --gid 10001 snu \
    && useradd --uid 10001 --gid snu --create-home --home-dir /var/lib/snu --shell /usr/sbin/nologin snu \
    && install --directory --owner snu --group snu --mode 0700 /opt/dagster
COPY --from=build /opt/venv /opt/venv
COPY --chown=snu:snu workspace.yaml deploy/celery/dagster.yaml /opt/dagster/
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DAGSTER_HOME=/opt/dagster \
    DAGSTER_EVENT_BATCH_SIZE=200 \
    SNU_HOME=/var/lib/snu
USER 10001:10001
WORKDIR /var/lib/snu
CMD ["snu-analytics", "--help"]
